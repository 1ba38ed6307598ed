"""The database away while people write: emergencies answered at once, everybody told once, nothing lost or said twice."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import middlewares, outage, polling
from db.engine import Database
from tests.bot.test_booking import book, count
from tests.conversation import word

KEPT = "I cannot answer right now. Your message is kept, I will answer a little later."


class Switchable(Database):
    """The real database, whose connection can be cut: at once, or after so many more transactions."""

    down = False
    fails_after: int | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        if self.fails_after is not None:
            self.fails_after -= 1
            self.down = self.down or self.fails_after < 0
        if self.down:
            raise OperationalError("", {}, ConnectionError("server closed the connection unexpectedly"))
        async with super().transaction() as session:
            yield session


@pytest.fixture
async def switch(side, monkeypatch) -> Switchable:
    monkeypatch.setattr(outage, "HOLD_OUT_S", 0.01)
    side.database = Switchable(side.database.engine, side.database.at_once_engine)
    await side.stop()
    await side.start()
    return side.database


async def until_cut(side, switch: Switchable) -> None:
    """What was fetched runs into the cut, or ends before it."""
    await side.polling.turn(0)
    while side.polling._tasks and not switch.down:  # noqa: ASYNC110 – nobody tells of it
        await asyncio.sleep(0.01)
    switch.fails_after, switch.down = None, False
    await side.settle()


async def test_an_emergency_is_answered_without_a_database_and_not_again_when_it_is_back(
    meet, side, switch
) -> None:
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    switch.down = True
    await boris.says("муж потерял сознание и не дышит")
    await boris.sees("🚨", "звоните 103")
    said = await boris.answers()
    switch.down = False
    await side.settle()
    assert await boris.answers() == said


async def test_each_chat_is_told_once_and_answered_when_the_database_is_back(meet, side, switch) -> None:
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    switch.down = True
    before = len(await boris.answers())
    await boris.says("как снизить давление")
    await boris.says("Советы")
    await side.settle()
    assert (await boris.answers())[before:] == [word(KEPT, "ru")]
    switch.down = False
    await side.settle()
    answers = (await boris.answers())[before + 1 :]
    assert len(answers) == 2
    assert "авлени" in answers[0]


async def test_a_press_is_told_of_in_the_language_of_ones_telegram(meet, clinic, switch) -> None:
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await book(boris, "ru")
    switch.down = True
    await boris.presses("Записаться")
    await boris.sees(word(KEPT, "ru"))


@pytest.mark.parametrize("transactions", range(12))
async def test_a_database_lost_in_the_middle_of_a_press_books_once(
    meet, side, clinic, switch, transactions
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    message = await aziza.last()
    before = len([a for a in await aziza.answers() if a != word(KEPT, "uz")])
    switch.fails_after = transactions
    await aziza.presses_data(message["message_id"], "bk:yes", settle=False)
    await until_cut(side, switch)
    shown = [a for a in await aziza.answers() if "09:00" in a][
        -1
    ]  # the card; or one's visits, when all but the showing was done
    assert shown[0] in "✅📅"
    assert await count(side.database) == 1
    assert len([a for a in await aziza.answers() if a != word(KEPT, "uz")]) <= before + 1


async def test_what_was_answered_while_the_database_went_away_is_not_answered_again_after_a_restart(
    meet, side, switch
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    switch.fails_after = 3
    await aziza.http.post(f"/api/citizens/{aziza.row['id']}/messages", json={"text": "/help"})
    await until_cut(side, switch)
    said = await aziza.answers()
    await side.stop()
    await side.start()
    assert await side.polling._left_over_started()
    await side.settle()
    assert await aziza.answers() == said


async def test_nothing_is_said_of_a_typing_sign_that_cannot_be_shown(meet, side, monkeypatch, caplog) -> None:
    monkeypatch.setattr(middlewares, "TYPING_AFTER_S", 0)
    aziza = await meet("Aziza", "uz", signed_up=True)
    fault = {"target": "telegram", "kind": "blocked", "methods": ["sendChatAction"]}
    (await aziza.http.post("/api/faults", json=fault)).raise_for_status()
    await aziza.says("/help")
    await aziza.sees(word("I can:", "uz"))
    gc.collect()
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []


async def told_many(meet, side, many: int) -> list:
    """A crowd that fills more than Telegram hands out at once."""
    crowd = [await meet(f"Guest {i}", "uz", phone=f"+99890{i:07}") for i in range(2)]
    for i in range(many):
        one = crowd[i % 2]
        await one.http.post(f"/api/citizens/{one.row['id']}/messages", json={"text": f"/help {1000 + i}"})
    return crowd


async def cry_for_help(boris) -> None:
    text = {"text": "муж потерял сознание и не дышит"}
    (await boris.http.post(f"/api/citizens/{boris.row['id']}/messages", json=text)).raise_for_status()


async def emergencies(boris) -> int:
    return sum("🚨" in answer for answer in await boris.answers())


async def test_an_emergency_behind_a_hundred_messages_is_answered_and_everything_is_once_answered_later(
    meet, side, switch
) -> None:
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    switch.down = True
    crowd = await told_many(meet, side, 130)
    await cry_for_help(boris)
    await side.settle()
    assert await emergencies(boris) == 1
    assert side.polling._spool.waits
    await side.polling.turn(0)
    assert [len(await one.answers()) for one in crowd] == [1, 1]  # told that it is kept, and only once
    switch.down = False
    await side.polling.turn(0)
    await side.settle()
    assert not side.polling._spool.waits
    assert await emergencies(boris) == 1
    assert [len(await one.answers()) for one in crowd] == [66, 66]


@pytest.mark.parametrize("lost", ["nothing", "the acknowledgement", "half a line"])
async def test_a_kill_while_updates_stand_in_the_file_loses_and_repeats_nothing(
    meet, side, switch, lost
) -> None:
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    switch.down = True
    await cry_for_help(boris)
    crowd = await told_many(meet, side, 120)
    before = side.polling._offset
    await side.polling.turn(0)
    await side.polling.finish()
    path = side.polling._spool._path
    if lost == "nothing":
        await side.polling.turn(0)
    elif lost == "half a line":  # the last line was never acknowledged
        path.write_bytes(path.read_bytes()[:-20])
    assert side.polling._offset != before
    await side.stop()
    await side.start()
    await side.polling.turn(0)
    switch.down = False
    assert await side.polling._left_over_started()
    await side.settle()
    assert await emergencies(boris) == 1
    answered = [sum("/help" in a or word("I can:", "uz") in a for a in await one.answers()) for one in crowd]
    assert answered == [60, 60]


async def test_a_commit_nobody_heard_of_is_not_forgotten(meet, side, monkeypatch) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    monkeypatch.setattr(outage, "HOLD_OUT_S", 0.01)
    receive = polling.dialogue.receive

    async def lost(*args, **kwargs):
        await receive(*args, **kwargs)
        monkeypatch.setattr(polling.dialogue, "receive", receive)
        raise OperationalError("", {}, ConnectionError("lost at commit"))

    monkeypatch.setattr(polling.dialogue, "receive", lost)
    await aziza.http.post(f"/api/citizens/{aziza.row['id']}/messages", json={"text": "/help"})
    await side.polling.turn(0)
    await side.settle()
    await aziza.sees(word("I can:", "uz"))
    assert sum(word("I can:", "uz") in answer for answer in await aziza.answers()) == 1
