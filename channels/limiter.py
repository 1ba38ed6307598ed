"""A strict limiter for everything one bot sends: never above the rate in any second, one pause for the whole bot."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

Result = bool | dict[str, Any] | list[dict[str, Any]]

SECOND = 1.02
"""A little more than a second, since what leaves evenly arrives unevenly."""
PER_CHAT_S = 1.02
CATCH_UP_S = 0.05
"""How much lost time may be made up for by leaving closer together; the count in a second holds all the same."""
LIMITED = ("send", "copy", "forward")


class StrictRateLimiter(BaseRateLimiter[None]):
    """`rate_per_s` messages in any second, evenly spread; one a second to one chat.

    After a 429 nothing leaves, for anybody, until `retry_after` has passed; other answers do not end the pause. A message
    is tried again at most `max_retries` times, and not at all when it would wait longer than `longest_wait_s`: then the
    RetryAfter goes to the caller, who has better things to do than to wait.
    """

    def __init__(self, rate_per_s: float, *, max_retries: int = 2, longest_wait_s: float = 20.0) -> None:
        self.rate_per_s = rate_per_s
        self._gap = SECOND / rate_per_s
        self._max_retries, self._longest_wait_s = max_retries, longest_wait_s
        self._starts: deque[float] = deque(maxlen=max(1, int(rate_per_s)))
        self._next = 0.0
        self._gate = asyncio.Lock()
        self._paused_until = 0.0
        self._by_chat: dict[object, float] = {}
        self.retries = 0

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Result:
        limited = endpoint.startswith(LIMITED)
        tries = 0
        while True:
            await self._turn(data.get("chat_id") if limited else None, limited)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as busy:
                wait_s = _seconds(busy)
                self._pause(wait_s)
                tries += 1
                if tries > self._max_retries or wait_s > self._longest_wait_s:
                    raise
                self.retries += 1

    def _pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + seconds)

    async def _turn(self, chat_id: object, limited: bool) -> None:
        """Wait until this request may leave. Who waits for their own chat keeps no place in the queue of all."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            self._refuse_long_pause(now)
            free_at = max(self._paused_until, self._by_chat.get(chat_id, 0.0) if limited else 0.0)
            if free_at > now:
                await asyncio.sleep(free_at - now)
            elif not limited or await self._leaves(chat_id):
                return

    async def _leaves(self, chat_id: object) -> bool:
        """Wait in the queue of all; False when a pause or the own chat got in the way meanwhile.

        What counts is when a request really leaves: a loop that was held up must not let the late ones out together.
        """
        loop = asyncio.get_running_loop()
        async with self._gate:
            at = max(
                self._next, self._starts[0] + SECOND if len(self._starts) == self._starts.maxlen else 0.0
            )
            if at > loop.time():
                await asyncio.sleep(at - loop.time())
            now = loop.time()
            if max(self._paused_until, self._by_chat.get(chat_id, 0.0)) > now:
                return False
            self._starts.append(now)
            self._next = max(self._next, now - CATCH_UP_S) + self._gap
            self._by_chat[chat_id] = now + PER_CHAT_S
            if len(self._by_chat) > 10_000:
                self._by_chat = {chat: free_at for chat, free_at in self._by_chat.items() if free_at > now}
            return True

    def _refuse_long_pause(self, now: float) -> None:
        left = self._paused_until - now
        if left > self._longest_wait_s:
            raise RetryAfter(int(left) + 1)


def _seconds(busy: RetryAfter) -> float:
    after = busy.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
