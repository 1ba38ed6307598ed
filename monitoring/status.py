"""Health of one process, and the small HTTP server on which bot and worker answer /health and /metrics."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from core.settings import Settings
from monitoring import metrics
from services import Database, monitoring

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of work: when it was last seen, and after how many seconds of silence something is wrong."""

    seen_at: Callable[[], datetime]
    longest_s: float


class Status:
    """What one process answers when it is asked how it is."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        signs: Mapping[str, Sign] | None = None,
        *,
        lease_s: float = 60.0,
    ) -> None:
        self._database, self._clock, self._signs, self._lease_s = database, clock, signs or {}, lease_s

    async def health(self) -> tuple[int, dict[str, Any]]:
        """200 or 503, and each check: `{"status": "ok", "checks": {"database": {"ok": true}, "last_tick": {…}}}`."""
        now = self._clock()
        checks: dict[str, dict[str, Any]] = {"database": {"ok": await self._database.is_up()}}
        for name, sign in self._signs.items():
            age_s = (now - sign.seen_at()).total_seconds()
            checks[name] = {"ok": age_s <= sign.longest_s, "age_s": round(age_s, 1)}
        well = all(check["ok"] for check in checks.values())
        return 200 if well else 503, {"status": "ok" if well else "trouble", "checks": checks}

    async def metrics(self) -> bytes:
        """Without the database, what this process knows by itself."""
        try:
            figures = await monitoring.figures(self._database, self._clock(), lease_s=self._lease_s)
        except Exception as error:  # noqa: BLE001 – a scrape answers what it can; the health check says what is missing
            log.warning("figures_missing", error=type(error).__name__)
            return metrics.exposed(None)
        return metrics.exposed(figures)


def shown_token(header: str | None, token: str) -> bool:
    """Whether `Authorization: Bearer <token>` was sent."""
    return secrets.compare_digest((header or "").encode(), f"Bearer {token}".encode())


@asynccontextmanager
async def served(status: Status, settings: Settings, port: int | None) -> AsyncIterator[int | None]:
    """Answers while the block lasts; the port, None when there is none. A taken port is told of and stops nothing else."""
    if port is None:
        yield None
        return
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
    runner = web.AppRunner(_app(status, token), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    taken: int | None = None
    try:
        await web.TCPSite(runner, settings.status_host, port).start()
        taken = runner.addresses[0][1]
    except OSError as error:
        log.error("status_port_taken", port=port, error=type(error).__name__)
    try:
        yield taken
    finally:
        await runner.cleanup()


def _app(status: Status, token: str | None) -> web.Application:
    async def health(_request: web.Request) -> web.Response:
        code, body = await status.health()
        return web.json_response(body, status=code)

    async def scraped(request: web.Request) -> web.Response:
        if token is not None and not shown_token(request.headers.get("Authorization"), token):
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        return web.Response(body=await status.metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_get("/metrics", scraped)
    return app
