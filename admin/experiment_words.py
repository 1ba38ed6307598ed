"""Experiments in the words of staff, and both texts as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

from core import notice_words, script
from core.deliveries import Hours
from core.experiments import Action, Kind, State
from core.halves import VARIANTS, Variant
from core.i18n import LANGUAGES, Language, Text, Words, _
from core.notices import Item, Notice, Tried

STATES: Mapping[State, Text] = {
    "draft": _("Being written"),
    "waiting": _("Waits for approval"),
    "approved": _("Approved, can be started"),
    "running": _("Running"),
    "ended": _("It has ended"),
}
MARKS: Mapping[State, str] = {
    "draft": "draft",
    "waiting": "draft",
    "approved": "good",
    "running": "good",
    "ended": "wait",
}
KINDS: Mapping[Kind, Text] = {
    "vaccination": _("Reminders of vaccinations"),
    "screening": _("Reminders of check-ups"),
}
BUTTONS: Mapping[Action, Text] = {
    "ask": _("Ask for approval"),
    "approve": _("Approve"),
    "send_back": _("Give back for changes"),
    "start": _("Start comparing"),
    "end": _("End it"),
}
HAPPENS: Mapping[Action, Text] = {
    "approve": _(
        "You answer for it that half of the people may read these words. After that it can be started."
    ),
    "start": _(
        "From the next reminder on half of the people read the second text in Telegram, the other half the usual one."
    ),
    "end": _("From the next reminder on everybody reads the usual text again. It cannot be started again."),
}
"""What is asked about once more before it happens."""
DONE: Mapping[Action, Text] = {
    "ask": _("Another member of staff must approve the second text now."),
    "approve": _("Approved. It can be started."),
    "send_back": _("The texts can be changed again."),
    "start": _("It is running."),
    "end": _("Ended. What came of it stands on the page “Effect”."),
}
SAMPLE_AT = datetime(2026, 1, 12, 7, 0, tzinfo=UTC)
SAMPLE_NAME = "Madina"


@dataclass(frozen=True, slots=True)
class Seen:
    """One text as one reader sees it; `buttons` are what stands on those below it."""

    variant: Variant
    language: Language
    html: Markup
    buttons: tuple[str, ...]


def seen(kind: Kind, words: Words) -> list[Seen]:
    """Both texts in every script, in a reminder like the real ones and made by the same code."""
    return [_seen(kind, of, words, language) for of in VARIANTS for language in LANGUAGES]


def _seen(kind: Kind, of: Variant, words: Words, language: Language) -> Seen:
    tried = Tried(0, of, words if of == "b" else None)
    message = notice_words.compose(_sample(kind, language, tried), SAMPLE_AT, "salomat_bot", cyrillic=True)
    labels = tuple(button.label for row in message.buttons for button in row)
    return Seen(of, language, Markup(message.text), labels)  # noqa: S704 – made and escaped as for Telegram


def _sample(kind: Kind, language: Language, tried: Tried) -> Notice:
    """A child's vaccination in a week, or a grown person's check-up."""
    child = kind == "vaccination"
    name = SAMPLE_NAME if language == "uz" else script.to_cyrillic(SAMPLE_NAME)
    item = Item(
        reminder_id=1,
        kind=kind,
        item="",
        dose=1,
        step="",
        due_on=SAMPLE_AT.date() + timedelta(days=7),
        due_at=None,
        about_id=2 if child else 1,
        about=name if child else None,
        birth_date=date(2025, 1, 19) if child else date(1970, 1, 1),
    )
    until = SAMPLE_AT + timedelta(days=7)
    return Notice(1, 1, 1, language, "telegram", "", (item,), until, capped=True, hours=Hours(), tried=tried)
