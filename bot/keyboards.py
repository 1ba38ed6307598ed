"""Buttons: inline rows, the main menu, and the keyboards of questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from core.i18n import LANGUAGES, Language, Text, Words, _
from core.people import Visitor


@dataclass(frozen=True, slots=True)
class Press:
    """An inline button: what it says, and the data it sends (at most 64 bytes) or the link it opens."""

    label: Text | Words
    data: str | None = None
    url: str | None = None


Rows = Sequence[Sequence[Press]]

MENU = {
    "booking": _("Book a visit"),
    "advice": _("Advice"),
    "passport": _("My passport"),
    "reminders": _("Reminders"),
    "family": _("My family"),
    "questions": _("Ask a question"),
    "settings": _("Settings"),
    "register": _("Sign up"),
}
BACK = _("Back")
CANCEL = _("Cancel")
CANCEL_WORDS = frozenset(
    {
        "bekor",
        "bekor qil",
        "bekor qiling",
        "bekor qilish",
        "bekor qilaman",
        "to'xtat",
        "отмена",
        "отмени",
        "отменить",
        "stop",
    }
)


def inline(rows: Rows, language: Language) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text=b.label.render(language), callback_data=b.data, url=b.url)
                for b in row
            ]
            for row in rows
            if row
        ]
    )


def columns(buttons: Iterable[Press], width: int) -> list[list[Press]]:
    """The buttons in rows of `width`."""
    flat = list(buttons)
    return [flat[i : i + width] for i in range(0, len(flat), width)]


def menu(visitor: Visitor, language: Language) -> ReplyKeyboardMarkup:
    """The main menu: everything for those we know, advice and signing up for the rest."""
    known = [["booking", "reminders"], ["advice", "passport"], ["family", "questions"], ["settings"]]
    unknown = [["advice", "questions"], ["register", "settings"]]
    return _reply([[MENU[name] for name in row] for row in (known if visitor.citizen else unknown)], language)


def question(language: Language, *, contact: Text | None = None, back: bool = True) -> ReplyKeyboardMarkup:
    """Below a question one types an answer to: perhaps the contact button, then back and cancel."""
    keyboard = _reply([[BACK, CANCEL] if back else [CANCEL]], language)
    if contact:
        keyboard.keyboard.insert(0, [KeyboardButton(text=contact.render(language), request_contact=True)])
    return keyboard


def says(label: Text, text: str | None) -> bool:
    """Whether `text` is this button in any language: a keyboard may be older than the last change of language."""
    return text is not None and any(text == label.render(language) for language in LANGUAGES)


def _reply(rows: Sequence[Sequence[Text]], language: Language) -> ReplyKeyboardMarkup:
    return ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text=label.render(language)) for label in row] for row in rows],
        resize_keyboard=True,
        is_persistent=True,
    )
