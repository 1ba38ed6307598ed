"""A bot whose engine is still being trained."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot import dispatcher as dispatching
from bot import middlewares
from bot.engine import Later
from bot.outage import SERVICE_IS_DOWN
from bot.polling import Polling
from bot.storage import DatabaseStorage
from core import advice
from nlu.interpreter import Interpreter
from services import dialogue
from tests.conversation import word


async def test_while_the_engine_is_trained_emergencies_and_menus_answer_and_free_words_wait(
    meet, side, database, engine
) -> None:
    trained = threading.Event()

    def train():
        trained.wait(60)
        return engine

    later = Later(train, lambda made: Interpreter(None, made))
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    storage = DatabaseStorage(database, side.clock)
    dispatcher = dispatching.build(database, later, storage, side.clock)
    side.polling = Polling(side.bot, dispatcher, database, side.clock, side.polling._spool)
    await boris.says("/help")
    await boris.sees(word("I can:", "ru"))
    for text in ("как снизить давление", "муж потерял сознание и не дышит"):
        await boris.http.post(f"/api/citizens/{boris.row['id']}/messages", json={"text": text})
    await side.polling.turn(0)
    await side.polling.finish(within_s=1)
    await boris.sees("🚨", "103")
    trained.set()
    await side.settle()
    await boris.sees(advice.articles("ru")["blood_pressure"].title)
    await later.close()


async def test_who_waits_long_for_the_first_answer_is_told_once_that_the_message_is_kept(
    meet, side, database, engine, monkeypatch
) -> None:
    trained = threading.Event()

    def train():
        trained.wait(60)
        return engine

    later = Later(train, lambda made: Interpreter(None, made))
    aziza = await meet("Aziza", "uz", phone="+998901112233", signed_up=True)
    dispatcher = dispatching.build(database, later, DatabaseStorage(database, side.clock), side.clock)
    side.polling = Polling(side.bot, dispatcher, database, side.clock, side.polling._spool)
    monkeypatch.setattr(middlewares, "TYPING_AFTER_S", 0.0)
    monkeypatch.setattr(middlewares, "TYPING_LASTS_S", 0.01)
    await aziza.http.post(f"/api/citizens/{aziza.row['id']}/messages", json={"text": "vaznim 103"})
    await side.polling.turn(0)
    kept = SERVICE_IS_DOWN.html("uz")
    for _turn in range(600):
        if any(kept in answer for answer in await aziza.answers()):
            break
        await asyncio.sleep(0.05)
    [waiting] = await dialogue.unfinished(database)  # a restart now would still answer it
    assert waiting["message"]["text"] == "vaznim 103"
    trained.set()
    await side.settle()
    await aziza.sees("103", "kg")
    assert sum(kept in answer for answer in await aziza.answers()) == 1, await aziza.transcript()
    await later.close()


async def test_an_engine_that_cannot_be_made_is_told_of() -> None:
    def broken():
        raise ValueError("data")

    later = Later(broken, lambda made: Interpreter(None, made))
    with pytest.raises(ValueError, match="data"):
        await later.ready()
    await later.close()
