"""Promises: who is to be told of what, kept equal to the record; and the due moments planned from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import reminders as rules
from core.booking import day_of, services
from core.deliveries import Hours, send_at
from core.people import age_years
from db.booking import Appointment
from db.engine import Database
from db.people import Chat, Kinship, Person
from db.reminders import Occurrence, Reminder, StopReason

BATCH = 1000
HORIZON = timedelta(hours=16)
"""Due moments are planned so long ahead, since one that would miss its event goes out the evening before."""
REVIVED = ("booked", "changed")


Key = tuple[rules.Kind, str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something due for a person, as the calendars say today. `booked`: an appointment for it is on the way."""

    kind: rules.Kind
    item: str
    dose: int
    due_on: date
    booked: bool = False


async def sync_in(session: AsyncSession, about: Person, wanted: Iterable[Wanted], now: datetime) -> None:
    """Make the promises about one person equal to what is wanted: new ones made, moved ones moved, the rest stopped.

    What its person ended themselves (done, declined, ended, withdrawn) stays ended.
    """
    by_key: dict[Key, Wanted] = {(w.kind, w.item, w.dose): w for w in wanted}
    told = await _recipients(session, about, now) if by_key and about.deceased_on is None else ()
    found = await session.scalars(
        select(Reminder)
        .where(Reminder.about_id == about.id, Reminder.kind != "appointment")
        .with_for_update()
    )
    there: dict[tuple[int, Key], Reminder] = {(r.person_id, (r.kind, r.item, r.dose)): r for r in found}
    for (person_id, key), row in there.items():
        if person_id not in told or key not in by_key:
            await stop_in(session, [row], "ended" if about.deceased_on else "changed", now)
    for person_id in told:
        for key, one in by_key.items():
            promise = there.get((person_id, key))
            if promise is not None:
                await _adjust(session, promise, one, now)
            elif not one.booked:
                session.add(_promise(person_id, about.id, one, now))
    await session.flush()


COLUMNS = (
    "person_id",
    "about_id",
    "kind",
    "item",
    "dose",
    "due_on",
    "promised_at",
    "next_step",
    "next_at",
)
"""Of `reminders`, in the order of what `new_rows` yields."""
There = Iterable[Reminder]


def in_step(there: There, told: Sequence[int], wanted: Iterable[Wanted]) -> bool:
    """Whether `sync_in` would leave every promise that is there as it is."""
    by_key: dict[Key, Wanted] = {(w.kind, w.item, w.dose): w for w in wanted}
    for row in there:
        one = by_key.get((row.kind, row.item, row.dose)) if row.person_id in told else None
        live = row.stopped_at is None
        if one is None or one.booked:
            if live:
                return False
        elif row.due_on != one.due_on if live else row.stop_reason in REVIVED:
            return False
    return True


def new_rows(
    there: There, told: Sequence[int], about_id: int, wanted: Sequence[Wanted], now: datetime
) -> Iterator[tuple[object, ...]]:
    """The promises `sync_in` would add."""
    known = {(row.person_id, row.kind, row.item, row.dose) for row in there}
    for person_id in told:
        for one in wanted:
            if one.booked or (person_id, one.kind, one.item, one.dose) in known:
                continue
            step = _first_step(one.kind, one.due_on, now)
            name, at = (step.name, step.at) if step else (None, None)
            yield person_id, about_id, one.kind, one.item, one.dose, one.due_on, now, name, at


@lru_cache(maxsize=1 << 14)
def _first_step(kind: rules.Kind, due_on: date, now: datetime) -> rules.Step | None:
    return rules.next_step(rules.Promise(kind, due_on, now), (), now)


def _promise(person_id: int, about_id: int, one: Wanted, now: datetime) -> Reminder:
    row = Reminder(
        person_id=person_id,
        about_id=about_id,
        kind=one.kind,
        item=one.item,
        dose=one.dose,
        due_on=one.due_on,
        promised_at=now,
    )
    _set_next(row, rules.next_step(_promise_of(row), (), now))
    return row


async def _adjust(session: AsyncSession, row: Reminder, one: Wanted, now: datetime) -> None:
    if one.booked:
        if row.stopped_at is None:
            await stop_in(session, [row], "booked", now)
        return
    if row.stopped_at is not None and row.stop_reason not in REVIVED:
        return
    if row.stopped_at is None and row.due_on == one.due_on:
        return
    if row.due_on != one.due_on:
        row.promised_at = now
    row.due_on, row.stopped_at, row.stop_reason = one.due_on, None, None
    await _withdraw_due(session, [row.id], "changed")
    _set_next(row, rules.next_step(_promise_of(row), await _past(session, row.id), now))


async def promise_appointment_in(session: AsyncSession, appointment: Appointment, now: datetime) -> None:
    """Promise −24 h and −2 h of a booked appointment; what it was booked for is promised no further. Idempotent."""
    about = await session.get_one(Person, appointment.person_id)
    starts_at = appointment.slot.starts_at
    booked_by = appointment.booked_by_id
    told = (booked_by,) if booked_by else await _recipients(session, about, now)
    round_ = int(starts_at.timestamp()) // 60
    for person_id in told:
        key = (Reminder.person_id == person_id, Reminder.about_id == about.id, Reminder.kind == "appointment")
        row = await session.scalar(
            select(Reminder).where(*key, Reminder.item == str(appointment.id), Reminder.dose == round_)
        )
        if row is None:
            row = Reminder(
                person_id=person_id,
                about_id=about.id,
                kind="appointment",
                item=str(appointment.id),
                dose=round_,
                due_on=day_of(starts_at),
                due_at=starts_at,
                promised_at=now,
            )
            session.add(row)
        row.stopped_at = row.stop_reason = None
        _set_next(row, rules.next_step(_promise_of(row), await _past(session, row.id), now))
    await session.flush()


async def drop_appointment_in(session: AsyncSession, appointment_id: int, now: datetime) -> None:
    """The appointment was cancelled or moved: nothing more about it is sent."""
    await stop_in(session, await _of_appointment(session, appointment_id), "changed", now)


async def missed_appointment_in(session: AsyncSession, appointment: Appointment, now: datetime) -> None:
    """The person did not come: one kind word after three days."""
    for row in await _of_appointment(session, appointment.id):
        row.missed_at = appointment.slot.starts_at
        row.stopped_at = row.stop_reason = None
        _set_next(row, rules.next_step(_promise_of(row), await _past(session, row.id), now))
    await session.flush()


async def _of_appointment(session: AsyncSession, appointment_id: int) -> Sequence[Reminder]:
    query = select(Reminder).where(Reminder.kind == "appointment", Reminder.item == str(appointment_id))
    return (await session.scalars(query.with_for_update())).all()


def items_of(appointment: Appointment) -> set[str]:
    """The codes of the calendars an appointment is for."""
    service = services().get(appointment.slot.service)
    return {*(service.items if service else ()), *([appointment.item] if appointment.item else ())}


async def bring_forward_in(session: AsyncSession, row: Reminder, now: datetime) -> Occurrence | None:
    """The next step planned for now, the one after it next; None when none is to come. In the caller's transaction."""
    moment = next_moment(row, now)
    if moment is None or row.next_at is None:
        return None
    later = rules.next_step(_promise_of(row), await _past(session, row.id) | {moment.step}, now, row.next_at)
    _set_next(row, later)
    session.add(moment)
    await session.flush()
    return moment


def next_moment(row: Reminder, now: datetime) -> Occurrence | None:
    """The due moment of a live promise's next step as if it were now; in no session yet."""
    if row.stopped_at is not None or row.next_step is None or row.next_at is None:
        return None
    *_ids, name, _at, _try_at, expires_at = _moment(
        row, _promise_of(row), row.next_step, row.next_at, Hours()
    )
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
    past = await _past_of(session, [row.id for row, _hours in rows])
    return [
        (Occurrence(**dict(zip(_MOMENT_COLUMNS, one, strict=True)), state="due", attempts=0), row)
        for row, hours in rows
        for one in _due_moments(row, past.get(row.id, set()), hours, now, until)[0]
    ]


async def plan(database: Database, now: datetime, *, hours: Hours | None = None) -> int:
    """Due promises become occurrences; how many. Costs what is due, not what is registered. Safe to repeat and to run twice."""
    planned = 0
    while True:
        async with database.transaction() as session:
            some = await _plan_some(session, now, hours or Hours())
        planned += some
        if some < BATCH:
            return planned


async def _plan_some(session: AsyncSession, now: datetime, default: Hours) -> int:
    """Columns, not mapped rows, and one statement for all: twenty thousand due promises take two seconds."""
    found = await session.execute(
        select(*_DUE, Person.quiet_from_hour, Person.quiet_to_hour)
        .join(Person, Person.id == Reminder.person_id)
        .where(Reminder.next_at <= now + HORIZON)
        .order_by(Reminder.next_at)
        .limit(BATCH)
        .with_for_update(of=Reminder, skip_locked=True)
    )
    due = found.all()
    past = await _past_of(session, [row.id for row in due])
    moments: list[_Moment] = []
    steps: list[tuple[int, str | None, datetime | None]] = []
    for row in due:
        hours = personal_hours(row.quiet_from_hour, row.quiet_to_hour, default)
        within_reach, then = _due_moments(row, past.get(row.id, set()), hours, now)
        moments += within_reach
        steps.append((row.id, *then))
    if moments:
        await session.execute(_PLAN, {**_arrays(_PLAN_ARRAYS, moments), "now": now})
    if steps:
        await session.execute(_MOVE_ON, _arrays(_MOVE_ON_ARRAYS, steps))
    return len(due)


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
_Moment = tuple[int, int, str, datetime, datetime, datetime]
_MOMENT_COLUMNS = ("reminder_id", "person_id", "step", "moment_at", "next_try_at", "expires_at")
_PLAN_ARRAYS = ("reminder_ids", "person_ids", "steps", "moments", "tries", "ends")
_PLAN = text(
    """
    INSERT INTO occurrences (reminder_id, person_id, step, moment_at, next_try_at, expires_at, state, attempts, created_at)
    SELECT *, 'due', 0, CAST(:now AS timestamptz) FROM unnest(
        CAST(:reminder_ids AS bigint[]), CAST(:person_ids AS bigint[]), CAST(:steps AS text[]),
        CAST(:moments AS timestamptz[]), CAST(:tries AS timestamptz[]), CAST(:ends AS timestamptz[])
    )
    ON CONFLICT DO NOTHING
    """
)
_MOVE_ON_ARRAYS = ("ids", "steps", "moments")
_MOVE_ON = text(
    """
    UPDATE reminders SET next_step = moved.step, next_at = moved.at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:steps AS text[]), CAST(:moments AS timestamptz[])) AS moved (id, step, at)
    WHERE reminders.id = moved.id
    """
)


def _arrays(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    """Rows as one array a column, the way PostgreSQL's unnest takes them."""
    return {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}


def _due_moments(
    row: Any, taken: set[str], hours: Hours, now: datetime, until: datetime | None = None
) -> tuple[list[_Moment], tuple[str | None, datetime | None]]:
    """The steps within reach, usually one, and the step that is next after them."""
    promise, moments = _promise_of(row), []
    until = until or now + HORIZON
    name, at = (None, None) if row.stopped_at is not None else (row.next_step, row.next_at)
    while at is not None and name is not None and at <= until:
        if name not in taken:
            moments.append(_moment(row, promise, name, at, hours))
            taken.add(name)
        step = rules.next_step(promise, taken, now, at)
        name, at = (step.name, step.at) if step else (None, None)
    return moments, (name, at)


def _moment(row: Any, promise: rules.Promise, name: str, at: datetime, hours: Hours) -> _Moment:
    step = next((step for step in rules.steps(promise) if step.name == name), None)
    event_at = row.due_at if row.missed_at is None else None
    try_at = send_at(at, hours, event_at, workdays=row.kind != "appointment")
    expires_at = step.expires_at if step else at + rules.STAYS_TRUE
    return row.id, row.person_id, name, at, try_at, expires_at


def personal_hours(quiet_from: int | None, quiet_to: int | None, default: Hours) -> Hours:
    return default if quiet_from is None or quiet_to is None else Hours(quiet_from, quiet_to)


def _promise_of(row: Any) -> rules.Promise:
    return rules.Promise(row.kind, row.due_on, row.promised_at, row.due_at, row.missed_at)


def _set_next(row: Reminder, step: rules.Step | None) -> None:
    row.next_step, row.next_at = (step.name, step.at) if step else (None, None)


async def stop_in(session: AsyncSession, rows: Iterable[Reminder], reason: StopReason, now: datetime) -> None:
    """End promises: no later step is planned, and what was planned is not sent."""
    live = [row for row in rows if row.stopped_at is None]
    for row in live:
        row.stopped_at, row.stop_reason = now, reason
        _set_next(row, None)
    await _withdraw_due(session, [row.id for row in live], reason)


async def _withdraw_due(session: AsyncSession, reminder_ids: Collection[int], reason: str) -> None:
    """Due moments are taken back; where the promise may come to life again they are forgotten, so that they can return."""
    if not reminder_ids:
        return
    await session.flush()
    mine = (Occurrence.state == "due", Occurrence.reminder_id.in_(reminder_ids))
    if reason in REVIVED:
        await session.execute(delete(Occurrence).where(*mine, Occurrence.attempts == 0))
    await session.execute(update(Occurrence).where(*mine).values(state="skipped", reason=reason))


async def _past(session: AsyncSession, reminder_id: int | None) -> set[str]:
    return (await _past_of(session, [reminder_id])).get(reminder_id, set()) if reminder_id else set()


async def _past_of(session: AsyncSession, reminder_ids: Sequence[int]) -> dict[int, set[str]]:
    if not reminder_ids:
        return {}
    found = await session.execute(
        select(Occurrence.reminder_id, func.array_agg(Occurrence.step))
        .where(Occurrence.reminder_id.in_(reminder_ids))
        .group_by(Occurrence.reminder_id)
    )
    return {reminder_id: set(steps) for reminder_id, steps in found}


async def _recipients(session: AsyncSession, about: Person, now: datetime) -> tuple[int, ...]:
    kin = select(Kinship.guardian_id, Kinship.muted_at).where(Kinship.ward_id == about.id)
    guardians = {row.guardian_id: row.muted_at for row in await session.execute(kin)}
    chat = select(Chat.id).where(Chat.person_id == about.id, Chat.gone_at.is_(None)).limit(1)
    reachable = about.phone_hash is not None or await session.scalar(chat) is not None
    told = rules.recipients(age_years(about.birth_date, day_of(now)), guardians, about.id, reachable)
    return tuple(one for one in told if guardians.get(one) is None)
