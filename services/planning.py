"""Planning: promises whose next step is near become due moments. Costs what is due, not what is registered."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core import reminders as rules
from core.deliveries import Hours, send_at
from db.engine import Database
from db.people import Person
from db.reminders import Occurrence, Reminder
from services import promises

BATCH = 2000
PARTS = 2
"""The people are planned in so many parts at once."""
LOCK = 0x504C414E
HORIZON = timedelta(hours=16)
"""Due moments are planned so long ahead, since one that would miss its event goes out the evening before."""


async def plan(database: Database, now: datetime, *, hours: Hours | None = None) -> int:
    """Due promises become occurrences; how many. Costs what is due, not what is registered. Safe to repeat and to run twice."""
    async with database.transaction() as session:
        await session.execute(_SET_ASIDE, {"until": now + HORIZON, "now": now})
    # while one batch is with the database, the other is worked out here
    parts = (_plan_all(database, now, hours or Hours(), part) for part in range(PARTS))
    return sum(await asyncio.gather(*parts))


async def _plan_all(database: Database, now: datetime, default: Hours, part: int) -> int:
    """Batch after batch until none is left of this part of the people."""
    planned = 0
    while True:
        async with database.transaction() as session:
            some = await _plan_some(session, now, default, part)
        planned += some
        if some < BATCH:
            return planned


async def _plan_some(session: AsyncSession, now: datetime, default: Hours, part: int) -> int:
    """Columns, not mapped rows, and one statement for all: twenty thousand due promises take two seconds.

    All that is due to a person in one transaction, and one worker at a time in a part: who claims sees all or nothing of it,
    and sends it as one message.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK, part))):
        return 0
    near = (Reminder.next_at <= now + HORIZON, text(POSSIBLE))
    people = (
        select(Reminder.person_id)
        .where(*near, Reminder.person_id % PARTS == part)
        .order_by(Reminder.next_at)
        .limit(BATCH)
    )
    found = await session.execute(
        select(*_DUE, Person.quiet_from_hour, Person.quiet_to_hour)
        .join(Person, Person.id == Reminder.person_id)
        .where(*near, Reminder.person_id.in_(people))
        .order_by(Reminder.next_at, Reminder.due_on, Reminder.id)
        .with_for_update(of=Reminder, skip_locked=True)
    )
    due = found.all()
    past = await promises.past_of(session, [row.id for row in due])
    moments: list[_Moment] = []
    steps: list[tuple[int, str | None, datetime | None]] = []
    for row in due:
        hours = promises.personal_hours(row.quiet_from_hour, row.quiet_to_hour, default)
        within_reach, then = _due_moments(row, past.get(row.id, ()), hours, now)
        moments += within_reach
        steps.append((row.id, *then))
    if moments:
        await session.execute(_PLAN, {**_columns(_MOMENT_COLUMNS, moments), "now": now})
    if steps:
        await session.execute(_MOVE_ON, _columns(_STEP_COLUMNS, steps))
    return len(due)


POSSIBLE = " AND ".join(
    f"coalesce(reminders.{day}, '2000-01-01') BETWEEN '1900-01-01' AND '2200-01-01'"
    for day in ("due_on", "due_at", "missed_at", "promised_at", "next_at")
)
"""Days a calendar can count on from; PostgreSQL knows others (infinity), which no Python date can hold."""
_SET_ASIDE = text(
    f"""
    WITH odd AS (
        SELECT id, person_id, next_step FROM reminders WHERE next_at <= :until AND NOT ({POSSIBLE})
        FOR UPDATE SKIP LOCKED
    ), told AS (
        INSERT INTO occurrences
            (reminder_id, person_id, step, moment_at, next_try_at, expires_at, state, reason, attempts, created_at)
        SELECT id, person_id, coalesce(next_step, 'broken'), :now, :now, :now, 'failed', 'broken', 0, :now FROM odd
        ON CONFLICT DO NOTHING
    )
    UPDATE reminders SET next_step = NULL, next_at = NULL FROM odd WHERE reminders.id = odd.id
    """  # noqa: S608 – constants
)
"""A promise with an impossible date fails for itself and stops nobody else."""

_DUE = (
    Reminder.id,
    Reminder.person_id,
    Reminder.kind,
    Reminder.due_on,
    Reminder.due_at,
    Reminder.missed_at,
    Reminder.promised_at,
    Reminder.next_step,
    Reminder.next_at,
    Reminder.stopped_at,
)
_Planned = tuple[str, datetime, datetime, datetime]
_Moment = tuple[int, int, str, datetime, datetime, datetime]
_Then = tuple[str | None, datetime | None]
_MOMENT_COLUMNS = ("reminder_id", "person_id", "step", "moment_at", "next_try_at", "expires_at")
_STEP_COLUMNS = ("id", "next_step", "next_at")
_PLAN = text(
    """
    INSERT INTO occurrences (reminder_id, person_id, step, moment_at, next_try_at, expires_at, state, attempts, created_at)
    SELECT *, 'due', 0, CAST(:now AS timestamptz) FROM unnest(
        string_to_array(:reminder_id, ',', '')::bigint[], string_to_array(:person_id, ',', '')::bigint[],
        string_to_array(:step, ',', ''), string_to_array(:moment_at, ',', '')::timestamptz[],
        string_to_array(:next_try_at, ',', '')::timestamptz[], string_to_array(:expires_at, ',', '')::timestamptz[]
    )
    ON CONFLICT DO NOTHING
    """.replace("::", r"\:\:")
)
_MOVE_ON = text(
    """
    UPDATE reminders SET next_step = moved.next_step, next_at = moved.next_at
    FROM unnest(
        string_to_array(:id, ',', '')::bigint[], string_to_array(:next_step, ',', ''),
        string_to_array(:next_at, ',', '')::timestamptz[]
    ) AS moved (id, next_step, next_at)
    WHERE reminders.id = moved.id
    """.replace("::", r"\:\:")
)


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, str]:
    """Rows as one text a column, values parted by commas: several times faster to hand over than arrays of objects."""
    columns = zip(*rows, strict=True)
    return {
        name: ",".join("" if value is None else str(value) for value in values)
        for name, values in zip(names, columns, strict=True)
    }


def _due_moments(
    row: Any, taken: Collection[str], hours: Hours, now: datetime, until: datetime | None = None
) -> tuple[list[_Moment], _Then]:
    """The steps within reach, usually one, and the step that is next after them."""
    first = (None, None) if row.stopped_at is not None else (row.next_step, row.next_at)
    promise, past = promises.promise_of(row), frozenset(taken)
    moments, then = _within_reach(promise, first, past, hours, now, until or now + HORIZON)
    return [(row.id, row.person_id, *moment) for moment in moments], then


# Of the many thousand promises due on a day most were made together, for the same few days.
@lru_cache(maxsize=1 << 14)
def _within_reach(
    promise: rules.Promise, first: _Then, taken: frozenset[str], hours: Hours, now: datetime, until: datetime
) -> tuple[tuple[_Planned, ...], _Then]:
    moments, (name, at) = [], first
    while at is not None and name is not None and at <= until:
        if name not in taken:
            moments.append(_planned(promise, name, at, hours))
            taken |= {name}
        step = rules.next_step(promise, taken, now, at)
        name, at = (step.name, step.at) if step else (None, None)
    return tuple(moments), (name, at)


def _planned(promise: rules.Promise, name: str, at: datetime, hours: Hours) -> _Planned:
    step = next((step for step in rules.steps(promise) if step.name == name), None)
    event_at = promise.due_at if promise.missed_at is None else None
    try_at = send_at(at, hours, event_at, workdays=promise.kind != "appointment")
    return name, at, try_at, step.expires_at if step else at + rules.STAYS_TRUE


async def bring_forward_in(session: AsyncSession, row: Reminder, now: datetime) -> Occurrence | None:
    """The next step planned for now, the one after it next; None when none is to come. In the caller's transaction."""
    moment = next_moment(row, now)
    if moment is None or row.next_at is None:
        return None
    taken = await promises.past(session, row.id) | {moment.step}
    later = rules.next_step(promises.promise_of(row), taken, now, row.next_at)
    promises.set_next(row, later)
    session.add(moment)
    await session.flush()
    return moment


def next_moment(row: Reminder, now: datetime) -> Occurrence | None:
    """The due moment of a live promise's next step as if it were now; in no session yet."""
    if row.stopped_at is not None or row.next_step is None or row.next_at is None:
        return None
    name, _at, _try_at, expires_at = _planned(promises.promise_of(row), row.next_step, row.next_at, Hours())
    return Occurrence(
        reminder_id=row.id,
        person_id=row.person_id,
        step=name,
        moment_at=now,
        next_try_at=now,
        expires_at=expires_at,
        state="due",
        attempts=0,
        created_at=now,
    )


async def moments_in(
    session: AsyncSession, rows: Sequence[tuple[Reminder, Hours]], now: datetime, until: datetime
) -> list[tuple[Occurrence, Reminder]]:
    """The due moments `plan` would make of these promises until then; nothing is written, they are in no session."""
    past = await promises.past_of(session, [row.id for row, _hours in rows])
    return [
        (Occurrence(**dict(zip(_MOMENT_COLUMNS, one, strict=True)), state="due", attempts=0), row)
        for row, hours in rows
        for one in _due_moments(row, past.get(row.id, ()), hours, now, until)[0]
    ]
