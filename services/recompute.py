"""Everybody's recommendations and promises made anew, in batches of one transaction each: for when a calendar changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog
from psycopg import AsyncConnection
from psycopg import Error as DriverError
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core import programmes as rules
from core import reminders as promise_rules
from core.booking import day_of
from core.people import age_years
from db import programmes as rows
from db.booking import Appointment, Slot
from db.engine import Database
from db.people import Chat, Kinship, Person
from db.reminders import Reminder
from services import assessments, programmes, promises

log = structlog.get_logger()

BATCH = 500
"""So many people are locked together, for about half a second."""
Found = dict[int, list[Any]]
_PERSON = (
    Person.id,
    Person.birth_date,
    Person.sex,
    Person.pregnant,
    Person.conditions,
    Person.region,
    Person.district,
    Person.deceased_on,
    Person.phone_hash,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of one batch: `last_id` is where the next one begins, `broken` are records nothing could be made of."""

    last_id: int
    done: int
    broken: tuple[int, ...] = ()


async def count(database: Database, after_id: int = 0) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).where(Person.id > after_id)) or 0


async def everybody(
    database: Database, now: datetime, *, after_id: int = 0, size: int = BATCH
) -> AsyncIterator[Batch]:
    """In the order of ids, from `after_id` on; may be left after any batch and taken up again from its `last_id`."""
    while True:
        async with database.transaction() as session:
            query = select(Person.id).where(Person.id > after_id).order_by(Person.id).limit(size)
            ids = list(await session.scalars(query))
        if not ids:
            return
        after_id = ids[-1]
        yield Batch(after_id, len(ids), await some(database, ids, now))


async def some(database: Database, person_ids: Sequence[int], now: datetime) -> tuple[int, ...]:
    """These people in one transaction, and where it fails each in one of their own; whose record is broken.

    Idempotent. A broken record keeps what it had, is looked at again tomorrow, and stops nobody else.
    """
    try:
        async with database.transaction() as session:
            broken = await _some_in(session, person_ids, now)
    except (DBAPIError, DriverError) as error:
        if _is_down(error):
            raise
        log.warning("batch_one_by_one", first_id=person_ids[0], error=type(error).__name__)
        broken = list(person_ids)
    return tuple([one for one in broken if not await _alone(database, one, now)])


async def _alone(database: Database, person_id: int, now: datetime) -> bool:
    try:
        await programmes.recompute(database, person_id, now)
    except Exception as error:
        if _is_down(error):
            raise
        log.error("record_broken", person_id=person_id, error=type(error).__name__)
        await programmes.put_off(database, person_id, now)
        return False
    return True


def _is_down(error: Exception) -> bool:
    """PostgreSQL itself gives every refusal a state; without one, nobody answered."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, DriverError | OSError) and getattr(cause, "sqlstate", None) is None


async def _some_in(session: AsyncSession, person_ids: Sequence[int], now: datetime) -> list[int]:
    """Who could not be judged; for everybody else recommendations are stored and promises kept in step."""
    query = select(*_PERSON).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update()
    people = (await session.execute(query)).all()
    records = await _records(session, people, now)
    told = await _recipients(session, people, now)
    there = await _promises(session, person_ids)
    kept: list[tuple[object, ...]] = []
    new: list[tuple[object, ...]] = []
    out_of_step: list[tuple[int, list[promises.Wanted]]] = []
    judged, broken = [], []
    for person in people:
        try:
            record = records[person.id]
            found = () if person.deceased_on else assessments.assess(record, day_of(now))[1]
            wanted = list(assessments.wanted(record, found, now))
            rows_of_one = assessments.kept(person.id, found, now)
        except Exception:  # noqa: BLE001 – tried again alone, where the error is told
            broken.append(person.id)
            continue
        judged.append(person.id)
        kept += rows_of_one
        if promises.in_step(there[person.id], told[person.id], wanted):
            new += promises.new_rows(there[person.id], told[person.id], person.id, wanted, now)
        else:
            out_of_step.append((person.id, wanted))
    await session.execute(delete(rows.Recommendation).where(rows.Recommendation.person_id.in_(judged)))
    await _copy(session, "recommendations", assessments.COLUMNS, kept)
    await _copy(session, "reminders", promises.COLUMNS, new)
    for person_id, wanted in out_of_step:
        await promises.sync_in(session, await session.get_one(Person, person_id), wanted, now)
    return broken


async def _records(
    session: AsyncSession, people: Sequence[Any], now: datetime
) -> dict[int, assessments.Record]:
    """Only the columns that the calendars ask for: nothing is decrypted, and a row costs a third of a mapped one."""
    ids = [person.id for person in people]
    dose, check, reason = rows.Immunization, rows.ScreeningResult, rows.NotDone
    doses = select(dose.person_id, dose.id, dose.vaccine, dose.given_on).where(
        dose.person_id.in_(ids), dose.status == "completed"
    )
    checks = select(check.person_id, check.screening, check.done_on, check.result).where(
        check.person_id.in_(ids), check.status == "completed"
    )
    reasons = select(reason.person_id, reason.vaccine, reason.reason, reason.until).where(
        reason.person_id.in_(ids), reason.ended_at.is_(None)
    )
    given, made = await _by_person(session, doses), await _by_person(session, checks)
    not_done, booked = await _by_person(session, reasons), await _bookings(session, ids, now)
    return {
        person.id: assessments.Record(
            cast(Any, person),
            tuple(given[person.id]),
            tuple(made[person.id]),
            tuple(not_done[person.id]),
            tuple(booked[person.id]),
        )
        for person in people
    }


async def _by_person(session: AsyncSession, query: Any) -> Found:
    found: Found = defaultdict(list)
    for row in await session.execute(query):
        found[row[0]].append(row)
    return found


async def _bookings(
    session: AsyncSession, ids: Sequence[int], now: datetime
) -> dict[int, list[rules.Booking]]:
    found: dict[int, list[rules.Booking]] = defaultdict(list)
    booked = Appointment.person_id.in_(ids), Appointment.status == "booked", Slot.starts_at > now
    for one in await session.scalars(select(Appointment).join(Slot).where(*booked)):
        on = day_of(one.slot.starts_at)
        found[one.person_id] += [rules.Booking(item, on) for item in sorted(promises.items_of(one))]
    return found


async def _recipients(
    session: AsyncSession, people: Iterable[Any], now: datetime
) -> dict[int, tuple[int, ...]]:
    ids = [person.id for person in people]
    kin = select(Kinship.ward_id, Kinship.guardian_id, Kinship.muted_at).where(Kinship.ward_id.in_(ids))
    guardians = await _by_person(session, kin)
    here = select(Chat.person_id).where(Chat.person_id.in_(ids), Chat.gone_at.is_(None))
    chatting = set(await session.scalars(here))
    told: dict[int, tuple[int, ...]] = {}
    for person in people:
        muted = {row.guardian_id: row.muted_at for row in guardians[person.id]}
        reachable = person.phone_hash is not None or person.id in chatting
        age = age_years(person.birth_date, day_of(now))
        found = () if person.deceased_on else promise_rules.recipients(age, muted, person.id, reachable)
        told[person.id] = tuple(one for one in found if muted.get(one) is None)
    return told


async def _promises(session: AsyncSession, ids: Sequence[int]) -> Found:
    query = select(
        Reminder.about_id,
        Reminder.person_id,
        Reminder.kind,
        Reminder.item,
        Reminder.dose,
        Reminder.due_on,
        Reminder.stopped_at,
        Reminder.stop_reason,
    ).where(Reminder.about_id.in_(ids), Reminder.kind.in_(promise_rules.RECORD_KINDS))
    return await _by_person(session, query)


async def _copy(
    session: AsyncSession, table: str, columns: Sequence[str], values: Iterable[tuple[object, ...]]
) -> None:
    """PostgreSQL's COPY on the connection of the transaction: some five times as fast as INSERT."""
    raw = await (await session.connection()).get_raw_connection()
    connection = cast("AsyncConnection[Any]", raw.driver_connection)
    async with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in values:
            await copy.write_row(row)
