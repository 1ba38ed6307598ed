"""What a national calendar says, as values: who gets which dose and which check, at what age, how far apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from core.ages import Span, Table

# Every vaccine and every check is one of these, and nothing else, to the person it is for.
STATUSES = ("complete", "not_yet", "due", "overdue", "too_late", "exempt", "refused", "not_for_person")
# Why a dose that was given does not count.
REASONS = (
    "too_young",
    "interval_too_short",
    "live_vaccine_conflict",
    "after_latest_age",
    "extraneous",
    "wrong_product",
)
RESULTS = ("normal", "abnormal", "inadequate")


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a recommendation comes from. `id` is stable: calendar/series/dose."""

    id: str
    version: str
    source: str
    status: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a rule is for; every condition that is set must hold, of `conditions` and `regions` one is enough.

    Ages, here and below, are places in `Calendar.ages`.
    """

    sex: str | None = None
    pregnant: bool | None = None
    conditions: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    from_age: int | None = None
    until_age: int | None = None
    born_from: int | None = None
    born_until: int | None = None
    during: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A vaccine as it stands on the box. `live` means live and injected: two of those keep apart."""

    code: str
    live: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """At what ages, and to which sex, a product may give a dose; `until_age` itself is no longer inside."""

    product: str
    from_age: int | None = None
    until_age: int | None = None
    sex: str | None = None


class Interval(NamedTuple):
    """Distance from an earlier dose: `after` is its number, 0 is the previous one."""

    after: int
    absolute_minimum: Span
    minimum: Span
    recommended: Span


@dataclass(frozen=True, slots=True, eq=False)
class DoseRule:
    """One dose.

    `windows` are the products that give it, None where one gives it at any age to anybody. From `overdue_age` on it is
    overdue, from `too_late_age` on it is not given, from `skip_from_age` on the next dose takes its place, as it does
    when the dose before was given at `skip_if_previous_from` or later. `repeat` on the last dose: given again after so
    long, for life.
    """

    number: int
    windows: Mapping[str, Window | None]
    absolute_minimum_age: int
    minimum_age: int
    recommended_age: int
    overdue_age: int
    overdue_after: Span
    too_late_age: int | None
    skip_from_age: int | None
    skip_if_previous_from: int | None
    intervals: tuple[Interval, ...]
    repeat: Span | None
    rule: Rule
    first_product: str
    skippable: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """One way through a series, for who starts at an age from `start_from` to before `start_until`."""

    id: str
    start_from: int | None
    start_until: int | None
    doses: tuple[DoseRule, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """A dose every year: (month, day) of the start, of when it is overdue, and of the last day."""

    start: tuple[int, int]
    overdue: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Series:
    """The protection against one disease (or a few always given together), and the ways to it.

    `disjoint` when for every age at the start there is at most one schedule.
    """

    id: str
    who: tuple[Group, ...]
    schedules: tuple[Schedule, ...]
    products: frozenset[str]
    season: Season | None = None
    disjoint: bool = False


@dataclass(frozen=True, slots=True)
class Screening:
    """One check. Without `interval` it is done once. `weeks` is the window of pregnancy it belongs to.

    `first_age` and `first_overdue_age` are when the very first one is due and overdue, where that follows from the age
    alone.
    """

    code: str
    who: tuple[Group, ...]
    recommended_age: int | None
    interval: Span | None
    after: Mapping[str, Span]
    overdue_after: Span
    first_age: int | None
    first_overdue_age: int | None
    weeks: tuple[int, int] | None
    programme_id: str | None
    questionnaire: str | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Unscheduled:
    """A check the state names without saying for whom or how often: shown to staff, never promised to anybody."""

    code: str
    programme_id: str | None
    rule: Rule


@dataclass(frozen=True, eq=False)
class Calendar:
    """One version of a country's rules, in force from `valid_from` to `valid_to`, both inside.

    Equal only to itself, so that answers can be kept by it. `ages` are all the different ages its rules name, so that
    each is worked out once for a person.
    """

    id: str
    country: str
    valid_from: date
    valid_to: date | None
    source: str
    reviewer: str | None
    reviewed_on: date | None
    status: str
    note: str | None
    grace_days: int = 4
    live_conflict_days: int = 28
    regions: frozenset[str] = frozenset()
    ages: Table = field(default_factory=lambda: Table(()))
    products: Mapping[str, Product] | None = None
    series: tuple[Series, ...] = ()
    screenings: tuple[Screening, ...] = ()
    unscheduled: tuple[Unscheduled, ...] = ()

    def age(self, place: int | None) -> Span | None:
        """The age that a rule of this calendar names by its place."""
        return None if place is None else self.ages.spans[place]

    @cached_property
    def series_by_product(self) -> Mapping[str, tuple[int, ...]]:
        """For every product, the places in `series` of those it may count for."""
        return {
            code: tuple(n for n, series in enumerate(self.series) if code in series.products)
            for code in self.products or {}
        }

    @cached_property
    def series_by_name(self) -> tuple[int, ...]:
        """The places in `series`, by their ids."""
        return tuple(sorted(range(len(self.series)), key=lambda place: self.series[place].id))

    @cached_property
    def conditions(self) -> frozenset[str]:
        """All conditions any rule asks for."""
        return frozenset().union(*(group.conditions for group in self._groups))

    @cached_property
    def named_regions(self) -> frozenset[str]:
        """All regions any rule asks for."""
        return frozenset().union(*(group.regions for group in self._groups))

    @cached_property
    def _groups(self) -> tuple[Group, ...]:
        parts: tuple[Series | Screening, ...] = (*self.series, *self.screenings)
        return tuple(group for part in parts for group in part.who)

    @cached_property
    def live_products(self) -> frozenset[str]:
        return frozenset(code for code, product in (self.products or {}).items() if product.live)


@dataclass(frozen=True, eq=False)
class Calendars:
    """All that is loaded; the one in force on the day decides."""

    vaccination: tuple[Calendar, ...]
    screening: tuple[Calendar, ...] = ()

    def vaccination_on(self, day: date) -> Calendar:
        return _in_force(self.vaccination, day)

    def screening_on(self, day: date) -> Calendar | None:
        return _in_force(self.screening, day) if self.screening else None

    @cached_property
    def vaccine_codes(self) -> frozenset[str]:
        return frozenset(code for calendar in self.vaccination for code in calendar.products or {})

    @cached_property
    def screening_codes(self) -> frozenset[str]:
        return frozenset(s.code for calendar in self.screening for s in calendar.screenings)

    @cached_property
    def regions(self) -> frozenset[str]:
        return frozenset(r for calendar in self.vaccination for r in calendar.regions)


def _in_force(calendars: tuple[Calendar, ...], day: date) -> Calendar:
    """The calendar of `day`. Before the first one, the first; after the last one's end, still the last."""
    if len(calendars) == 1:
        return calendars[0]
    begun = [c for c in calendars if c.valid_from <= day]
    return max(begun, key=lambda c: c.valid_from) if begun else min(calendars, key=lambda c: c.valid_from)
