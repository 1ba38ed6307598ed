"""The strict limiter: no second above the rate, one pause for all, retries counted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram.error import RetryAfter

from channels.limiter import StrictRateLimiter
from core.budget import Budget
from core.turns import alone


class Telegram:
    """Notes when each call arrives; refuses while told to."""

    def __init__(self) -> None:
        self.arrived: list[tuple[float, Any]] = []
        self.refuse_for_s: dict[Any, list[float]] = {}

    async def call(self, endpoint: str, data: dict[str, Any]) -> bool:
        self.arrived.append((asyncio.get_running_loop().time(), data.get("chat_id")))
        waits = self.refuse_for_s.get(data.get("chat_id"))
        if waits:
            raise RetryAfter(waits.pop(0))
        await asyncio.sleep(data.get("takes_s", 0))
        return True

    def times(self) -> list[float]:
        return [at for at, _chat in self.arrived]


def limiter_of(rate_per_s: int, *, max_retries: int = 2, longest_wait_s: float = 20.0) -> StrictRateLimiter:
    turns = alone(Budget("test", rate_per_s), longest_wait_s=longest_wait_s)
    return StrictRateLimiter(turns, max_retries=max_retries)


async def send(limiter: StrictRateLimiter, telegram: Telegram, chat_id: object, **more: Any) -> Any:
    data = {"chat_id": chat_id} | more
    return await limiter.process_request(telegram.call, ("sendMessage", data), {}, "sendMessage", data, None)


async def test_no_second_holds_more_than_the_rate_and_there_is_no_burst():
    limiter, telegram = limiter_of(40), Telegram()
    await asyncio.gather(*(send(limiter, telegram, chat) for chat in range(90)))
    times = telegram.times()
    assert len(times) == 90
    for start in times:
        assert sum(start <= at < start + 1.0 for at in times) <= 40


async def test_one_chat_gets_one_message_a_second_and_others_do_not_wait_for_it():
    limiter, telegram = limiter_of(50), Telegram()
    await asyncio.gather(*(send(limiter, telegram, chat) for chat in [7, 7, *range(100, 120)]))
    own = [at for at, chat in telegram.arrived if chat == 7]
    others = [at for at, chat in telegram.arrived if chat != 7]
    assert own[1] - own[0] >= 1.0
    assert max(others) < own[1]


async def test_after_a_429_nothing_leaves_until_the_pause_is_over_whoever_answers_meanwhile():
    limiter, telegram = limiter_of(100), Telegram()
    telegram.refuse_for_s[1] = [1]
    slow = asyncio.create_task(send(limiter, telegram, 2, takes_s=0.3))  # its answer comes during the pause
    refused = asyncio.create_task(send(limiter, telegram, 1))
    await asyncio.sleep(0.1)
    began = asyncio.get_running_loop().time()
    await asyncio.gather(slow, refused, *(send(limiter, telegram, chat) for chat in range(10, 20)))
    later = [at for at, chat in telegram.arrived if chat not in (1, 2)]
    assert min(later) - began >= 0.85
    assert limiter.retries == 1


async def test_retries_are_counted_and_end():
    limiter, telegram = limiter_of(100, max_retries=2), Telegram()
    telegram.refuse_for_s[1] = [0.01] * 10
    with pytest.raises(RetryAfter):
        await send(limiter, telegram, 1)
    assert len(telegram.arrived) == 3


async def test_a_pause_longer_than_one_would_wait_is_raised_at_once_for_everybody():
    limiter, telegram = limiter_of(100, longest_wait_s=5), Telegram()
    telegram.refuse_for_s[1] = [60]
    for chat in (1, 2):
        with pytest.raises(RetryAfter):
            await send(limiter, telegram, chat)
    assert len(telegram.arrived) == 1


async def test_calls_that_are_no_messages_do_not_spend_the_rate():
    limiter, telegram = limiter_of(1), Telegram()
    data: dict[str, Any] = {}
    began = asyncio.get_running_loop().time()
    for _ in range(5):
        await limiter.process_request(telegram.call, ("getMe", data), {}, "getMe", data, None)
    assert asyncio.get_running_loop().time() - began < 1
