"""What an update holds: its chat, its words, the language its writer seems to speak."""

from __future__ import annotations

from typing import Any

from aiogram.types import Update

from bot.emergency import spoken_language
from core.i18n import Language, localize

MOST_AT_ONCE = 100
"""In one getUpdates: those behind them are not seen until these are acknowledged."""


def payload_of(update: Update) -> dict[str, Any]:
    return update.model_dump(mode="json", exclude_none=True, exclude_unset=True, by_alias=True)


def words_of(update: Update) -> str:
    return (update.message.text or update.message.caption or "") if update.message else ""


def language_of(update: Update) -> Language:
    """The nearest guess without the database: the message's own, else that of the person's Telegram."""
    text, event = words_of(update), update.message or update.callback_query
    if text and text[0] != "/":
        return spoken_language(text)
    return localize(event.from_user.language_code if event and event.from_user else None)


def chat_of(update: Update) -> int | None:
    message = update.message or update.edited_message
    if message:
        return message.chat.id
    if update.callback_query:
        return update.callback_query.from_user.id
    return update.my_chat_member.chat.id if update.my_chat_member else None
