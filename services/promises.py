"""Promises: who is to be told of what, kept equal to the record. services.planning makes due moments of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, cast, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import reminders as rules
from core.booking import day_of, services
from core.deliveries import Hours
from core.people import age_years
from db.booking import Appointment
from db.people import Chat, Kinship, Person
from db.reminders import Occurrence, Reminder, StopReason

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
        .where(Reminder.about_id == about.id, Reminder.kind.in_(rules.RECORD_KINDS))
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
    set_next(row, rules.next_step(promise_of(row), (), now))
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
    set_next(row, rules.next_step(promise_of(row), await past(session, row.id), now))


async def promise_appointment_in(session: AsyncSession, appointment: Appointment, now: datetime) -> None:
    """Promise −24 h and −2 h of a booked appointment; what it was booked for is promised no further. Idempotent."""
    about = await session.get_one(Person, appointment.person_id)
    starts_at = appointment.slot.starts_at
    told = await told_of_in(session, appointment, now)
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
        set_next(row, rules.next_step(promise_of(row), await past(session, row.id), now))
    await session.flush()


async def told_of_in(session: AsyncSession, appointment: Appointment, now: datetime) -> tuple[int, ...]:
    """Who hears of a visit: whoever booked it, else who hears of the person."""
    if appointment.booked_by_id:
        return (appointment.booked_by_id,)
    return await _recipients(session, await session.get_one(Person, appointment.person_id), now)


async def drop_appointment_in(session: AsyncSession, appointment_id: int, now: datetime) -> None:
    """The appointment was cancelled or moved: nothing more about it is sent."""
    await stop_in(session, await _of_appointment(session, appointment_id), "changed", now)


async def missed_appointment_in(session: AsyncSession, appointment: Appointment, now: datetime) -> None:
    """The person did not come: one kind word after three days."""
    promised = [row for row in await _of_appointment(session, appointment.id) if row.dose >= 0]
    for row in promised:  # not the notice that it was moved
        row.missed_at = appointment.slot.starts_at
        row.stopped_at = row.stop_reason = None
        set_next(row, rules.next_step(promise_of(row), await past(session, row.id), now))
    await session.flush()


async def _of_appointment(session: AsyncSession, appointment_id: int) -> Sequence[Reminder]:
    query = select(Reminder).where(Reminder.kind == "appointment", Reminder.item == str(appointment_id))
    return (await session.scalars(query.with_for_update())).all()


def items_of(appointment: Appointment) -> set[str]:
    """The codes of the calendars an appointment is for."""
    service = services().get(appointment.slot.service)
    return {*(service.items if service else ()), *([appointment.item] if appointment.item else ())}


def personal_hours(quiet_from: int | None, quiet_to: int | None, default: Hours) -> Hours:
    return default if quiet_from is None or quiet_to is None else Hours(quiet_from, quiet_to)


def promise_of(row: Any) -> rules.Promise:
    return rules.Promise(row.kind, row.due_on, row.promised_at, row.due_at, row.missed_at)


def set_next(row: Reminder, step: rules.Step | None) -> None:
    row.next_step, row.next_at = (step.name, step.at) if step else (None, None)


async def stop_in(session: AsyncSession, rows: Iterable[Reminder], reason: StopReason, now: datetime) -> None:
    """End promises: no later step is planned, and what was planned is not sent."""
    live = [row for row in rows if row.stopped_at is None]
    for row in live:
        row.stopped_at, row.stop_reason = now, reason
        set_next(row, None)
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


async def past(session: AsyncSession, reminder_id: int | None) -> set[str]:
    return (await past_of(session, [reminder_id])).get(reminder_id, set()) if reminder_id else set()


async def past_of(session: AsyncSession, reminder_ids: Sequence[int]) -> dict[int, set[str]]:
    if not reminder_ids:
        return {}
    # One value however many they are: a statement with thousands of parameters takes long to read. A set to join with, for
    # = ANY of a prepared statement compares each row with each of them when the table seemed empty to the planner.
    ids = cast(func.string_to_array(",".join(map(str, reminder_ids)), ","), ARRAY(BigInteger))
    found = await session.execute(
        select(Occurrence.reminder_id, func.array_agg(Occurrence.step))
        .where(Occurrence.reminder_id.in_(select(func.unnest(ids))))
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
