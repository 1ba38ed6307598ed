"""What a reminder says by SMS: whole sentences that name no vaccine, no disease and no result."""

from __future__ import annotations

from datetime import datetime

from core import reminders as rules
from core.booking import day_of, show_time
from core.i18n import Text, _
from core.notices import Item, Notice
from core.people import age_years

BY = {
    ("vaccination", "own"): _(
        "Salomat: by {day} it is time for a planned vaccination. Book: {bot} To stop: STOP"
    ),
    ("vaccination", "child"): _(
        "Salomat: by {day} it is time for your child's planned vaccination. Book: {bot} To stop: STOP"
    ),
    ("vaccination", "other"): _(
        "Salomat: by {day} it is time for your relative's planned vaccination. Book: {bot} To stop: STOP"
    ),
    ("screening", "own"): _("Salomat: by {day} it is time for a planned check-up. Book: {bot} To stop: STOP"),
    ("screening", "child"): _(
        "Salomat: by {day} it is time for your child's planned check-up. Book: {bot} To stop: STOP"
    ),
    ("screening", "other"): _(
        "Salomat: by {day} it is time for your relative's planned check-up. Book: {bot} To stop: STOP"
    ),
}
NOW = {
    ("vaccination", "own"): _("Salomat: it is time for a planned vaccination. Book: {bot} To stop: STOP"),
    ("vaccination", "child"): _(
        "Salomat: it is time for your child's planned vaccination. Book: {bot} To stop: STOP"
    ),
    ("vaccination", "other"): _(
        "Salomat: it is time for your relative's planned vaccination. Book: {bot} To stop: STOP"
    ),
    ("screening", "own"): _("Salomat: it is time for a planned check-up. Book: {bot} To stop: STOP"),
    ("screening", "child"): _(
        "Salomat: it is time for your child's planned check-up. Book: {bot} To stop: STOP"
    ),
    ("screening", "other"): _(
        "Salomat: it is time for your relative's planned check-up. Book: {bot} To stop: STOP"
    ),
}


def text(notice: Notice, now: datetime, bot_name: str) -> Text:
    """A whole sentence of the catalog; what varies in it are figures only, as operators ask."""
    first = notice.items[0]
    bot = f"t.me/{bot_name}"
    if first.kind == "appointment":
        return _appointment(first, bot)
    if len({item.about_id for item in notice.items}) > 1:
        return _("Salomat: it is time for planned visits in your family. Book: {bot} To stop: STOP", bot=bot)
    due = [item.due_on for item in notice.items if item.due_on >= day_of(now)]
    kind = "vaccination" if any(item.kind == "vaccination" for item in notice.items) else "screening"
    whose = (
        "own"
        if first.about is None
        else "child"
        if age_years(first.birth_date, day_of(now)) < 18
        else "other"
    )
    templates = BY if due else NOW
    values = {"bot": bot} | ({"day": min(due).strftime("%d.%m")} if due else {})
    return Text(templates[kind, whose].msgid, values=values)


def _appointment(item: Item, bot: str) -> Text:
    if item.step == rules.MISSED:
        return _("Salomat: the appointment did not take place. Another time: {bot} To stop: STOP", bot=bot)
    assert item.due_at is not None
    values = {"day": day_of(item.due_at).strftime("%d.%m"), "time": show_time(item.due_at), "bot": bot}
    if item.step == rules.CANCELLED:
        return _("Salomat: the clinic cancelled the visit on {day} at {time}. Another time: {bot}", **values)
    if item.step == rules.MOVED:
        return _("Salomat: the clinic moved the visit. New time: {day} at {time}. More: {bot}", **values)
    if item.about is None:
        return _("Salomat: you have an appointment on {day} at {time}. More: {bot} To stop: STOP", **values)
    return _(
        "Salomat: your relative has an appointment on {day} at {time}. More: {bot} To stop: STOP", **values
    )
