"""The desk: what staff see of citizens and do for them. Every look at a record is audited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import booking as bookings
from core import passport as passports
from core import people as people_rules
from core import reminder_words as titles
from core import staff as rules
from core.chart import Chart
from core.errors import Refusal
from core.i18n import TASHKENT, Text, Words, _
from db.booking import Appointment, Clinic, Slot
from db.crypto import keyring
from db.engine import Database
from db.passport import HealthSummary
from db.people import Chat, Consent, Kinship, Person
from db.questions import Question
from db.reminders import Occurrence, Reminder
from services import audit, booking, chart, passport, programmes, promises, visit_notices

RECENT = timedelta(days=14)
TROUBLED = ("failed", "unknown")
MOST_TIMES = 12


class NotFound(Refusal):
    """Nothing there, or nothing that this member of staff may see: the answer is the same."""

    def __init__(self) -> None:
        super().__init__(_("Nobody was found. Check the number, or ask for the PINFL."))


@dataclass(frozen=True, slots=True)
class Today:
    """The numbers of the first page."""

    visits: int
    to_mark: int
    questions: int
    reminders: int
    troubled: int


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as the desk sees it; `outcomes` is what may be said of it now."""

    id: int
    person_id: int
    person_name: str
    service: str
    clinic: Words
    room: str
    starts_at: datetime
    status: str
    outcomes: tuple[rules.Outcome, ...]


@dataclass(frozen=True, slots=True)
class Relative:
    id: int
    name: str
    relation: str
    cares: bool


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder in the list of a person's page."""

    id: int
    title: Text | Words
    due_on: date
    due_at: datetime | None
    stopped_at: datetime | None
    stop_reason: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """One of those who share a number."""

    id: int
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Record:
    """Everything on a person's page."""

    id: int
    name: str
    phone: str | None
    birth_date: date
    sex: str
    region: str | None
    district: str | None
    language: str
    channel: str
    paused: bool
    deceased_on: date | None
    has_telegram: bool
    consented_at: datetime | None
    passport: passports.Passport
    chart: Chart
    visits: tuple[Visit, ...]
    family: tuple[Relative, ...]
    reminders: tuple[Reminded, ...]


async def today(database: Database, member: rules.Member, now: datetime) -> Today:
    start = now.astimezone(TASHKENT).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=1)
    mine = _clinic_of(member)
    visits = select(func.count(Appointment.id)).join(Slot).where(mine, Appointment.status != "cancelled")
    moments = select(func.count(Occurrence.id)).join(Person, Person.id == Occurrence.person_id)
    due = moments.where(Occurrence.state == "due", Occurrence.next_try_at < end, reach(member))
    troubled = moments.where(
        reach(member), Occurrence.state.in_(TROUBLED), Occurrence.moment_at > now - RECENT
    )
    queries = {
        "visits": visits.where(Slot.starts_at >= start, Slot.starts_at < end),
        "to_mark": visits.where(
            Appointment.status == "booked", Slot.starts_at <= now, Slot.starts_at > now - RECENT
        ),
        "questions": select(func.count()).where(Question.state == "open"),
        "reminders": due,
        "troubled": troubled,
    }
    async with database.transaction() as session:
        return Today(**{name: await session.scalar(query) or 0 for name, query in queries.items()})


async def find(database: Database, text: str, member: rules.Member, now: datetime) -> list[Found]:
    """Those with this phone or PINFL, exactly. The search is audited, without what was searched for. Raises Refusal."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 14:
        condition = Person.pinfl_hash == keyring().lookup("pinfl", digits)
    else:
        condition = Person.phone_hash == keyring().lookup("phone", people_rules.parse_phone(text))
    async with database.transaction() as session:
        people = list(await session.scalars(select(Person).where(condition).order_by(Person.birth_date)))
        audit.write(
            session,
            now,
            "person.search",
            None,
            actor="staff",
            actor_id=member.id,
            detail={"found": len(people)},
        )
    if not people:
        raise NotFound
    return [Found(person.id, person.name, person.birth_date) for person in people]


async def record(
    database: Database, person_id: int, member: rules.Member, now: datetime, *, found: bool = False
) -> Record:
    """A person's whole page. Beyond one's own clinic only when just found by number (`found`). Raises NotFound."""
    async with database.transaction() as session:
        person = await session.get(Person, person_id)
        if person is None or not (found or await in_reach(session, person, member)):
            raise NotFound
        audit.write(session, now, "person.look", person_id, actor="staff", actor_id=member.id)
        summary = await session.get(HealthSummary, person_id)
        chat = await session.scalar(
            select(Chat.id).where(Chat.person_id == person_id, Chat.gone_at.is_(None)).limit(1)
        )
        consented_at = await session.scalar(
            select(Consent.given_at)
            .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
            .limit(1)
        )
        readings = await passport.last_readings(session, person_id)
        visits = await _visits(session, Appointment.person_id == person_id, now)
        family = await _family(session, person_id)
        reminders = await _reminders(session, person)
    timeline = await programmes.timeline(database, person_id, now)
    return Record(
        id=person.id,
        name=person.name,
        phone=person.phone,
        birth_date=person.birth_date,
        sex=person.sex,
        region=person.region,
        district=person.district,
        language=person.language,
        channel=person.channel,
        paused=person.reminders_paused_at is not None,
        deceased_on=person.deceased_on,
        has_telegram=chat is not None,
        consented_at=consented_at,
        passport=_passport(person, summary.data if summary else {}, timeline, readings),
        chart=await chart.read(database, person_id, timeline.verdicts),
        visits=visits,
        family=family,
        reminders=reminders,
    )


async def visit(database: Database, appointment_id: int, member: rules.Member, now: datetime) -> Visit:
    """Raises NotFound."""
    async with database.transaction() as session:
        found = await _visits(session, (Appointment.id == appointment_id) & _clinic_of(member), now)
        if not found:
            raise NotFound
        return found[0]


async def settle(
    database: Database, appointment_id: int, outcome: rules.Outcome, member: rules.Member, now: datetime
) -> bool:
    """What became of a visit, and what follows for its reminders. Twice is harmless. Raises NotFound, WrongOutcome.

    Whether the person is told in time of a visit that is cancelled; else staff should call.
    """
    async with database.transaction() as session:
        row = await _locked_visit(session, appointment_id, member)
        if row.status == outcome:
            return True
        rules.check_outcome(outcome, row.status, row.slot.starts_at, now)
        row.status, row.changed_at = outcome, now
        audit.write(
            session,
            now,
            f"appointment.{outcome}",
            row.person_id,
            actor="staff",
            actor_id=member.id,
            detail={"appointment": row.id},
        )
        await session.flush()
        if outcome == "noshow":
            await promises.missed_appointment_in(session, row, now)
        else:
            await promises.drop_appointment_in(session, row.id, now)
        await programmes.recompute_in(session, row.person_id, now)
        if outcome != "cancelled":
            return True
        return await visit_notices.tell_in(session, row, "cancelled", row.slot.starts_at, now)


async def free_times(
    database: Database, appointment_id: int, member: rules.Member, now: datetime
) -> list[bookings.FreeSlot]:
    """Where the visit could be moved to: the next free times for the same thing in the same clinic. Raises NotFound."""
    async with database.transaction() as session:
        row = await _locked_visit(session, appointment_id, member)
        place = row.slot.clinic_id, row.slot.service
    return await booking.nearest(database, *place, now, limit=MOST_TIMES)


async def move(
    database: Database, appointment_id: int, slot_id: int, member: rules.Member, now: datetime
) -> tuple[int, bool]:
    """Move a visit that is still to come; the new visit, and whether the person is told in time.

    Raises NotFound, WrongOutcome, SlotTaken, SlotPassed, OverlapsAnother.
    """
    try:
        async with database.transaction() as session:
            row = await _locked_visit(session, appointment_id, member)
            rules.check_outcome("cancelled", row.status, row.slot.starts_at, now)
            slot = await session.get(Slot, slot_id)
            if slot is None or (slot.clinic_id, slot.service) != (row.slot.clinic_id, row.slot.service):
                raise NotFound
            who = row.booked_by_id, row.person_id
            new = await booking.put_in(session, *who, slot_id, now, row.item, row.id)
            audit.write(
                session,
                now,
                "appointment.move",
                row.person_id,
                actor="staff",
                actor_id=member.id,
                detail={"appointment": row.id, "to": new.id},
            )
            return new.id, await visit_notices.tell_in(session, new, "moved", row.slot.starts_at, now)
    except IntegrityError:
        raise bookings.SlotTaken from None


async def _locked_visit(session: AsyncSession, appointment_id: int, member: rules.Member) -> Appointment:
    row = await session.get(Appointment, appointment_id, with_for_update={"of": Appointment})
    if row is None or (member.clinic_id is not None and row.slot.clinic_id != member.clinic_id):
        raise NotFound
    return row


def _clinic_of(member: rules.Member) -> ColumnElement[bool]:
    """For statements that join Slot."""
    return true() if member.clinic_id is None else Slot.clinic_id == member.clinic_id


async def in_reach(session: AsyncSession, person: Person, member: rules.Member) -> bool:
    """People of the member's own clinic and those who booked there; everybody for staff of no single clinic."""
    if member.clinic_id is None or person.clinic_id == member.clinic_id:
        return True
    booked = (
        select(Appointment.id)
        .join(Slot)
        .where(Appointment.person_id == person.id, Slot.clinic_id == member.clinic_id)
    )
    return await session.scalar(booked.limit(1)) is not None


def reach(member: rules.Member) -> ColumnElement[bool]:
    """The same as a condition on Person."""
    if member.clinic_id is None:
        return true()
    booked = (
        select(Appointment.person_id)
        .join(Slot)
        .where(Appointment.person_id == Person.id, Slot.clinic_id == member.clinic_id)
    )
    return or_(Person.clinic_id == member.clinic_id, booked.exists())


async def _visits(session: AsyncSession, condition: ColumnElement[bool], now: datetime) -> tuple[Visit, ...]:
    query = (
        select(Appointment, Person)
        .join(Appointment.slot)
        .join(Person, Person.id == Appointment.person_id)
        .where(condition)
        .order_by(Slot.starts_at.desc())
    )
    return tuple(
        Visit(
            row.id,
            row.person_id,
            person.name,
            row.slot.service,
            _name(row.slot.clinic),
            row.slot.room,
            row.slot.starts_at,
            row.status,
            rules.outcomes(row.status, row.slot.starts_at, now),
        )
        for row, person in await session.execute(query)
    )


def _name(clinic: Clinic) -> Words:
    return Words(clinic.name_uz, clinic.name_ru)


async def _family(session: AsyncSession, person_id: int) -> tuple[Relative, ...]:
    query = select(Kinship, Person)
    wards = query.join(Person, Person.id == Kinship.ward_id).where(Kinship.guardian_id == person_id)
    guardians = query.join(Person, Person.id == Kinship.guardian_id).where(Kinship.ward_id == person_id)
    relatives: list[Relative] = []
    for found, cares in ((wards, False), (guardians, True)):
        for kin, person in await session.execute(found):
            relatives.append(Relative(person.id, person.name, kin.relation, cares))
    return tuple(relatives)


async def _reminders(session: AsyncSession, person: Person) -> tuple[Reminded, ...]:
    query = (
        select(Reminder)
        .where(Reminder.about_id == person.id)
        .order_by(Reminder.stopped_at.is_not(None), Reminder.due_on.desc())
        .limit(30)
    )
    return tuple(
        Reminded(
            row.id,
            titles.title(row.kind, row.item, row.due_on, person.birth_date),
            row.due_on,
            row.due_at,
            row.stopped_at,
            row.stop_reason,
        )
        for row in await session.scalars(query)
    )


def _passport(
    person: Person,
    data: dict[str, Any],
    timeline: programmes.Timeline,
    readings: Sequence[passports.Reading],
) -> passports.Passport:
    def listed(key: str) -> tuple[str, ...] | None:
        return tuple(data[key]) if key in data else None

    return passports.Passport(
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex,
        blood_group=data.get("blood_group"),
        allergies=listed("allergies"),
        conditions=listed("conditions"),
        medicines=listed("medicines"),
        doses=timeline.doses,
        screenings=timeline.screenings,
        next_steps=timeline.all_steps,
        readings=tuple(readings),
    )


def show_service(code: str) -> Words:
    known = bookings.services().get(code)
    return known.name if known else Words(code, code)
