"""The calendars at the size of a country: everybody recomputed and stored, and a day planned, on the embedded PostgreSQL.

Run: python benchmarks/programmes.py [--people 10000 50000 100000] [--day]
`--people 1000000` is the whole figure; `--day` the day alone, on promises made for it.
People are drawn with an age pyramid like Uzbekistan's, every dose of the calendar on its day, late, early or missed. The
targets: one person's engine below 150 µs (benchmarks/programmes_engine.py), a million people with less than 500 MB and time
linear in people, a day with 20,000 due of a million planned below 2 s, a repeat that finds nothing new below 0.5 s.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benchmarks"))

from programmes_engine import CHILDHOOD  # noqa: E402

from core.ages import Span, reach, take_apart  # noqa: E402
from core.deliveries import Hours, send_at  # noqa: E402
from core.settings import Settings  # noqa: E402
from db import migrate  # noqa: E402
from db.embedded import EmbeddedPostgres  # noqa: E402
from db.engine import Database, connect  # noqa: E402
from services import planning, recompute  # noqa: E402

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE = 20_000
# Shares of five-year age groups from 0–4 to 80 and over, rounded to the shape of the country's young pyramid (near 30 %
# below 15, near 6 % from 65 on): a shape to draw from, not a statistic to quote.
PYRAMID = (11.5, 10.5, 9.0, 7.7, 7.2, 7.8, 8.8, 8.0, 6.7, 5.5, 4.8, 4.4, 3.6, 2.6, 1.2, 0.5, 0.4)
MISSED_CHILD, MISSED_ADULT, EARLY = 0.08, 0.97, 0.03
FIRST_ELECTRONIC_YEAR = 2009


def born(chance: random.Random) -> date:
    group = chance.choices(range(len(PYRAMID)), PYRAMID)[0]
    return TODAY - timedelta(days=int((group * 5 + chance.random() * 5) * 365.25))


def doses(birth: date, sex: str, chance: random.Random) -> Iterator[tuple[str, date]]:
    """Most within weeks of their day, some half a year late, a few days early, some never."""
    missed = MISSED_CHILD if birth.year >= FIRST_ELECTRONIC_YEAR else MISSED_ADULT
    start = take_apart(birth)
    for months, products in CHILDHOOD:
        if chance.random() < missed:
            continue
        late = chance.randrange(-6, 0) if chance.random() < EARLY else int(chance.expovariate(1 / 25))
        day = max(birth, date.fromordinal(reach(start, Span(months, 0))) + timedelta(days=late))
        if day <= TODAY:
            yield from ((product, day) for product in products if product != "hpv" or sex == "female")


def people(url: str, number: int) -> int:
    """Draw and store `number` people with their records; how many doses they have."""
    chance, given = random.Random(2026), 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        drawn = [(born(chance), chance.choice(("female", "male"))) for _ in range(number)]
        columns = (
            "name, birth_date, sex, region, language, pregnant, conditions, created_at, channel, phone_hash"
        )
        with cursor.copy(f"COPY people ({columns}) FROM STDIN") as copy:
            for n, (birth, sex) in enumerate(drawn):
                hashed = n.to_bytes(32) if birth.year < 2009 else None
                copy.write_row((b"", birth, sex, "1726", "uz", False, [], NOW, "auto", hashed))
        first = cursor.execute("SELECT min(id) FROM people").fetchone()[0]
        columns = "person_id, vaccine, given_on, source, status, recorded_at"
        with cursor.copy(f"COPY immunizations ({columns}) FROM STDIN") as copy:
            for n, (birth, sex) in enumerate(drawn):
                for product, day in dict.fromkeys(doses(birth, sex, chance)):
                    copy.write_row((first + n, product, day, "confirmed", "completed", NOW))
                    given += 1
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return given


async def everybody(database: Database) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of this process's processor time, and its peak memory in MB."""
    process, peak = psutil.Process(), 0
    clock, busy = time.perf_counter(), time.process_time()
    async for batch in recompute.everybody(database, NOW):
        assert not batch.broken
        peak = max(peak, process.memory_info().rss)
    return time.perf_counter() - clock, time.process_time() - busy, peak / 2**20


async def day(database: Database, url: str) -> tuple[int, float, float]:
    """A day on which DUE promises are due, each at one of its ordinary steps: due moments made, and the same asked again."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE reminders SET next_at = %s", (NOW + timedelta(days=9),))
        for kind, step, after, share in (("vaccination", "day-7", 7, 0.2), ("screening", "day+14", -14, 0.8)):
            connection.execute(
                "UPDATE reminders SET next_at = %s, next_step = %s, due_on = %s, "
                "promised_at = CAST(%s AS timestamptz) - make_interval(mins => CAST(id %% 1000 AS int)) "
                "WHERE id IN (SELECT id FROM reminders WHERE kind = %s ORDER BY id LIMIT %s)",
                (NOW, step, TODAY + timedelta(days=after), NOW - timedelta(days=40), kind, int(DUE * share)),
            )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE reminders")
    # a worker plans every few seconds: it knows the days off and its statements
    send_at(NOW, Hours(), None, workdays=True)
    await planning.plan(database, NOW - timedelta(days=30))
    clock = time.perf_counter()
    planned = await planning.plan(database, NOW)
    first = time.perf_counter() - clock
    clock = time.perf_counter()
    await planning.plan(database, NOW)
    return planned, first, time.perf_counter() - clock


def promises(url: str, number: int) -> None:
    """A promise a person and nothing else of the record, for who wants the day's figure without the recomputing."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO people (id, name, birth_date, sex, region, language, pregnant, conditions, created_at, channel) "
            "SELECT n, '', '2000-01-01', 'female', '1726', 'uz', false, '{}', %s, 'auto' FROM generate_series(1, %s) n",
            (NOW, number),
        )
        connection.execute(
            "INSERT INTO reminders (person_id, about_id, kind, item, dose, due_on, promised_at) SELECT n, n, "
            "CASE WHEN n %% 5 = 0 THEN 'vaccination' ELSE 'screening' END, 'x', 0, %s, %s FROM generate_series(1, %s) n",
            (TODAY, NOW, number),
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def opened(server: EmbeddedPostgres, name: str) -> tuple[str, Database]:
    url = server.ensure_database(name)
    migrate.upgrade(url)
    settings = Settings(
        _env_file=None,
        database_url=url,
        encryption_keys=(Fernet.generate_key().decode(),),
        lookup_key="benchmark",
    )
    return url, connect(settings)


async def a_day(server: EmbeddedPostgres, number: int) -> None:
    url, database = opened(server, f"day_{number}")
    promises(url, number)
    await _show_day(database, url)
    await database.close()


async def _show_day(database: Database, url: str) -> None:
    planned, first, again = await day(database, url)
    print(f"  a day with {planned} due planned in {first:.2f} s, a repeat in {again:.3f} s", flush=True)


async def run(server: EmbeddedPostgres, number: int) -> None:
    url, database = opened(server, f"programmes_{number}")
    given = people(url, number)
    elapsed, busy, peak = await everybody(database)
    with psycopg.connect(url) as connection:
        kept = connection.execute(
            "SELECT count(*), pg_total_relation_size('recommendations') FROM recommendations"
        ).fetchone()
        promised = connection.execute("SELECT count(*) FROM reminders").fetchone()[0]
    print(
        f"{number} people, {given} doses: {elapsed:.0f} s, {elapsed / number * 1e6:.0f} µs a person, "
        f"of it {busy / number * 1e6:.0f} µs in Python; {kept[0]} recommendations ({kept[1] / 2**20:.0f} MB), "
        f"{promised} promises; peak memory {peak:.0f} MB",
        flush=True,
    )
    await _show_day(database, url)
    await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    parser.add_argument("--day", action="store_true", help="only the day planned, on promises made for it")
    wanted = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="salomat-programmes-"))
    server = EmbeddedPostgres(directory / "data")
    try:
        for number in wanted.people:
            asyncio.run((a_day if wanted.day else run)(server, number))
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
