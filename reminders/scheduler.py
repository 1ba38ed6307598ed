"""The metronome: a handful of fixed ticks. Nothing is stored here; the database is the schedule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitoring.watch import EVERY_S
from reminders import jobs
from reminders.work import DATABASE_DOWN, Work

log = structlog.get_logger()

WEIGH_S = 5.0

Job = Callable[[Work], Awaitable[object]]


def table(work: Work) -> dict[str, tuple[Job, float]]:
    """Every job with its interval in seconds."""
    return {
        "plan": (jobs.plan, work.settings.tick_s),
        "deliver": (jobs.deliver, work.settings.tick_s),
        "sweep": (jobs.sweep, work.settings.lease_s / 2),
        "reconcile": (jobs.reconcile, work.settings.lease_s / 2),
        "follow": (jobs.follow, 60.0),
        "watch": (jobs.watch, EVERY_S),
        "weigh": (jobs.weigh, WEIGH_S),
        "balances": (jobs.balances, 60.0),
    }


def build(work: Work) -> AsyncIOScheduler:
    """A late tick still runs, several late ones run once, and none runs beside itself."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for name, (job, seconds) in table(work).items():
        scheduler.add_job(
            guarded,
            IntervalTrigger(seconds=seconds),
            args=(name, job, work),
            id=name,
            next_run_time=datetime.now(UTC),  # what fell due while no worker ran does not wait
        )
    return scheduler


def wake(scheduler: AsyncIOScheduler) -> None:
    """This machine's clock was stepped: no job waits until it shows the old time again."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))


async def guarded(name: str, job: Job, work: Work) -> None:
    """A job that fails is told of and runs again at its next tick."""
    try:
        await job(work)
    except Exception as error:
        log.error("job_failed", job=name, error=type(error).__name__, exc_info=not _is_outage(error))


def _is_outage(error: Exception) -> bool:
    return isinstance(error, DATABASE_DOWN)
