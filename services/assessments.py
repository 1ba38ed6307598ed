"""One person's record before the calendar engine, and what of its answers is kept and promised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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


def kept(person_id: int, one: rules.Recommendation, now: datetime) -> rows.Recommendation:
    return rows.Recommendation(
        person_id=person_id,
        programme=programme(one, rules.national().screening_codes),
        item=one.item,
        series=one.series,
        dose=one.dose,
        status=one.status,
        earliest_on=one.earliest_on,
        recommended_on=one.recommended_on,
        overdue_on=one.overdue_on,
        latest_on=one.latest_on,
        rule=one.rule.id,
        reason={"version": one.rule.version, "source": one.rule.source, "status": one.rule.status},
        next_on=_changes_on(one, now),
        computed_at=now,
    )


def programme(one: rules.Recommendation, checks: frozenset[str]) -> promise_rules.Kind:
    return "screening" if one.item in checks else "vaccination"


def _changes_on(one: rules.Recommendation, now: datetime) -> date | None:
    """The next day on which the answer, or a promise made of it, may change."""
    today = day_of(now)
    days = [one.recommended_on, one.overdue_on, one.latest_on and one.latest_on + timedelta(days=1)]
    days.append(one.booked_on and one.booked_on + timedelta(days=1))
    if one.recommended_on is not None:
        days.append(_promised_on(one))
    return min((day for day in days if day is not None and day > today), default=None)


def _promised_on(one: rules.Recommendation) -> date:
    assert one.recommended_on is not None
    kind = programme(one, rules.national().screening_codes)
    return day_of(promise_rules.promises_from(one.recommended_on, kind))


def wanted(record: Record, found: Sequence[rules.Recommendation], now: datetime) -> Iterator[promises.Wanted]:
    today = day_of(now)
    for one in for_citizens(found, record.person.birth_date, today):
        if one.status not in PROMISED or one.recommended_on is None or _promised_on(one) > today:
            continue
        kind = programme(one, rules.national().screening_codes)
        round_ = one.dose or 0
        if kind == "screening":
            round_ = 1 + sum(done.screening == one.item for done in record.screenings)
        elif one.why[0] == "season":
            round_ = one.recommended_on.year
        yield promises.Wanted(kind, one.series, round_, one.recommended_on, one.booked_on is not None)
