"""Who is due for which vaccination and screening, when, and why: the public face of the calendar engine.

Pure: the same person, record and day give the same answer, in any order of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from core import calendar_loader, immunization
from core.ages import take_apart
from core.calendar import RESULTS, STATUSES, Calendar, Calendars
from core.eligibility import FAR, Kind, audience, kind_of
from core.forecast import next_dose
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
from core.screening import next_check
from core.standing import Blocked, Situation

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


# Of two results of one day the graver is the last one.
_GRAVITY = {None: 0, "normal": 0, "inadequate": 1, "abnormal": 2}
# `DoseVerdict(*fields)` without the call in between.
_new: Callable[[type[DoseVerdict], tuple[object, ...]], DoseVerdict] = tuple.__new__


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
    return _verdicts(_judged(calendars, person, given, day))


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
    past = _judged(calendars, person, doses, on)
    return _ahead(calendars, past, screenings, exemptions, refusals, bookings)


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
    past = _judged(calendars, person, doses, on)
    return _verdicts(past), _ahead(calendars, past, screenings, exemptions, refusals, bookings)


@dataclass(slots=True)
class _Judged:
    """A person's record after every dose of it was judged: `courses` stand as the calendar's series do."""

    calendar: Calendar
    person: Person
    on: date
    record: Sequence[Dose]
    courses: Sequence[Course]
    ages: Sequence[int]
    last_live: int | None


def _judged(calendars: Calendars, person: Person, doses: Iterable[Dose], on: date) -> _Judged:
    calendar = calendars.vaccination_on(on)
    record = sorted([d for d in doses if d.on <= on], key=_order)
    given: list[Given] = [(take_apart(d.on), d.vaccine, place) for place, d in enumerate(record)]
    live_products = calendar.live_products
    live = [dose for dose in given if dose[1] in live_products]
    near = immunization.too_near(calendar, live)
    ages = calendar.ages.reach(take_apart(person.birth_date))
    kept = _accepted(calendars, calendar, person, record)
    courses = _courses(calendar, given, Record(ages, person.sex, on.toordinal(), near, kept))
    return _Judged(calendar, person, on, record, courses, ages, live[-1][0].ordinal if live else None)


def _ahead(
    calendars: Calendars,
    past: _Judged,
    screenings: Iterable[ScreeningResult],
    exemptions: Iterable[Exemption],
    refusals: Iterable[Refusal],
    bookings: Iterable[Booking],
) -> tuple[Recommendation, ...]:
    calendar, person, today = past.calendar, past.person, past.on.toordinal()
    blocked, booked = _blocked(exemptions, refusals, today), _booked(bookings, today)
    birth = person.birth_date.toordinal()
    now = Situation(calendar, birth, past.ages, today, blocked, booked, past.last_live)
    groups = audience(calendar, kind_of(calendar, person))
    found = [next_dose(s, g, c, now) for s, g, c in zip(calendar.series, groups, past.courses, strict=True)]
    checks = calendars.screening_on(past.on)
    if checks is not None:
        results = _by_screening(screenings, person.birth_date, past.on)
        found += _checks(checks, person, results, Situation(checks, birth, (), today, blocked, booked, None))
    return tuple(found)


def _checks(
    checks: Calendar, person: Person, results: dict[str, list[ScreeningResult]], now: Situation
) -> Sequence[Recommendation]:
    kind = kind_of(checks, person)
    if not results and not now.blocked and not now.booked and person.pregnancy_started_on is None:
        return _first_checks(checks, kind, person.birth_date, now.on)
    now.ages = checks.ages.reach(take_apart(person.birth_date))
    began = person.pregnancy_started_on
    return [
        next_check(screening, groups, results.get(screening.code, ()), now, began)
        for screening, groups in zip(checks.screenings, audience(checks, kind), strict=True)
    ]


@lru_cache(maxsize=1 << 14)
def _first_checks(checks: Calendar, kind: Kind, birth_date: date, on: int) -> tuple[Recommendation, ...]:
    """The checks of who has had none yet: the same for everybody of one kind born on one day, so not worked out again."""
    birth = take_apart(birth_date)
    now = Situation(checks, birth.ordinal, checks.ages.reach(birth), on, {}, {}, None)
    return tuple(
        next_check(screening, groups, (), now, None)
        for screening, groups in zip(checks.screenings, audience(checks, kind), strict=True)
    )


def _order(dose: Dose) -> tuple[date, str, str]:
    number = dose.id
    return dose.on, dose.vaccine, "" if number is None else str(number)


def _courses(calendar: Calendar, given: Sequence[Given], record: Record) -> list[Course]:
    by_series: list[list[Given]] = [[] for _ in calendar.series]
    places = calendar.series_by_product
    for dose in given:
        for place in places.get(dose[1], ()):
            by_series[place].append(dose)
    return [
        immunization.course(series, doses, record)
        for series, doses in zip(calendar.series, by_series, strict=True)
    ]


def _verdicts(past: _Judged) -> tuple[DoseVerdict, ...]:
    """By day, vaccine and series: the record is sorted by the first two."""
    series = past.calendar.series
    by_dose: list[list[DoseVerdict]] = [[] for _ in past.record]
    for place in past.calendar.series_by_name:
        name = series[place].id
        for n, number, reason in past.courses[place].verdicts:
            dose = past.record[n]
            fields = (dose.vaccine, dose.on, name, number, reason is None, reason, dose.id)
            by_dose[n].append(_new(DoseVerdict, fields))
    return tuple(verdict for verdicts in by_dose for verdict in verdicts)


def _accepted(
    calendars: Calendars, calendar: Calendar, person: Person, record: Sequence[Dose]
) -> dict[str, frozenset[int]]:
    """Doses that an older calendar, in force when they were given, counted: they keep counting."""
    older = [c for c in calendars.vaccination if c.valid_from < calendar.valid_from]
    if not older or not record or record[0].on >= calendar.valid_from:
        return {}
    past = Calendars(tuple(older))
    before = [Dose(d.vaccine, d.on, place) for place, d in enumerate(record) if d.on < calendar.valid_from]
    kept: dict[str, set[int]] = {}
    for verdict in evaluate(past, person, before, on=calendar.valid_from - timedelta(days=1)):
        if verdict.valid and isinstance(verdict.id, int):
            kept.setdefault(verdict.series, set()).add(verdict.id)
    return {series: frozenset(places) for series, places in kept.items()}


def _blocked(exemptions: Iterable[Exemption], refusals: Iterable[Refusal], today: int) -> dict[str, Blocked]:
    """Of several exemptions from one vaccine the longest; an exemption is said before a refusal."""
    blocked: dict[str, Blocked] = {r.vaccine: ("refused", None, "") for r in refusals}
    ends: dict[str, tuple[int, str]] = {}
    for exemption in exemptions:
        until = exemption.until.toordinal() if exemption.until else FAR
        if until > today:
            ends[exemption.vaccine] = max((until, exemption.kind), ends.get(exemption.vaccine, (0, "")))
    for vaccine, (until, kind) in ends.items():
        blocked[vaccine] = "exempt", None if until == FAR else until, kind
    return blocked


def _booked(bookings: Iterable[Booking], today: int) -> dict[str, int]:
    """The nearest appointment for each item that is not past."""
    booked: dict[str, int] = {}
    for booking in bookings:
        when = booking.on.toordinal()
        if when >= today:
            booked[booking.item] = min(when, booked.get(booking.item, when))
    return booked


def _by_screening(
    screenings: Iterable[ScreeningResult], born: date, on: date
) -> dict[str, list[ScreeningResult]]:
    found: dict[str, list[ScreeningResult]] = {}
    for result in sorted(screenings, key=lambda r: (r.on, _GRAVITY[r.result])):
        if born <= result.on <= on:
            found.setdefault(result.screening, []).append(result)
    return found
