"""The desk: today in numbers, a person found by number, and their whole page. Every look at a record is audited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import passport as passports
from core import people as people_rules
from core import reminder_words as titles
from core import staff as rules
from core.chart import Chart
from core.i18n import TASHKENT, Text, Words
from db.booking import Appointment, Slot
from db.crypto import keyring
from db.engine import Database
from db.passport import HealthSummary
from db.people import Chat, Consent, Kinship, Person
from db.questions import Question
from db.reminders import Occurrence, Reminder
from services import audit, chart, passport, programmes, reach, visits
from services.visits import Visit

RECENT = timedelta(days=14)
TROUBLED = ("failed", "unknown")


@dataclass(frozen=True, slots=True)
class Today:
    """The numbers of the first page."""

    visits: int
    to_mark: int
    questions: int
    reminders: int
    troubled: int


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
    mine = reach.slots(member)
    booked = select(func.count(Appointment.id)).join(Slot).where(mine, Appointment.status != "cancelled")
    moments = select(func.count(Occurrence.id)).join(Person, Person.id == Occurrence.person_id)
    due = moments.where(Occurrence.state == "due", Occurrence.next_try_at < end, reach.people(member))
    troubled = moments.where(
        reach.people(member), Occurrence.state.in_(TROUBLED), Occurrence.moment_at > now - RECENT
    )
    queries = {
        "visits": booked.where(Slot.starts_at >= start, Slot.starts_at < end),
        "to_mark": booked.where(
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
        raise reach.NotFound
    return [Found(person.id, person.name, person.birth_date) for person in people]


async def record(
    database: Database, person_id: int, member: rules.Member, now: datetime, *, found: bool = False
) -> Record:
    """A person's whole page. Beyond one's own clinic only when just found by number (`found`). Raises reach.NotFound."""
    async with database.transaction() as session:
        person = await session.get(Person, person_id)
        if person is None or not (found or await reach.in_reach(session, person, member)):
            raise reach.NotFound
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
        seen = await visits.of_person(session, person_id, now)
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
        visits=seen,
        family=family,
        reminders=reminders,
    )


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
