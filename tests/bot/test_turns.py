"""The bot's answers in the budget: messages take a turn, other calls do not; «too many requests» holds up every process."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from aiogram.exceptions import TelegramRetryAfter

from bot.__main__ import make_bot
from bot.turns import InTurn
from core.turns import Turns
from services import budget
from tests.deliveries import running_sandbox


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        await running.citizen(1001)
        yield running


@pytest.fixture
async def bot(settings, database, sandbox):
    settings = settings.model_copy(update={"telegram_api_url": sandbox.url})
    bot = make_bot(settings)
    bot.turns = budget.answers_turns(database, settings)
    bot.session.middleware(InTurn(bot.turns))
    yield bot
    await bot.session.close()


async def taken(database) -> float:
    granted = await budget.reserve(database, budget.Budget("telegram:42", 30, 1), False, 0)
    return granted.free_s - granted.now_s


async def test_an_answer_arrives_and_has_taken_a_turn_of_the_shared_budget(bot, sandbox, database):
    await asyncio.gather(*(bot.send_message(1001, f"Salom {n}") for n in range(12)))
    assert len(await sandbox.chat(1001)) == 12
    assert await taken(database) >= 0


async def test_only_messages_take_turns(bot, monkeypatch):
    turned: list[str] = []

    async def turn(self) -> None:
        turned.append("turn")

    monkeypatch.setattr(Turns, "turn", turn)
    await bot.get_me()
    await bot.send_chat_action(1001, "typing")
    assert turned == []
    await bot.send_message(1001, "Salom")
    assert turned == ["turn"]


async def test_too_many_requests_holds_up_the_workers_too(bot, sandbox, database, settings):
    await sandbox.fault("telegram", "too_many_requests", retry_after_s=2, count=1)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(1001, "Salom")
    worker = Turns(partial(budget.reserve, database, budget.of(settings, "telegram"), False))
    began = asyncio.get_running_loop().time()
    await worker.turn()
    assert asyncio.get_running_loop().time() - began >= 1.0
    await bot.send_message(1001, "Salom")
    assert len(await sandbox.chat(1001)) == 1
