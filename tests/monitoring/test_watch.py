"""The watch: a dead worker is noticed by another process, staff are told once, and all clears by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from db.engine import connect
from monitoring.watch import Watch
from services import alarms, monitoring
from tests.deliveries import Clock


class Chats:
    """Those that are told; `reached` False: nobody could be."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []
        self.reached = True

    async def __call__(self, chat_id: int, text: str) -> bool:
        if self.reached:
            self.told.append((chat_id, text))
        return self.reached


@pytest.fixture
def clock(now) -> Clock:
    return Clock(now)


def asked(clock: Clock) -> Callable[[], Awaitable[datetime]]:
    async def now() -> datetime:
        return clock()

    return now


async def minutes(clock: Clock, times: int, *watches: Watch) -> None:
    for _ in range(times):
        clock.forward(minutes=1)
        for watch in watches:
            await watch.round()


async def test_the_bot_notices_a_dead_worker_tells_once_and_clears_when_it_lives_again(database, clock):
    chats = Chats()
    bot = Watch(database, "bot", clock=asked(clock), tell=chats, chat_ids=[-100, 7])
    worker = Watch(database, "reminders", clock=asked(clock), tell=chats, chat_ids=[-100, 7])
    await minutes(clock, 3, bot, worker)
    await minutes(clock, 5, bot)
    assert await alarms.raised(database) == []
    await minutes(clock, 2, bot)
    (alarm,) = await alarms.raised(database)
    assert alarm.kind == "no_worker"
    assert [chat_id for chat_id, _text in chats.told] == [-100, 7]
    assert chats.told[0][1].count("\n\n") == 2  # the sign, in Uzbek, in Russian
    await minutes(clock, 1, bot, worker)
    assert await alarms.raised(database) == []
    assert len(chats.told) == 2


async def test_two_watches_that_see_the_same_raise_and_tell_it_once(database, clock):
    chats = Chats()
    watches = [Watch(database, "bot", clock=asked(clock), tell=chats, chat_ids=[7]) for _ in range(2)]
    await asyncio.gather(*(watch.round() for watch in watches))
    for _ in range(6):
        clock.forward(minutes=1)
        await asyncio.gather(*(watch.round() for watch in watches))
    assert len(await alarms.raised(database)) == 1
    assert len(chats.told) == 1


async def test_when_nobody_could_be_reached_the_next_round_tries_again(database, clock):
    chats = Chats()
    chats.reached = False
    bot = Watch(database, "bot", clock=asked(clock), tell=chats, chat_ids=[7])
    await minutes(clock, 7, bot)
    assert chats.told == []
    chats.reached = True
    await minutes(clock, 1, bot)
    assert len(chats.told) == 1


async def test_after_an_outage_of_everything_a_start_raises_nothing(database, clock, now):
    await alarms.beat(database, "reminders", "a:1", now - timedelta(hours=8), {})
    await alarms.beat(database, "bot", "a:2", now - timedelta(hours=8), {})
    bot = Watch(database, "bot", clock=asked(clock))
    await minutes(clock, 4, bot)
    assert await alarms.raised(database) == []
    clock.forward(hours=3)  # the machine slept: the watch did, too
    await bot.round()
    assert await alarms.raised(database) == []


async def test_a_watch_without_its_database_goes_on(settings):
    nowhere = connect(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"}))
    running = asyncio.create_task(Watch(nowhere, "bot").run())
    done, _pending = await asyncio.wait([running], timeout=0.3)
    assert not done
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await nowhere.close()


async def test_a_worker_beats_and_tells_through_its_own_telegram(database, settings, now):
    from tests.deliveries import a_worker, reached_at, running_sandbox

    async with running_sandbox() as sandbox:
        await sandbox.citizen(77, "Charos", "+998901110000")
        more = {"alarm_chat_ids": (77,), "sms_providers": ("twilio",)}
        async with a_worker(reached_at(settings, sandbox.url, **more), database, now) as worker:
            from reminders import jobs

            await jobs.watch(worker.work)
            assert "reminders" in (await monitoring.state(database, now)).beats
            await alarms.settle(database, {"low_balance": {"providers": ["eskiz"]}}, now)
            await worker.work.watched.watch._tell_all(worker.work.watched._tell, now)
            (message,) = await sandbox.chat(77)
            assert "eskiz" in message["text"]
            assert await worker.work.watched._tell(999, "nobody there")  # no use in trying again
            worker.work.watched._channels = {}
            assert not await worker.work.watched._tell(77, "no channel")
            code, health = await worker.work.watched.status.health()
            assert (code, health["checks"]["last_tick"]["ok"]) == (200, True)
            worker.clock.forward(minutes=6)
            assert (await worker.work.watched.status.health())[0] == 503
            await worker.tick()
            assert (await worker.work.watched.status.health())[0] == 200
