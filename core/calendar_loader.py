"""Reads calendar files whole, and refuses a broken one with file, line and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.calendar import RESULTS, Calendar, Product, Screening, Series, Unscheduled
from core.calendar_entries import Making, groups, total
from core.located import Entry, open_file
from core.series_loader import read_series

_ROOT = Path(__file__).resolve().parent.parent


def vaccination(path: Path) -> tuple[Calendar, ...]:
    """The vaccination calendars of one file, oldest first. Raises ContentError."""
    return _calendars(path, _vaccination)


def screening(path: Path) -> tuple[Calendar, ...]:
    """The screening calendars of one file, oldest first. Raises ContentError."""
    return _calendars(path, _screening)


def _calendars(path: Path, make: Callable[[Entry], Calendar]) -> tuple[Calendar, ...]:
    whole = path.resolve()
    file = str(whole.relative_to(_ROOT)) if whole.is_relative_to(_ROOT) else str(path)
    top = open_file(path, file, "the file")
    entries = top.entries("calendars", "the calendar")
    top.close()
    calendars: list[Calendar] = []
    for entry in entries:
        made = make(entry)
        entry.close()
        if any(c.id == made.id for c in calendars):
            raise entry.refuse("id", f"the calendar “{made.id}” stands twice")
        if any(c.valid_from == made.valid_from for c in calendars):
            raise entry.refuse("valid_from", "another calendar begins on the same day")
        calendars.append(made)
    return tuple(sorted(calendars, key=lambda c: c.valid_from))


def _vaccination(entry: Entry) -> Calendar:
    making = Making(entry)
    making.grace_days = entry.whole("grace_days", 4)
    making.overdue_after = entry.span("overdue_after")
    making.products = _products(entry)
    series: list[Series] = []
    for item in entry.entries("series", "the series"):
        made = read_series(item, making)
        item.close()
        if any(s.id == made.id for s in series):
            raise item.refuse("id", f"the series “{made.id}” stands twice")
        series.append(made)
    return Calendar(
        **making.head,
        grace_days=making.grace_days,
        live_conflict_days=entry.whole("live_conflict_days", 28),
        regions=frozenset(entry.texts("regions", [])),
        ages=making.ages,
        products=making.products,
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


def _screening(entry: Entry) -> Calendar:
    making = Making(entry)
    checks: list[Screening] = []
    for item in entry.entries("screenings", "the screening"):
        made = _check(item, making)
        item.close()
        if any(c.code == made.code for c in checks):
            raise item.refuse("code", f"the screening “{made.code}” stands twice")
        checks.append(made)
    others = []
    for item in entry.entries("unscheduled", "the programme without a plan", []):
        code: str = item.text("code")
        others.append(Unscheduled(code, item.text("programme_id", None), making.rule(item, code)))
        item.close()
    return Calendar(**making.head, ages=making.ages, screenings=tuple(checks), unscheduled=tuple(others))


def _check(entry: Entry, making: Making) -> Screening:
    code: str = entry.text("code")
    weeks: Entry | None = entry.entry("pregnancy_weeks", "the weeks of pregnancy", None)
    window = None
    if weeks is not None:
        window = (weeks.whole("from"), weeks.whole("until"))
        if window[1] <= window[0]:
            raise weeks.refuse("until", "“until” is not after “from”")
        weeks.close()
    after = {r: found for r in RESULTS if (found := entry.span(f"after_{r}", None)) is not None}
    who = groups(entry, making, None)
    overdue_after = entry.span("overdue_after")
    first = making.age(entry, "recommended_age")
    begins = {group.from_age for group in who if group.during is None}
    if first is None and len(begins) == 1:
        first = begins.pop()
    return Screening(
        code,
        who,
        making.age(entry, "recommended_age"),
        entry.span("interval", None),
        after,
        overdue_after,
        first,
        None if first is None else making.place(total(making.ages.spans[first], overdue_after)),
        window,
        entry.text("programme_id", None),
        entry.text("questionnaire", None),
        making.rule(entry, code),
    )
