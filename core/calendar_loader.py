"""Reads calendar files whole, and refuses a broken one with file, line and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.ages import Span, Table
from core.calendar import RESULTS, Calendar, Group, Product, Rule, Screening, Series, Unscheduled
from core.located import Entry, open_file

STANDINGS = ("verified", "to_verify")
SEXES = ("female", "male")
_ROOT = Path(__file__).resolve().parent.parent


class Making:
    """One calendar while it is read: what its parts share, and all ages named so far."""

    def __init__(self, entry: Entry) -> None:
        self.head = _head(entry)
        self.products: dict[str, Product] = {}
        self.grace_days = 0
        self.overdue_after = Span(0, 0)
        self._ages: dict[Span, int] = {}

    @property
    def ages(self) -> Table:
        return Table(self._ages)

    def place(self, age: Span) -> int:
        """Where the age stands among the calendar's."""
        return self._ages.setdefault(age, len(self._ages))

    def age(self, entry: Entry, key: str) -> int | None:
        """The place of an age that may be left out."""
        span = entry.span(key, None)
        return None if span is None else self.place(span)

    def rule(self, entry: Entry, name: str) -> Rule:
        """Where a part of the calendar comes from; what it does not say itself the calendar says for it."""
        head = self.head
        return Rule(
            f"{head['id']}/{name}",
            head["id"],
            entry.text("source", head["source"]),
            entry.one_of("status", STANDINGS, head["status"]),
            entry.text("note", head["note"]),
        )


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
    from core.series_loader import read_series

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


def groups(entry: Entry, making: Making, default: Any) -> tuple[Group, ...]:
    """The groups under “who”."""
    found = []
    for item in entry.entries("who", "the group", default):
        found.append(_group(item, making))
        item.close()
    return tuple(found)


def _group(entry: Entry, making: Making) -> Group:
    campaign: Entry | None = entry.entry("campaign", "the campaign", None)
    during = None
    if campaign is not None:
        first, last = campaign.day("from"), campaign.day("to")
        if last < first:
            raise campaign.refuse("to", "the campaign ends before it begins")
        campaign.close()
        during = (first.toordinal(), last.toordinal())
    since, until = entry.span("from_age", None), entry.span("until_age", None)
    if since and until and days(until) <= days(since):
        raise entry.refuse("until_age", "“until_age” is not after “from_age”")
    born = [entry.day(key, None) for key in ("born_from", "born_to")]
    if born[0] and born[1] and born[1] < born[0]:
        raise entry.refuse("born_to", "“born_to” is before “born_from”")
    return Group(
        entry.one_of("sex", SEXES, None),
        entry.flag("pregnant", None),
        frozenset(entry.texts("conditions", [])),
        frozenset(entry.texts("regions", [])),
        making.age(entry, "from_age"),
        making.age(entry, "until_age"),
        born[0].toordinal() if born[0] else None,
        born[1].toordinal() if born[1] else None,
        during,
    )


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


def total(one: Span, other: Span) -> Span:
    """Two spans one after the other."""
    return Span(one.months + other.months, one.days + other.days)


def days(span: Span) -> float:
    """Only for comparing two spans of a file: a month counts as its mean length."""
    return span.months * 30.44 + span.days
