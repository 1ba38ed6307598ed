"""What a promise is called: to the person who asks in full, in a message without naming vaccine or disease."""

from __future__ import annotations

from datetime import date, datetime

from core import programme_words
from core.i18n import Text, Words, _, n_
from core.reminders import Kind

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


def why_appointment(starts_at: datetime | None) -> Text:
    return _(
        "You have an appointment on {at}. I remind you the day before and two hours before.", at=starts_at
    )
