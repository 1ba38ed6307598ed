"""The worker's clock: the database's time, carried on by what no stepped clock moves. All workers agree on what is due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from services import Database

log = structlog.get_logger()

AGAIN_S = 30.0
RETRY_S = 0.5
LOOK_S = 1.0
STEP_S = 1.5
"""A machine's clock that is off by more than so much after a second has been stepped."""


class DatabaseClock:
    """Now, as the database says; before it was asked for the first time, as this machine does."""

    def __init__(self) -> None:
        self._base: datetime | None = None
        self._at_s = 0.0

    def __call__(self) -> datetime:
        if self._base is None:
            return datetime.now(UTC)
        return self._base + timedelta(seconds=time.monotonic() - self._at_s)

    def set(self, now: datetime, at_s: float) -> None:
        """`now` was right when `time.monotonic()` said `at_s`."""
        self._base, self._at_s = now, at_s

    async def ask(self, database: Database) -> None:
        """Raises what the database raises when it is away."""
        before_s = time.monotonic()
        now = await database.now()
        self.set(now, (before_s + time.monotonic()) / 2)


async def first_time(clock: DatabaseClock, database: Database) -> None:
    """Returns once the database has told the time; nothing can be done before."""
    while True:
        try:
            return await clock.ask(database)
        except Exception as error:  # noqa: BLE001 – it may just be starting
            log.warning("database_down", error=type(error).__name__, again_in_s=RETRY_S)
            await asyncio.sleep(RETRY_S)


async def keep(clock: DatabaseClock, database: Database, stepped: Callable[[], None]) -> None:
    """For ever: asks for the time again and again, and tells when this machine's own clock was stepped."""
    asked_s, offset_s = time.monotonic(), time.time() - time.monotonic()
    while True:
        await asyncio.sleep(LOOK_S)
        moved_s = time.time() - time.monotonic() - offset_s
        if abs(moved_s) > STEP_S:
            offset_s += moved_s
            log.warning("clock_stepped", by_s=round(moved_s))
            stepped()
        if time.monotonic() - asked_s < AGAIN_S:
            continue
        try:
            await clock.ask(database)
            asked_s = time.monotonic()
        except Exception as error:  # noqa: BLE001 – the time known so far goes on
            log.warning("database_down", error=type(error).__name__)
