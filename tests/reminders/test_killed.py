"""The worker as a real process, killed without warning in the middle of its work: nothing is lost, nothing repeated."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from core.settings import ROOT, Settings
from db import migrate
from db.embedded import EmbeddedPostgres
from db.engine import Database, connect
from tests.deliveries import (
    ACCOUNT,
    AUTH,
    SENDER,
    Sandbox,
    deliveries_of,
    occurrences,
    person,
    promise,
)

PEOPLE = 40
IN_FLIGHT = 10
LEASE_S = 3
PATIENCE_S = 120.0


def environment(settings: Settings, sandbox: Sandbox) -> dict[str, str]:
    keys = {
        "DATABASE_URL": settings.database_url or "",
        "TELEGRAM_TOKEN": "42:TEST-token-of-the-worker-0123456789ab",
        "TELEGRAM_API_URL": sandbox.url,
        "TELEGRAM_RATE_PER_S": "30",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": AUTH,
        "TWILIO_FROM": SENDER,
        "TWILIO_API_URL": sandbox.url,
        "PUBLIC_URL": "http://127.0.0.1:9",
        "ENCRYPTION_KEYS": settings.encryption_keys[0].get_secret_value(),
        "LOOKUP_KEY": settings.lookup_key.get_secret_value() if settings.lookup_key else "",
        "QUIET_FROM_HOUR": "0",
        "QUIET_TO_HOUR": "0",
        "TICK_S": "0.2",
        "LEASE_S": str(LEASE_S),
    }
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")} | keys


@asynccontextmanager
async def running(
    settings: Settings, sandbox: Sandbox, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "reminders"),
            cwd=ROOT,
            env=environment(settings, sandbox),
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 60)


async def eventually(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    until = asyncio.get_running_loop().time() + PATIENCE_S
    while not await happened():
        assert asyncio.get_running_loop().time() < until, what
        await asyncio.sleep(0.05)


async def many(database: Database, sandbox: Sandbox, *, by_sms: bool = False) -> None:
    """Forty people with something due now."""
    moment = datetime.now(UTC)
    for number in range(PEOPLE):
        phone = f"+9989040000{number:02}"
        if not by_sms:
            await sandbox.citizen(4000 + number, f"Person {number}", phone)
        chat = {} if by_sms else {"chat_id": 4000 + number}
        one = await person(database, moment, phone=phone if by_sms else None, **chat)
        await promise(database, moment, one, due_on=moment.date() + timedelta(days=1))


async def arrived(sandbox: Sandbox) -> Counter[int]:
    counts: Counter[int] = Counter()
    for call in await sandbox.calls():
        if call["method"] == "sendMessage" and call["ok"]:
            counts[int(call["params"]["chat_id"])] += 1
    return counts


async def states(database: Database) -> Counter[str]:
    return Counter(one.state for one in await occurrences(database))


async def nothing_left(database: Database) -> bool:
    found = await states(database)
    return found.total() == PEOPLE and not found["due"] and not found["claimed"]


async def test_killed_three_times_while_sending_nothing_is_lost_and_nothing_repeated(
    settings, database, sandbox, tmp_path
):
    await many(database, sandbox)
    await sandbox.fault("telegram", "slow", delay_s=0.3, methods=["sendMessage"])
    for more in (6, 8, 10):
        before = (await arrived(sandbox)).total()
        async with running(settings, sandbox, tmp_path / "log") as worker:

            async def some_arrived(least: int = before + more) -> bool:
                return (await arrived(sandbox)).total() >= least

            await eventually(some_arrived, (tmp_path / "log").read_text())
            worker.kill()
            await worker.wait()
    async with running(settings, sandbox, tmp_path / "log"):
        await eventually(lambda: nothing_left(database), (tmp_path / "log").read_text())
    await asyncio.sleep(0.5)  # what a killed worker had handed over is still on its way in the sandbox
    counts, found = await arrived(sandbox), await states(database)
    assert max(counts.values()) == 1, "somebody was written to twice"
    assert found["sent"] + found["unknown"] == PEOPLE
    assert found["unknown"] <= 3 * IN_FLIGHT
    written_to = {row.address for row in await deliveries_of(database) if row.state == "sent"}
    assert len(written_to) == found["sent"]
    assert counts.total() >= found["sent"]
    assert not [one for one in await occurrences(database) if one.lease_until or one.claimed_by]


async def test_killed_while_sending_sms_everybody_gets_theirs_exactly_once(
    settings, database, sandbox, tmp_path
):
    """Twilio can be asked, so that nothing stays unknown."""
    await many(database, sandbox, by_sms=True)
    await sandbox.fault("sms", "slow", delay_s=0.3)
    async with running(settings, sandbox, tmp_path / "log") as worker:

        async def some_are_sending() -> bool:
            rows = await deliveries_of(database)
            return len(rows) >= 5 and any(row.state == "sending" for row in rows)

        await eventually(some_are_sending, (tmp_path / "log").read_text())
        worker.kill()
        await worker.wait()
    async with running(settings, sandbox, tmp_path / "log"):

        async def all_sent() -> bool:
            return (await states(database))["sent"] == PEOPLE

        await eventually(all_sent, (tmp_path / "log").read_text())
    for number in range(PEOPLE):
        assert len(await sandbox.phone(f"+9989040000{number:02}")) == 1


async def test_told_to_stop_it_finishes_what_is_in_flight_and_gives_the_rest_back(
    settings, database, sandbox, tmp_path
):
    await many(database, sandbox)
    await sandbox.fault("telegram", "slow", delay_s=0.3, methods=["sendMessage"])
    async with running(settings, sandbox, tmp_path / "log") as worker:

        async def some_arrived() -> bool:
            return (await arrived(sandbox)).total() >= 5

        await eventually(some_arrived, (tmp_path / "log").read_text())
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 60) == 0
    found = await states(database)
    assert set(found) <= {"sent", "due"}
    assert found["sent"] == (await arrived(sandbox)).total() < PEOPLE


@pytest.fixture
async def own_postgres(
    settings: Settings, tmp_path: Path
) -> AsyncIterator[tuple[EmbeddedPostgres, Settings]]:
    """A server of its own, since the others' must not fall.

    Not under pytest's directory: another test run that begins closes that one to everybody else, the server's own user too.
    """
    directory = Path(tempfile.mkdtemp(prefix="salomat"))
    server = await asyncio.to_thread(EmbeddedPostgres, directory / "postgres")
    url = server.ensure_database("salomat")
    await asyncio.to_thread(migrate.upgrade, url)
    yield server, settings.model_copy(update={"database_url": url})
    await asyncio.to_thread(server.stop)
    shutil.rmtree(directory, ignore_errors=True)


async def test_when_postgresql_dies_twice_while_sending_everybody_is_still_written_to_once(
    own_postgres, sandbox, tmp_path
):
    server, settings = own_postgres
    database = connect(settings)
    await many(database, sandbox)
    await sandbox.fault("telegram", "slow", delay_s=0.3, methods=["sendMessage"])
    async with running(settings, sandbox, tmp_path / "log"):
        for least in (5, 15):

            async def some_arrived(least: int = least) -> bool:
                return (await arrived(sandbox)).total() >= least

            await eventually(some_arrived, (tmp_path / "log").read_text())
            await asyncio.to_thread(crash, server)

        async def done() -> bool:
            try:
                return await nothing_left(database)
            except Exception:  # noqa: BLE001 – it is just coming up
                return False

        await eventually(done, (tmp_path / "log").read_text())
    assert await arrived(sandbox) == Counter({4000 + number: 1 for number in range(PEOPLE)})
    assert await states(database) == Counter(sent=PEOPLE)
    async with database.transaction() as session:
        left = "SELECT count(*) FROM deliveries WHERE state <> 'sent' AND error IS DISTINCT FROM 'telegram: no turn'"
        assert await session.scalar(text(left)) == 0
    await database.close()


def crash(server: EmbeddedPostgres) -> None:
    """As a power cut: every process of the server at once, then a start that recovers."""
    postmaster = psutil.Process(server.pid)
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=10)
    server.ensure_running()
