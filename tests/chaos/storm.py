"""The chaos itself: three workers killed again and again, a database that falls, people who change their minds."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil
from sqlalchemy import text

from core.settings import ROOT
from db.embedded import EmbeddedPostgres
from db.engine import Database
from db.people import Person
from services import people, promises, reminders
from services.promises import Wanted
from tests.chaos.population import Population, Someone

WORKERS = 3


@dataclass
class Nursery:
    """The processes of the workers. `ended_alone` holds the status of those that ended without being told to."""

    process: asyncio.subprocess.Process
    living: list[int] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    ended_alone: list[int] = field(default_factory=list)
    ended: dict[int, int] = field(default_factory=dict)
    kills: int = 0
    wrong_clocks: int = 0

    async def start(self, chance: random.Random) -> None:
        """A worker; two of three have a clock that is minutes off, some from the start, some from one moment on."""
        off_s = chance.choice((0, 1, -1)) * chance.randrange(180, 600)
        after_s = chance.choice((0.0, chance.uniform(0.3, 3.0)))
        self.wrong_clocks += off_s != 0
        assert self.process.stdin is not None
        self.process.stdin.write(f"start {off_s} {after_s}\n".encode())
        await self.process.stdin.drain()

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := (await self.process.stdout.readline()).decode().split():
            pid = int(line[1])
            if line[0] == "started":
                self.living.append(pid)
                continue
            if pid in self.living:
                self.living.remove(pid)
            self.ended[pid] = int(line[2])
            if pid not in self.told:
                self.ended_alone.append(int(line[2]))

    def signal(self, pid: int, what: signal.Signals) -> None:
        self.told.add(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, what)

    async def goodbye(self) -> None:
        """All are told to end; returns when they have."""
        told = list(self.living)
        for pid in told:
            self.signal(pid, signal.SIGTERM)
        async with asyncio.timeout(60):
            while self.living:
                await asyncio.sleep(0.05)
        assert {self.ended[pid] for pid in told} <= {0}


@asynccontextmanager
async def nursery(environment: dict[str, str], log: Path) -> AsyncIterator[Nursery]:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.nursery"),
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
        )
    found = Nursery(process)
    listener = asyncio.create_task(found.listen())
    try:
        yield found
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 30)
        await listener


async def kills(
    nursery: Nursery, chance: random.Random, stop: asyncio.Event, arrived: Callable[[], int], every_s: float
) -> None:
    """`kill -9` of any worker, every so often, and another in its place.

    On a machine so busy that nothing arrived in that time, after the first message that does: a worker that never came
    to send proves nothing by its death.
    """
    before = 0
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)
        if not stop.is_set() and nursery.living and arrived() > before:
            before = arrived()
            victim = chance.choice(nursery.living)
            nursery.signal(victim, signal.SIGKILL)
            nursery.kills += 1
            await nursery.start(chance)


def fall(server: EmbeddedPostgres, *, immediately: bool) -> None:
    """Ends the server, without a checkpoint or a word to anybody when `immediately`, and starts it again."""
    postmaster = psutil.Process(server.pid)
    family = [postmaster, *postmaster.children(recursive=True)]
    postmaster.send_signal(signal.SIGQUIT if immediately else signal.SIGINT)
    _gone, alive = psutil.wait_procs(family, timeout=20)
    for process in alive:
        process.kill()
    server.ensure_running()


@dataclass
class Minds:
    """Who changed their mind, how, and when that was on record, by the database's clock."""

    changed: dict[int, tuple[str, datetime]] = field(default_factory=dict)

    async def change(self, database: Database, someone: Someone, how: str) -> None:
        async with database.transaction() as session:
            before = await session.scalar(text("SELECT clock_timestamp()"))
        (reminder_id,) = someone.messages[0]
        if how == "withdraws consent":
            await people.withdraw_consent(database, someone.chat_id or 0, before)
        elif how == "says stop":
            await reminders.pause(database, someone.id, before)
        elif how == "says done":
            await reminders.done(database, reminder_id, someone.id, before)
        else:
            await self._books(database, someone, before)
        async with database.transaction() as session:
            self.changed[someone.id] = (how, await session.scalar(text("SELECT clock_timestamp()")))

    @staticmethod
    async def _books(database: Database, someone: Someone, now: datetime) -> None:
        async with database.transaction() as session:
            found = await session.execute(
                text("SELECT dose, due_on FROM reminders WHERE id = :id"), {"id": someone.messages[0][0]}
            )
            dose, due_on = found.one()
            person = await session.get_one(Person, someone.id)
            booked = Wanted("vaccination", "mmr", dose, due_on, booked=True)
            await promises.sync_in(session, person, [booked], now)

    def by_kind(self) -> Counter[str]:
        return Counter(how for how, _at in self.changed.values())


async def second_thoughts(
    database: Database, population: Population, minds: Minds, chance: random.Random, stop: asyncio.Event
) -> None:
    """One in thirty changes their mind while messages go out, a few in each tenth of a second."""
    plain = [one for one in population.people if one.case in ("telegram", "telegram and phone")]
    chance.shuffle(plain)
    for someone in plain[: max(20, len(plain) // 30)]:
        how = chance.choice(("withdraws consent", "says stop", "says done", "books"))
        while not stop.is_set():
            with suppress(Exception):  # the database may be down
                await minds.change(database, someone, how)
                break
            await asyncio.sleep(0.2)
        await asyncio.sleep(chance.uniform(0, 0.2))


async def impatience(database: Database, stop: asyncio.Event) -> None:
    """What would be tried again in minutes or hours is tried again in seconds."""
    while not stop.is_set():
        with suppress(Exception):  # the database may be down
            async with database.transaction() as session:
                await session.execute(
                    text(
                        "UPDATE occurrences SET next_try_at = now() WHERE state = 'due'"
                        " AND reason IN ('retry', 'busy', 'campaign_paused') AND next_try_at > now()"
                    )
                )
        await asyncio.sleep(1.0)
