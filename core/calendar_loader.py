"""Reads calendar files whole, and refuses a broken one with file, line and reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from core.ages import Span
from core.calendar import (
    RESULTS,
    Calendar,
    DoseRule,
    Group,
    Interval,
    Product,
    Rule,
    Schedule,
    Screening,
    Season,
    Series,
    Window,
)
from core.located import Entry, build, open_file

SEXES = ("female", "male")
STANDINGS = ("verified", "to_verify")
ROOT = Path(__file__).resolve().parent.parent
_NONE = Span(0, 0)


def vaccination(path: Path) -> tuple[Calendar, ...]:
    """The vaccination calendars of one file. Raises ContentError."""
    return _calendars(path, _vaccination)


def screening(path: Path) -> tuple[Calendar, ...]:
    """The screening calendars of one file. Raises ContentError."""
    return _calendars(path, _screening)


def _calendars(path: Path, make: Any) -> tuple[Calendar, ...]:
    file = str(path.resolve().relative_to(ROOT)) if path.resolve().is_relative_to(ROOT) else str(path)
    whole = open_file(path, file, "the file")
    entries: list[Entry] = whole.entries("calendars", "the calendar")
    whole.close()
    calendars: list[Calendar] = []
    for entry in entries:
        made = build(entry, make)
        if any(c.id == made.id for c in calendars):
            raise entry.refuse("id", f"the calendar “{made.id}” stands twice")
        if any(c.valid_from == made.valid_from for c in calendars):
            raise entry.refuse("valid_from", "another calendar begins on the same day")
        calendars.append(made)
    return tuple(sorted(calendars, key=lambda c: c.valid_from))


def _head(entry: Entry) -> dict[str, Any]:
    head = {
        "id": entry.text("id"),
        "country": entry.text("country"),
        "valid_from": entry.day("valid_from"),
        "valid_to": entry.day("valid_to", None),
        "source": entry.text("source"),
        "reviewer": entry.text("reviewer", None),
        "reviewed_on": entry.day("reviewed_on", None),
        "status": entry.one_of("status", STANDINGS),
        "note": entry.text("note", None),
    }
    if head["valid_to"] and head["valid_to"] < head["valid_from"]:
        raise entry.refuse("valid_to", "“valid_to” is before “valid_from”")
    if (head["reviewer"] is None) != (head["reviewed_on"] is None):
        raise entry.refuse("reviewer", "“reviewer” and “reviewed_on” stand together")
    return head


def _vaccination(entry: Entry) -> Calendar:
    head = _head(entry)
    overdue_after = entry.span("overdue_after")
    grace = entry.whole("grace_days", 4)
    conflict = entry.whole("live_conflict_days", 28)
    regions = frozenset(entry.texts("regions", []))
    products = _products(entry)
    series: list[Series] = []
    for item in entry.entries("series", "the series"):
        made = build(item, lambda e: _series(e, head, products, grace, overdue_after))
        if any(s.id == made.id for s in series):
            raise item.refuse("id", f"the series “{made.id}” stands twice")
        series.append(made)
    return Calendar(
        **head,
        grace_days=grace,
        live_conflict_days=conflict,
        regions=regions,
        products=products,
        series=tuple(series),
    )


def _products(entry: Entry) -> dict[str, Product]:
    listed: Entry = entry.entry("products", "the products")
    products: dict[str, Product] = {}
    for code in listed.names():
        item: Entry = listed.entry(code, f"the product “{code}”")
        products[code] = Product(code, item.flag("live", False))
        item.close()
    return products


def _series(
    entry: Entry, head: dict[str, Any], products: dict[str, Product], grace: int, overdue_after: Span
) -> Series:
    name: str = entry.text("id")
    who = tuple(build(group, _group) for group in entry.entries("who", "the group", []))
    schedules: list[Schedule] = []
    season = entry.entry("season", "the season", None)
    for item in entry.entries("schedules", "the schedule"):
        made = build(item, lambda e: _schedule(e, name, head, products, grace, overdue_after))
        if any(s.id == made.id for s in schedules):
            raise item.refuse("id", f"the schedule “{made.id}” stands twice in “{name}”")
        schedules.append(made)
    given = frozenset(code for s in schedules for dose in s.doses for code in dose.windows)
    return Series(name, who, tuple(schedules), given, build(season, _season) if season else None)


def _season(entry: Entry) -> Season:
    days = []
    for key in ("start", "overdue", "end"):
        text: str = entry.text(key)
        try:
            # 2001 has no 29 February: a season's border exists every year.
            day = date.fromisoformat(f"2001-{text}")
        except ValueError:
            raise entry.refuse(key, f"“{key}” must be a day of the year such as 10-01") from None
        days.append((day.month, day.day))
    return Season(*days)


def _group(entry: Entry) -> Group:
    campaign: Entry | None = entry.entry("campaign", "the campaign", None)
    during = None
    if campaign is not None:
        first, last = campaign.day("from"), campaign.day("to")
        if last < first:
            raise campaign.refuse("to", "the campaign ends before it begins")
        campaign.close()
        during = (first.toordinal(), last.toordinal())
    born = [entry.day(key, None) for key in ("born_from", "born_to")]
    group = Group(
        entry.one_of("sex", SEXES, None),
        entry.flag("pregnant", None),
        frozenset(entry.texts("conditions", [])),
        frozenset(entry.texts("regions", [])),
        entry.span("from_age", None),
        entry.span("until_age", None),
        born[0].toordinal() if born[0] else None,
        born[1].toordinal() if born[1] else None,
        during,
    )
    if group.from_age and group.until_age and group.until_age <= group.from_age:
        raise entry.refuse("until_age", "“until_age” is not after “from_age”")
    return group


def _schedule(
    entry: Entry,
    series: str,
    head: dict[str, Any],
    products: dict[str, Product],
    grace: int,
    overdue_after: Span,
) -> Schedule:
    name: str = entry.text("id")
    start_from, start_until = entry.span("start_from", None), entry.span("start_until", None)
    listed: list[Entry] = entry.entries("doses", "the dose")
    doses = []
    for number, item in enumerate(listed, 1):
        made = _dose(item, number, series, name, head, products, grace, overdue_after)
        item.close()
        if made.repeat is not None and number != len(listed):
            raise item.refuse("repeat", "only the last dose repeats")
        doses.append(made)
    return Schedule(name, start_from, start_until, tuple(doses))


def _dose(
    entry: Entry,
    number: int,
    series: str,
    schedule: str,
    head: dict[str, Any],
    products: dict[str, Product],
    grace: int,
    overdue_after: Span,
) -> DoseRule:
    number = entry.whole("number", number, 1)
    minimum = entry.span("minimum_age", _NONE)
    absolute = entry.span("absolute_minimum_age", None) or _earlier(minimum, grace)
    recommended = entry.span("recommended_age", minimum)
    own_after = entry.span("overdue_after", overdue_after)
    overdue = entry.span("overdue_age", _sum(recommended, own_after))
    too_late = entry.span("too_late_age", None)
    _ascending(entry, absolute, minimum, recommended, overdue, too_late)
    intervals = tuple(
        build(item, lambda e: _interval(e, number, grace))
        for item in entry.entries("intervals", "the interval", [])
    )
    windows = {w.product: w for w in (_window(item, entry, products) for item in entry.items("products"))}
    return DoseRule(
        number,
        windows,
        absolute,
        minimum,
        recommended,
        overdue,
        own_after,
        too_late,
        entry.span("skip_from_age", None),
        entry.span("skip_if_previous_from", None),
        intervals,
        entry.span("repeat", None),
        _rule(
            entry, f"{head['id']}/{series}/{number}" + ("" if schedule == "routine" else f"@{schedule}"), head
        ),
    )


def _rule(entry: Entry, name: str, head: dict[str, Any]) -> Rule:
    return Rule(
        name,
        head["id"],
        entry.text("source", head["source"]),
        entry.one_of("status", STANDINGS, head["status"]),
        entry.text("note", head["note"]),
    )


def _ascending(
    entry: Entry, absolute: Span, minimum: Span, recommended: Span, overdue: Span, too_late: Span | None
) -> None:
    steps = (
        ("minimum_age", absolute, minimum),
        ("recommended_age", minimum, recommended),
        ("overdue_age", recommended, overdue),
    )
    for key, before, after in steps:
        if _days(after) < _days(before):
            raise entry.refuse(key, f"“{key}” is before the age that must come first")
    if too_late is not None and _days(too_late) <= _days(recommended):
        raise entry.refuse("too_late_age", "“too_late_age” is not after “recommended_age”")


def _interval(entry: Entry, number: int, grace: int) -> Interval:
    after = entry.whole("after", 0, 0)
    if after >= number:
        raise entry.refuse("after", f"dose {number} cannot follow dose {after}")
    minimum = entry.span("minimum")
    absolute = entry.span("absolute_minimum", None) or _earlier(minimum, grace)
    recommended = entry.span("recommended", minimum)
    if not _days(absolute) <= _days(minimum) <= _days(recommended):
        raise entry.refuse(
            "minimum", "the intervals must be: absolute minimum, minimum, recommended, each not shorter"
        )
    return Interval(after, absolute, minimum, recommended)


def _window(item: str | Entry, dose: Entry, products: dict[str, Product]) -> Window:
    if isinstance(item, str):
        made = Window(item)
    else:
        made = Window(
            item.text("product"),
            item.span("from_age", None),
            item.span("until_age", None),
            item.one_of("sex", SEXES, None),
        )
        item.close()
    if made.product not in products:
        raise (dose if isinstance(item, str) else item).refuse(
            "products" if isinstance(item, str) else "product",
            f"the product “{made.product}” is not in “products”",
        )
    return made


def _screening(entry: Entry) -> Calendar:
    head = _head(entry)
    checks: list[Screening] = []
    for item in entry.entries("screenings", "the screening"):
        made = build(item, lambda e: _check(e, head))
        if any(c.code == made.code for c in checks):
            raise item.refuse("code", f"the screening “{made.code}” stands twice")
        checks.append(made)
    return Calendar(**head, screenings=tuple(checks))


def _check(entry: Entry, head: dict[str, Any]) -> Screening:
    code: str = entry.text("code")
    weeks: Entry | None = entry.entry("pregnancy_weeks", "the weeks of pregnancy", None)
    span = None
    if weeks is not None:
        span = (weeks.whole("from"), weeks.whole("until"))
        if span[1] <= span[0]:
            raise weeks.refuse("until", "“until” is not after “from”")
        weeks.close()
    interval = entry.span("interval", None)
    after = {r: found for r in RESULTS if (found := entry.span(f"after_{r}", None)) is not None}
    return Screening(
        code,
        tuple(build(group, _group) for group in entry.entries("who", "the group")),
        entry.span("recommended_age", None),
        interval,
        after,
        entry.span("overdue_after"),
        span,
        entry.text("programme_id", None),
        entry.text("questionnaire", None),
        _rule(entry, f"{head['id']}/{code}", head),
    )


def _earlier(span: Span, days: int) -> Span:
    return span if span == _NONE else Span(span.months, span.days - days)


def _sum(one: Span, other: Span) -> Span:
    return Span(one.months + other.months, one.days + other.days)


def _days(span: Span) -> float:
    """Only for comparing two spans of a file: a month counts as its mean length."""
    return span.months * 30.44 + span.days
