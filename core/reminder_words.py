"""What a promise is called: to the person who asks in full, in a message without naming vaccine or disease."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from core import programme_words
from core.i18n import Text, Words, _, join, n_
from core.passport import NextStep
from core.reminders import Kind

MOST_REASONS = 3
"""With how many more there are and the calendar named, at most five lines."""

WHY_CALENDAR = _("I keep to the national calendar. Your clinic can tell you more.")
WHY_NO_LONGER = _("It was due when I wrote. Now nothing is open here any more.")


def title(kind: Kind, item: str, due_on: date, birth_date: date) -> Text | Words:
    """For the person's own list: «Vaccination at 12 months», or the check by its name."""
    return programme_words.screening(item) if kind == "screening" else label(kind, due_on, birth_date)


def label(kind: Kind, due_on: date, birth_date: date) -> Text:
    """For a message that others may see: the age of the visit, never what it is against."""
    if kind == "appointment":
        return _("Appointment")
    if kind == "campaign":
        return _("Message of the clinics")
    if kind == "screening":
        return _("Planned check-up")
    months = (due_on.year - birth_date.year) * 12 + due_on.month - birth_date.month
    if due_on.day != birth_date.day or not 0 < months < 18 * 12:
        return _("Planned vaccination")
    if months >= 24 and months % 12 == 0:
        return n_("Vaccination at {n} year", "Vaccination at {n} years", months // 12)
    return n_("Vaccination at {n} month", "Vaccination at {n} months", months)


def why(steps: Iterable[NextStep]) -> Text:
    """The reasons of what is due, soonest first: what is planned at one age is one line, and the rest is counted."""
    visits: dict[str, list[NextStep]] = {}
    for step in sorted(steps, key=lambda step: step.recommended_on or date.max):
        values = step.reason.values
        planned = (step.status == "not_yet", values.get("age"), values.get("on"))
        same = step.programme == "vaccination" and "age" in values
        visits.setdefault(repr(planned if same else step.reason), []).append(step)
    lines = [_visit(visit) for visit in visits.values()]
    left = len(lines) - MOST_REASONS
    more = [_("… and {n} more.", n=left)] if left > 0 else []
    return join("\n", *(lines[:MOST_REASONS] or [WHY_NO_LONGER]), *more, WHY_CALENDAR)


def _visit(steps: list[NextStep]) -> Text:
    """One line for what is done in one visit, each vaccine once."""
    items = list(dict.fromkeys(step.item for step in steps))
    if len(items) == 1:
        return steps[0].reason
    values = steps[0].reason.values
    names = join(", ", *(_name(item) for item in items))
    planned = {"items": names, "age": values["age"], "on": values["on"]}
    if steps[0].status == "not_yet":
        return _("Coming: {items}. Planned {age}, that is on {on}.", **planned)
    return _("Not recorded yet: {items}. Planned {age}, that is {on}.", **planned)


def _name(item: str) -> Text:
    return Text("{name}", values={"name": programme_words.short(item)})


def why_appointment(starts_at: datetime | None) -> Text:
    return _(
        "You have an appointment on {at}. I remind you the day before and two hours before.", at=starts_at
    )
