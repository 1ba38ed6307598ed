"""Who is due for which vaccination and screening, when, and why: the public face of the calendar engine.

Pure: the same person, record and day give the same answer, in any order of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from core import calendar_loader, immunization
from core import forecast as ahead
from core.ages import Day, take_apart
from core.calendar import RESULTS, STATUSES, Calendar, Calendars, Series
from core.forecast import Situation
from core.i18n import CONTENT
from core.immunization import Course, Given, Record
from core.recommendations import (
    Booking,
    Dose,
    DoseVerdict,
    Exemption,
    Person,
    Recommendation,
    Refusal,
    ScreeningResult,
)

__all__ = [
    "RESULTS",
    "STATUSES",
    "Booking",
    "Calendar",
    "Calendars",
    "Dose",
    "DoseVerdict",
    "Exemption",
    "Person",
    "Recommendation",
    "Refusal",
    "ScreeningResult",
    "assess",
    "evaluate",
    "forecast",
    "load",
    "national",
]

VACCINATION = CONTENT / "shared" / "vaccination.yml"
SCREENING = CONTENT / "shared" / "screening.yml"


def load(vaccination: Path = VACCINATION, screening: Path | None = SCREENING) -> Calendars:
    """Reads and checks the files whole. Raises ContentError with file, line and reason."""
    return Calendars(
        calendar_loader.vaccination(vaccination),
        calendar_loader.screening(screening) if screening else (),
    )


@lru_cache(maxsize=1)
def national() -> Calendars:
    """The calendars of Uzbekistan, loaded once."""
    return load()


def evaluate(
    calendars: Calendars, person: Person, doses: Iterable[Dose], on: date | None = None
) -> tuple[DoseVerdict, ...]:
    """Every dose in every series it may count for, by day, vaccine and series.

    `on` chooses the calendar in force; by default the day of the last dose. A dose given under an older calendar is
    judged by that one.
    """
    given = tuple(doses)
    day = on or max((d.on for d in given), default=person.birth_date)
    return assess(calendars, person, given, on=day)[0]


def forecast(
    calendars: Calendars,
    person: Person,
    doses: Iterable[Dose] = (),
    screenings: Iterable[ScreeningResult] = (),
    exemptions: Iterable[Exemption] = (),
    refusals: Iterable[Refusal] = (),
    bookings: Iterable[Booking] = (),
    *,
    on: date,
) -> tuple[Recommendation, ...]:
    """One answer for every series and every screening, in the order of the files."""
    return assess(calendars, person, doses, screenings, exemptions, refusals, bookings, on=on)[1]


def assess(
    calendars: Calendars,
    person: Person,
    doses: Iterable[Dose] = (),
    screenings: Iterable[ScreeningResult] = (),
    exemptions: Iterable[Exemption] = (),
    refusals: Iterable[Refusal] = (),
    bookings: Iterable[Booking] = (),
    *,
    on: date,
) -> tuple[tuple[DoseVerdict, ...], tuple[Recommendation, ...]]:
    """`evaluate` and `forecast` in one pass over the record. Doses after `on` are left out."""
    calendar = calendars.vaccination_on(on)
    record = sorted((d for d in doses if d.on <= on), key=_order)
    given = [Given(take_apart(d.on), d.vaccine, place) for place, d in enumerate(record)]
    birth = take_apart(person.birth_date)
    today = on.toordinal()
    near = immunization.too_near(calendar, given)
    kept = _accepted(calendars, calendar, person, record)
    courses = _courses(calendar, given, Record(birth, person.sex, today, near, kept))
    verdicts = [
        DoseVerdict(
            record[v.place].vaccine,
            record[v.place].on,
            series.id,
            v.number,
            v.reason is None,
            v.reason,
            record[v.place].id,
        )
        for series, course in courses
        for v in course.verdicts
    ]
    verdicts.sort(key=_verdict_order)
    now = _situation(calendar, person, birth, given, exemptions, refusals, bookings, today)
    found = [ahead.next_dose(series, course, calendar, now) for series, course in courses]
    checks = calendars.screening_on(on)
    if checks is not None:
        results = _by_screening(screenings, person.birth_date, on)
        found += [ahead.next_check(s, results.get(s.code, ()), now) for s in checks.screenings]
    return tuple(verdicts), tuple(found)


def _order(dose: Dose) -> tuple[date, str, str]:
    return dose.on, dose.vaccine, str(dose.id)


def _verdict_order(verdict: DoseVerdict) -> tuple[date, str, str]:
    return verdict.on, verdict.vaccine, verdict.series


def _courses(calendar: Calendar, given: Sequence[Given], record: Record) -> list[tuple[Series, Course]]:
    by_series: list[list[Given]] = [[] for _ in calendar.series]
    places = calendar.series_by_product
    for dose in given:
        for place in places.get(dose.vaccine, ()):
            by_series[place].append(dose)
    return [
        (series, immunization.course(series, doses, record))
        for series, doses in zip(calendar.series, by_series, strict=True)
    ]


def _accepted(
    calendars: Calendars, calendar: Calendar, person: Person, record: Sequence[Dose]
) -> dict[str, frozenset[int]]:
    """Doses that an older calendar, in force when they were given, counted: they keep counting."""
    older = [c for c in calendars.vaccination if c.valid_from < calendar.valid_from]
    if not older or not record or record[0].on >= calendar.valid_from:
        return {}
    last = max(older, key=lambda c: c.valid_from)
    past = Calendars(tuple(older))
    before = [Dose(d.vaccine, d.on, place) for place, d in enumerate(record) if d.on < calendar.valid_from]
    kept: dict[str, set[int]] = {}
    for verdict in evaluate(past, person, before, on=last.valid_to or before[-1].on):
        if verdict.valid and isinstance(verdict.id, int):
            kept.setdefault(verdict.series, set()).add(verdict.id)
    return {series: frozenset(places) for series, places in kept.items()}


def _situation(
    calendar: Calendar,
    person: Person,
    birth: Day,
    given: Sequence[Given],
    exemptions: Iterable[Exemption],
    refusals: Iterable[Refusal],
    bookings: Iterable[Booking],
    today: int,
) -> Situation:
    blocked: dict[str, tuple[str, int | None]] = {r.vaccine: ("refused", None) for r in refusals}
    for exemption in exemptions:
        until = exemption.until.toordinal() if exemption.until else None
        before = blocked.get(exemption.vaccine)
        longest = (
            before is not None and before[0] == "exempt" and (before[1] is None or (until or 0) <= before[1])
        )
        if (until is None or until > today) and not (longest and until is not None):
            blocked[exemption.vaccine] = ("exempt", until)
    booked: dict[str, int] = {}
    for booking in bookings:
        when = booking.on.toordinal()
        if when >= today:
            booked[booking.item] = min(when, booked.get(booking.item, when))
    live = [d.day for d in given if d.vaccine in calendar.live_products]
    return Situation(person, birth, today, blocked, booked, live[-1] if live else None)


def _by_screening(
    screenings: Iterable[ScreeningResult], born: date, on: date
) -> dict[str, list[ScreeningResult]]:
    found: dict[str, list[ScreeningResult]] = {}
    for result in sorted(screenings, key=lambda r: (r.on, r.screening, r.result or "")):
        if born <= result.on <= on:
            found.setdefault(result.screening, []).append(result)
    return found
