"""The metronome: a handful of ticks that are never lost, never pile up, and fail alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

from reminders import scheduler


def work(**more):
    settings = SimpleNamespace(tick_s=0.05, lease_s=0.1)
    return SimpleNamespace(settings=settings, clock=lambda: datetime.now(UTC), **more)


async def test_no_tick_is_dropped_for_being_late_several_late_ones_run_once_and_none_beside_itself():
    built = scheduler.build(work())
    built.start(paused=True)
    jobs = built.get_jobs()
    assert {job.id for job in jobs} == {
        "plan",
        "deliver",
        "sweep",
        "reconcile",
        "follow",
        "watch",
        "weigh",
        "balances",
    }
    for job in jobs:
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    built.shutdown(wait=False)


async def test_a_job_that_fails_runs_again_and_stops_no_other(monkeypatch):
    ran: list[str] = []

    async def broken(_work) -> None:
        ran.append("broken")
        raise ValueError("on purpose")

    async def fine(_work) -> None:
        ran.append("fine")

    monkeypatch.setattr(scheduler, "table", lambda _work: {"broken": (broken, 0.05), "fine": (fine, 0.05)})
    built = scheduler.build(work())
    built.start()
    for _ in range(400):
        if ran.count("broken") >= 2 and ran.count("fine") >= 2:
            break
        await asyncio.sleep(0.02)
    built.shutdown(wait=False)
    assert ran.count("broken") >= 2
    assert ran.count("fine") >= 2
