"""Reads the series of a vaccination calendar: schedules, doses, products, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from core.ages import Span
from core.calendar import DoseRule, Interval, Schedule, Season, Series, Window
from core.calendar_entries import SEXES, Making, days, groups, total
from core.located import Entry

_NOTHING = Span(0, 0)


def read_series(entry: Entry, making: Making) -> Series:
    """One item under “series”."""
    name: str = entry.text("id")
    season: Entry | None = entry.entry("season", "the season", None)
    schedules: list[Schedule] = []
    for item in entry.entries("schedules", "the schedule"):
        made = _schedule(item, name, making)
        item.close()
        if any(s.id == made.id for s in schedules):
            raise item.refuse("id", f"the schedule “{made.id}” stands twice in “{name}”")
        schedules.append(made)
    products = frozenset(code for s in schedules for dose in s.doses for code in dose.windows)
    who = groups(entry, making, [])
    return Series(
        name,
        who,
        tuple(schedules),
        products,
        _season(season) if season else None,
        _disjoint(schedules, making),
    )


def _disjoint(schedules: Sequence[Schedule], making: Making) -> bool:
    """Whether each schedule begins only where the one before it in the file has ended."""
    spans = making.ages.spans
    return all(
        one.start_until is not None
        and other.start_from is not None
        and days(spans[one.start_until]) <= days(spans[other.start_from])
        for one, other in pairwise(schedules)
    )


def _season(entry: Entry) -> Season:
    found = []
    for key in ("start", "overdue", "end"):
        text: str = entry.text(key)
        try:
            # 2001 has no 29 February: the border of a season exists every year.
            day = date.fromisoformat(f"2001-{text}")
        except ValueError:
            raise entry.refuse(key, f"“{key}” must be a day of the year such as 10-01") from None
        found.append((day.month, day.day))
    entry.close()
    start, overdue, end = ((day < found[0], day) for day in found)
    if not start < overdue <= end:
        raise entry.refuse("overdue", "the days of a season must be: start, overdue, end")
    return Season(*found)


def _schedule(entry: Entry, series: str, making: Making) -> Schedule:
    name: str = entry.text("id")
    since, until = entry.span("start_from", None), entry.span("start_until", None)
    if since and until and days(until) <= days(since):
        raise entry.refuse("start_until", "“start_until” is not after “start_from”")
    label = series if name == "routine" else f"{series}.{name}"
    doses: list[DoseRule] = []
    for item in entry.entries("doses", "the dose"):
        if doses and doses[-1].repeat is not None:
            raise item.refuse(None, "after a dose that repeats comes no other")
        doses.append(_dose(item, label, making, doses))
        item.close()
    return Schedule(name, making.age(entry, "start_from"), making.age(entry, "start_until"), tuple(doses))


def _dose(entry: Entry, label: str, making: Making, before: Sequence[DoseRule]) -> DoseRule:
    number: int = entry.whole("number", before[-1].number + 1 if before else 1, 1)
    if before and number <= before[-1].number:
        raise entry.refuse("number", "“number” is not higher than the dose before")
    minimum: Span = entry.span("minimum_age", _NOTHING)
    absolute: Span = entry.span("absolute_minimum_age", _earlier(minimum, making.grace_days))
    recommended: Span = entry.span("recommended_age", minimum)
    after: Span = entry.span("overdue_after", making.overdue_after)
    overdue: Span = entry.span("overdue_age", total(recommended, after))
    _in_order(entry, absolute, minimum, recommended, overdue)
    windows = _windows(entry, making)
    return DoseRule(
        number,
        windows,
        making.place(absolute),
        making.place(minimum),
        making.place(recommended),
        making.place(overdue),
        after,
        making.age(entry, "too_late_age"),
        making.age(entry, "skip_from_age"),
        making.age(entry, "skip_if_previous_from"),
        _intervals(entry, making, before),
        entry.span("repeat", None),
        making.rule(entry, f"{label}/{number}"),
        next(iter(windows)),
        "skip_from_age" in entry or "skip_if_previous_from" in entry,
    )


def _in_order(entry: Entry, absolute: Span, minimum: Span, recommended: Span, overdue: Span) -> None:
    too_late: Span | None = entry.span("too_late_age", None)
    steps = (
        ("minimum_age", absolute, minimum),
        ("recommended_age", minimum, recommended),
        ("overdue_age", recommended, overdue),
    )
    for key, earlier, later in steps:
        if days(later) < days(earlier):
            raise entry.refuse(key, f"“{key}” is before the age that must come first")
    if too_late is not None and days(too_late) <= days(recommended):
        raise entry.refuse("too_late_age", "“too_late_age” is not after “recommended_age”")


def _intervals(entry: Entry, making: Making, before: Sequence[DoseRule]) -> tuple[Interval, ...]:
    found = []
    for item in entry.entries("intervals", "the interval", []):
        after: int = item.whole("after", 0)
        if after and after not in {dose.number for dose in before}:
            raise item.refuse("after", f"there is no dose {after} before this one")
        minimum: Span = item.span("minimum")
        absolute: Span = item.span("absolute_minimum", _earlier(minimum, making.grace_days))
        recommended: Span = item.span("recommended", minimum)
        if not days(absolute) <= days(minimum) <= days(recommended):
            raise item.refuse(
                "minimum", "an interval must be: absolute_minimum, minimum, recommended, none shorter"
            )
        item.close()
        found.append(Interval(after, absolute, minimum, recommended))
    return tuple(found)


def _windows(entry: Entry, making: Making) -> dict[str, Window | None]:
    found: dict[str, Window | None] = {}
    for item in entry.items("products"):
        if isinstance(item, str):
            code, window = item, None
        else:
            code = item.text("product")
            since, until = making.age(item, "from_age"), making.age(item, "until_age")
            window = Window(code, since, until, item.one_of("sex", SEXES, None))
            item.close()
        if code not in making.products:
            raise entry.refuse("products", f"the product “{code}” is not in “products”")
        if code in found:
            raise entry.refuse("products", f"the product “{code}” stands twice in one dose")
        found[code] = window
    return found


def _earlier(span: Span, grace_days: int) -> Span:
    return span if span == _NOTHING else Span(span.months, span.days - grace_days)
