"""A running sandbox on a port of the system's choosing, and a client of its control API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from sandbox.app import Settings, create_app

TOKEN = "42:sandbox-test-token_0123456789abcdef"


@dataclass
class Running:
    """A sandbox that listens; `api` and `control` answer (status, body)."""

    server: TestServer
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def api(self, method: str, _token: str = TOKEN, **params: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.url}/bot{_token}/{method}", json=params) as response:
            return response.status, await response.json()

    async def ok(self, method: str, **params: Any) -> Any:
        status, body = await self.api(method, **params)
        assert status == 200, body
        return body["result"]

    async def refusal(self, method: str, **params: Any) -> str:
        status, body = await self.api(method, **params)
        assert not body["ok"]
        assert body["error_code"] == status
        return body["description"]

    async def control(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.session.request(verb, f"{self.url}/api/{path}", json=body) as response:
            return response.status, await response.json()

    async def post(self, path: str, **body: Any) -> Any:
        status, answer = await self.control("POST", path, body)
        assert status < 300, answer
        return answer

    async def get(self, path: str) -> Any:
        return (await self.control("GET", path))[1]

    async def aziza(self, **more: Any) -> dict[str, Any]:
        """Aziza with her chat open, unless `started` says otherwise."""
        wanted = {"name": "Aziza Karimova", "phone": "+998901112233", "started": True} | more
        return await self.post("citizens", **wanted)


Start = Callable[..., Awaitable[Running]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    running: list[Running] = []

    async def begin(settings: Settings | None = None, **options: Any) -> Running:
        server = TestServer(create_app(settings or Settings(**({"sms_step_s": 0.02} | options))))
        await server.start_server(shutdown_timeout=0.2)
        running.append(Running(server, aiohttp.ClientSession()))
        return running[-1]

    yield begin
    for sandbox in running:
        await sandbox.session.close()
        await sandbox.server.close()


@pytest.fixture
async def sandbox(start: Start) -> Running:
    return await start()
