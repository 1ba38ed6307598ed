"""python-telegram-bot's requests over aiohttp: its own backend costs several times the CPU (benchmarks/delivery.py)."""

from __future__ import annotations

import json

import aiohttp
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

KEPT_OPEN_S = 15.0
JSON = {"Content-Type": "application/json"}


class AiohttpRequest(BaseRequest):
    """As many connections as are needed, opened by the first requests and kept. Texts only: reminders carry no files.

    An error keeps what aiohttp said as its cause, which tells whether the request left.
    """

    __slots__ = ("_connect_timeout_s", "_read_timeout_s", "_session", "_trust_env")

    def __init__(
        self, *, connect_timeout_s: float = 5.0, read_timeout_s: float = 10.0, trust_env: bool = True
    ) -> None:
        self._connect_timeout_s, self._read_timeout_s = connect_timeout_s, read_timeout_s
        self._trust_env = trust_env
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout_s

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_OPEN_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=self._trust_env,
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Writing and the pool have no time-out of their own: the whole request has one."""
        await self.initialize()
        assert self._session is not None
        connect_s = _seconds(connect_timeout, self._connect_timeout_s)
        total_s = connect_s + _seconds(read_timeout, self._read_timeout_s)
        timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)
        body = json.dumps(request_data.parameters).encode() if request_data else b"{}"
        try:
            async with self._session.request(
                method, url, data=body, headers=JSON, timeout=timeout
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(f"aiohttp: {type(error).__name__}") from error


def _seconds(given: ODVInput[float], ours: float) -> float:
    return float(given) if isinstance(given, int | float) else ours
