"""A strict limiter for what the worker sends by one bot: its turn in the budget, one a second to a chat, pauses, retries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from core.ports import Slot
from core.turns import NoTurn, Turns

Result = bool | dict[str, Any] | list[dict[str, Any]]

PER_CHAT_S = 1.02
"""A little more than a second, since what leaves evenly arrives unevenly."""
LIMITED = ("send", "copy", "forward")


class TurnNeverCame(RetryAfter):
    """The message did not leave: the bot pauses for long, or nobody could be asked for a turn."""


class StrictRateLimiter(BaseRateLimiter[Slot]):
    """A message leaves when `turns` says so (core/budget.py), and one a second to one chat.

    After a 429 nothing leaves, for anybody, until `retry_after` has passed; other answers do not end the pause. A message
    is tried again at most `max_retries` times, and not at all when it would wait longer than the turns' longest wait: then
    a TurnNeverCame goes to the caller, who has better things to do than to wait. `rate_limit_args` is the slot of a message
    that took its turn beforehand.
    """

    def __init__(self, turns: Turns, *, max_retries: int = 2) -> None:
        self.turns, self._max_retries = turns, max_retries
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
        rate_limit_args: Slot | None,
    ) -> Result:
        tries, slot = 0, rate_limit_args
        while True:
            if endpoint.startswith(LIMITED):
                await self._turn(data.get("chat_id"), slot)
                slot = None
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as busy:
                wait_s = _seconds(busy)
                await self.turns.pause(wait_s)
                tries += 1
                if tries > self._max_retries or wait_s > self.turns.longest_wait_s:
                    raise
                self.retries += 1

    async def _turn(self, chat_id: object, slot: Slot | None) -> None:
        """Wait until this message may leave. Who waits for their own chat keeps no place in the queue of all."""
        loop = asyncio.get_running_loop()
        while True:
            free_at = self._by_chat.get(chat_id, 0.0)
            if free_at > loop.time():
                await asyncio.sleep(free_at - loop.time())
                continue
            try:
                await self.turns.turn(slot)
            except NoTurn as refused:
                raise TurnNeverCame(int(refused.again_s) + 1) from refused
            now = loop.time()
            if self._by_chat.get(chat_id, 0.0) <= now:
                self._note(chat_id, now)
                return

    def _note(self, chat_id: object, now: float) -> None:
        self._by_chat[chat_id] = now + PER_CHAT_S
        if len(self._by_chat) > 10_000:
            self._by_chat = {chat: free_at for chat, free_at in self._by_chat.items() if free_at > now}


def _seconds(busy: RetryAfter) -> float:
    after = busy.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
