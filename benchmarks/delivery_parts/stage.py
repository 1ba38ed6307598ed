"""What all sides share: a database with people to whom something is due, and a watch on the event loop."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert, text  # noqa: E402

from core.settings import Settings  # noqa: E402
from db import Base  # noqa: E402
from db.engine import Database  # noqa: E402
from db.people import Chat, Consent, Person  # noqa: E402
from db.reminders import Occurrence, Reminder  # noqa: E402

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
FIRST_CHAT = 100_000
TOKEN = "42:benchmark-benchmark-benchmark-benchma"


def settings(database_url: str, telegram_url: str, **more: object) -> Settings:
    return Settings(
        _env_file=None,
        database_url=database_url,
        telegram_token=TOKEN,
        telegram_api_url=telegram_url,
        encryption_keys=(KEY,),
        lookup_key="benchmark",
        quiet_from_hour=0,
        quiet_to_hour=0,
        **more,
    )


async def people(database: Database, number: int, *, due_at: datetime | None, now: datetime) -> None:
    """So many people with a chat and a consent, to each of whom a vaccination's step is due at `due_at` (None: nothing)."""
    ids = range(1, number + 1)
    person = {"name": "Aziza Karimova", "birth_date": date(1996, 5, 14), "sex": "female", "language": "uz"}
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    async with database.transaction() as session:
        await session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        await session.execute(insert(Person), [{"id": i, "created_at": now} | person for i in ids])
        chat = {"language": "uz", "created_at": now}
        await session.execute(insert(Chat), [{"id": FIRST_CHAT + i, "person_id": i} | chat for i in ids])
        consent = {"version": "1", "language": "uz", "given_at": now}
        await session.execute(
            insert(Consent), [{"person_id": i, "chat_id": FIRST_CHAT + i} | consent for i in ids]
        )
        promise = {"kind": "vaccination", "item": "mmr", "dose": 1, "promised_at": now - timedelta(days=60)}
        promise |= {"due_on": (now + timedelta(days=1)).date()}
        await session.execute(
            insert(Reminder), [{"id": i, "person_id": i, "about_id": i} | promise for i in ids]
        )
        if due_at is not None:
            moment = {"moment_at": due_at, "next_try_at": due_at, "expires_at": due_at + timedelta(days=7)}
            rows = [
                {"reminder_id": i, "person_id": i, "step": "day-1", "created_at": now} | moment for i in ids
            ]
            await session.execute(insert(Occurrence), rows)
    async with database.at_once() as connection:
        await connection.execute(text("VACUUM ANALYZE"))


def now() -> datetime:
    return datetime.now(UTC)


class Frozen:
    """The longest time the loop did not turn, milliseconds."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.002)
            self.longest_ms = max(self.longest_ms, (loop.time() - before - 0.002) * 1000)


@asynccontextmanager
async def watched() -> AsyncIterator[Frozen]:
    """With the garbage collector tuned as the worker's and the bot's processes tune theirs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    frozen = Frozen()
    task = asyncio.create_task(frozen.watch())
    await asyncio.sleep(0.1)
    frozen.longest_ms = 0.0
    try:
        yield frozen
    finally:
        task.cancel()
