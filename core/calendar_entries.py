"""What all parts of a calendar file share: its head, the groups under “who”, sources and ages."""

from __future__ import annotations

from typing import Any

from core.ages import Span, Table
from core.calendar import Group, Product, Rule
from core.located import Entry

STANDINGS = ("verified", "to_verify")
SEXES = ("female", "male")


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


def total(one: Span, other: Span) -> Span:
    """Two spans one after the other."""
    return Span(one.months + other.months, one.days + other.days)


def days(span: Span) -> float:
    """Only for comparing two spans of a file: a month counts as its mean length."""
    return span.months * 30.44 + span.days
