"""The worker's process: wires settings, database and channels together and ticks until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

import channels
from core import logs
from core.settings import Settings, load
from db.engine import connect
from monitoring.status import served
from reminders import jobs, scheduler
from reminders.clock import DatabaseClock, first_time, keep
from reminders.work import Work
from services import budget

log = structlog.get_logger()

LONGEST_GOODBYE_S = 30.0


@asynccontextmanager
async def wired(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Work]:
    """Everything the jobs need, closed again at the end. Raises SettingsError when something is missing."""
    database = connect(settings)
    ways = channels.from_settings(settings, partial(budget.reminders_turns, database, settings))
    worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    try:
        yield Work(database, ways, settings, clock, worker)
    finally:
        for channel in ways.values():
            await channel.close()
        await database.close()


async def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT: what was begun is recorded, what was only claimed is given back."""
    clock = DatabaseClock()
    async with wired(settings, clock) as work:
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, work.stopping.set)
        metronome = scheduler.build(work)
        ticking = asyncio.create_task(_tick(work, metronome, clock))
        stopping = asyncio.create_task(work.stopping.wait())
        async with served(work.watched.status, settings, settings.reminders_status_port):
            await asyncio.wait({ticking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if ticking.done():
            ticking.result()
        ticking.cancel()
        if metronome.running:
            metronome.pause()
            await _last_words()
            metronome.shutdown(wait=False)
        log.info("worker_stopped")


async def _tick(work: Work, metronome: AsyncIOScheduler, clock: DatabaseClock) -> None:
    """Begins once the database has told the time, and stays with it."""
    await first_time(clock, work.database)
    gc.collect()
    gc.freeze()  # as the bot: what is loaded stays, and collecting it would hold up what has its turn now
    gc.set_threshold(20_000, 20, 50)
    metronome.start()
    log.info("worker_started", channels=sorted(work.channels), tick_s=work.settings.tick_s)
    await keep(clock, work.database, lambda: scheduler.wake(metronome))


async def _last_words() -> None:
    """Let the jobs that run come to their end: they see `stopping` after the messages in flight."""
    own = asyncio.current_task()
    running = [task for task in asyncio.all_tasks() if task is not own]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_GOODBYE_S):
            await asyncio.gather(*running, return_exceptions=True)


async def tick(settings: Settings, now: datetime) -> tuple[int, int]:
    """Plan and deliver as of `now`, once: (reminders planned, messages tried)."""
    async with wired(settings, lambda: now) as work:
        return await jobs.plan(work), await jobs.deliver(work)


def main() -> None:
    settings = load()
    logs.configure(settings.log_format)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
