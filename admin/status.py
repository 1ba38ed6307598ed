"""/health for whoever keeps the process running, /metrics for Prometheus alone."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.settings import Settings
from monitoring.status import Status, shown_token
from services import Database

LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


def router(settings: Settings, database: Database) -> APIRouter:
    routes, status = APIRouter(), Status(database, lambda: datetime.now(UTC), lease_s=settings.lease_s)

    @routes.get("/health")
    async def health() -> Response:
        code, body = await status.health()
        return JSONResponse(body, code)

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not may_read(settings, request):
            return Response(status_code=404)
        return Response(await status.metrics(), media_type=CONTENT_TYPE_LATEST)

    return routes


def may_read(settings: Settings, request: Request) -> bool:
    """Who shows the token. Without one only this machine, and only where no proxy stands between us and the world.

    A proxy on this machine comes from loopback, too: so a public address in https always wants the token.
    """
    if settings.metrics_token is not None:
        token = settings.metrics_token.get_secret_value()
        return shown_token(request.headers.get("authorization"), token)
    if settings.public_url.startswith("https://") or any(name in request.headers for name in FORWARDED):
        return False
    return request.client is not None and request.client.host in LOOPBACK
