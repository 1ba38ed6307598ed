"""One person's record before the calendar engine, and what of its answers is kept and promised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import programmes as rules
from core import reminders as promise_rules
from core.booking import day_of
from core.recommendations import for_citizens
from db import programmes as rows
from db.booking import Appointment, Slot
from db.people import Person
from services import promises

T = TypeVar("T")
LOOK_AGAIN = timedelta(days=365)
PROMISED = ("not_yet", "due", "overdue")
_RESULTS = {"normal": "normal", "abnormal": "abnormal", "not_adequate": "inadequate", "unknown": None}
_EXEMPT = {"MEDPREC": "medical", "IMMUNE": "immune", "OSTOCK": "stock"}


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the calendar engine is told about one person."""

    person: Person
    doses: tuple[rows.Immunization, ...]
    screenings: tuple[rows.ScreeningResult, ...]
    not_done: tuple[rows.NotDone, ...]
    bookings: tuple[rules.Booking, ...]


Assessed = tuple[tuple[rules.DoseVerdict, ...], tuple[rules.Recommendation, ...]]


def assess(record: Record, on: date) -> Assessed:
    """The engine's judgement of one record, as of `on`."""
    return rules.assess(
        rules.national(),
        person_of(record),
        [rules.Dose(dose.vaccine, dose.given_on, dose.id) for dose in record.doses],
        [rules.ScreeningResult(s.screening, s.done_on, _RESULTS[s.result]) for s in record.screenings],
        [
            rules.Exemption(n.vaccine, _EXEMPT[n.reason], n.until)
            for n in record.not_done
            if n.reason in _EXEMPT and (n.until or n.reason != "OSTOCK")
        ],
        [rules.Refusal(n.vaccine) for n in record.not_done if n.reason == "PATOBJ"],
        record.bookings,
        on=on,
    )


def person_of(record: Record) -> rules.Person:
    person = record.person
    return rules.Person(
        person.birth_date,
        person.sex,
        person.pregnant,
        frozenset(person.conditions),
        (person.district or person.region),
    )


async def load(session: AsyncSession, person: Person, now: datetime) -> Record:
    dose, check, reason = rows.Immunization, rows.ScreeningResult, rows.NotDone
    doses = select(dose).where(dose.person_id == person.id, dose.status == "completed")
    checks = select(check).where(check.person_id == person.id, check.status == "completed")
    booked = (
        select(Appointment)
        .join(Slot)
        .where(Appointment.person_id == person.id, Appointment.status == "booked", Slot.starts_at > now)
    )
    return Record(
        person,
        await _all(session, doses.order_by(dose.given_on, dose.vaccine)),
        await _all(session, checks.order_by(check.done_on)),
        await _all(session, select(reason).where(reason.person_id == person.id, reason.ended_at.is_(None))),
        tuple(
            rules.Booking(item, day_of(appointment.slot.starts_at))
            for appointment in await session.scalars(booked)
            for item in sorted(promises.items_of(appointment))
        ),
    )


async def _all(session: AsyncSession, query: Select[T]) -> tuple[T, ...]:
    return tuple((await session.scalars(query)).all())


COLUMNS = (
    "person_id",
    "programme",
    "item",
    "series",
    "dose",
    "status",
    "earliest_on",
    "recommended_on",
    "overdue_on",
    "latest_on",
    "rule",
    "next_on",
    "computed_at",
)
"""Of `recommendations`, in the order of what `kept` yields."""


def kept(person_id: int, found: Sequence[rules.Recommendation], now: datetime) -> list[tuple[object, ...]]:
    """What is stored of the answers: what is not for this person is left out. Looked at again within a year at the latest."""
    again = day_of(now) + LOOK_AGAIN
    changes = [_changes_on(one, now) for one in found]
    if found and not any(day and day <= again for day in changes):
        changes[0] = again
    checks = rules.national().screening_codes
    return [
        (
            person_id,
            programme(one, checks),
            one.item,
            one.series,
            one.dose,
            one.status,
            one.earliest_on,
            one.recommended_on,
            one.overdue_on,
            one.latest_on,
            one.rule.id,
            next_on,
            now,
        )
        for one, next_on in zip(found, changes, strict=True)
        if one.status != "not_for_person" or next_on is not None
    ]


def programme(one: rules.Recommendation, checks: frozenset[str]) -> promise_rules.Kind:
    return "screening" if one.item in checks else "vaccination"


def _changes_on(one: rules.Recommendation, now: datetime) -> date | None:
    """The next day on which the answer, or a promise made of it, may change."""
    today = day_of(now)
    days = [one.recommended_on, one.overdue_on, one.latest_on and one.latest_on + timedelta(days=1)]
    days.append(one.booked_on and one.booked_on + timedelta(days=1))
    if one.recommended_on is not None:
        days.append(_promised_on(one.recommended_on, programme(one, rules.national().screening_codes)))
    return min((day for day in days if day is not None and day > today), default=None)


# A country has some forty thousand different days, and each is asked for many times.
@lru_cache(maxsize=1 << 16)
def _promised_on(recommended_on: date, kind: promise_rules.Kind) -> date:
    return day_of(promise_rules.promises_from(recommended_on, kind))


def wanted(record: Record, found: Sequence[rules.Recommendation], now: datetime) -> Iterator[promises.Wanted]:
    today = day_of(now)
    for one in for_citizens(found, record.person.birth_date, today):
        if one.status not in PROMISED or one.recommended_on is None:
            continue
        kind = programme(one, rules.national().screening_codes)
        if _promised_on(one.recommended_on, kind) > today:
            continue
        round_ = one.dose or 0
        if kind == "screening":
            round_ = 1 + sum(done.screening == one.item for done in record.screenings)
        elif one.why[0] == "season":
            round_ = one.recommended_on.year
        yield promises.Wanted(kind, one.series, round_, one.recommended_on, one.booked_on is not None)
