"""The worker's clock is the database's, whatever the machine's own shows, and a step of that one stops no tick."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from reminders import clock, scheduler
from reminders.clock import DatabaseClock


async def test_before_the_database_was_asked_it_is_the_machines_and_then_the_databases(database, monkeypatch):
    ours = DatabaseClock()
    assert abs(ours() - datetime.now(UTC)) < timedelta(seconds=5)
    right = ours()
    monkeypatch.setattr(clock, "datetime", None)  # whoever asks the machine now fails
    await ours.ask(database)
    assert timedelta() <= ours() - right < timedelta(minutes=1)


def test_it_goes_on_with_what_no_step_moves(monkeypatch):
    ours, moment = DatabaseClock(), datetime(2026, 11, 21, 7, tzinfo=UTC)
    monkeypatch.setattr(clock.time, "monotonic", lambda: 107.5)
    ours.set(moment, 100.0)
    assert ours() == moment + timedelta(seconds=7.5)


async def test_it_waits_for_a_database_that_is_only_starting(monkeypatch):
    tries = []

    class Starting:
        async def now(self) -> datetime:
            tries.append(1)
            if len(tries) < 3:
                raise OSError("not yet")
            return datetime(2026, 11, 21, tzinfo=UTC)

    monkeypatch.setattr(clock, "RETRY_S", 0.001)
    ours = DatabaseClock()
    await clock.first_time(ours, Starting())
    assert len(tries) == 3
    assert ours().year == 2026


@pytest.mark.parametrize("by_s", [-600, 600])
async def test_a_step_is_noticed_once_and_every_job_runs_at_once(monkeypatch, by_s):
    off_s, right = [0.0], time.time
    monkeypatch.setattr(clock.time, "time", lambda: right() + off_s[0])
    monkeypatch.setattr(clock, "LOOK_S", 0.01)
    monkeypatch.setattr(clock, "AGAIN_S", 1000.0)
    told = asyncio.Queue()
    keeping = asyncio.create_task(clock.keep(DatabaseClock(), None, lambda: told.put_nowait("stepped")))
    await asyncio.sleep(0.05)
    off_s[0] = by_s
    assert await asyncio.wait_for(told.get(), 30) == "stepped"
    await asyncio.sleep(0.05)
    keeping.cancel()
    assert told.empty()


async def test_after_a_step_backwards_no_job_waits_for_the_old_time_to_come_again():
    settings = SimpleNamespace(tick_s=5.0, lease_s=60.0)
    built = scheduler.build(SimpleNamespace(settings=settings))
    built.start(paused=True)
    for job in built.get_jobs():
        job.modify(next_run_time=datetime.now(UTC) + timedelta(minutes=10))
    scheduler.wake(built)
    assert all(job.next_run_time <= datetime.now(UTC) for job in built.get_jobs())
    built.shutdown(wait=False)


async def test_the_clock_is_set_again_from_time_to_time_and_survives_an_outage(database, monkeypatch):
    monkeypatch.setattr(clock, "LOOK_S", 0.01)
    monkeypatch.setattr(clock, "AGAIN_S", 0.0)
    asked = asyncio.Queue()

    class Flaky:
        async def now(self) -> datetime:
            asked.put_nowait(1)
            if asked.qsize() == 1:
                raise OSError("away")
            return await database.now()

    ours = DatabaseClock()
    keeping = asyncio.create_task(clock.keep(ours, Flaky(), lambda: None))
    for _ in range(1000):
        if asked.qsize() >= 3:
            break
        await asyncio.sleep(0.01)
    keeping.cancel()
    assert ours._base is not None
