"""How a handler speaks: lazy texts in, one Telegram message in the chat's language out."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InaccessibleMessage,
    InlineKeyboardMarkup,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot import keyboards
from bot.keyboards import Rows
from core.i18n import Language, Text

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


@dataclass(slots=True)
class Say:
    """Bound to one chat for the length of one update. `language` may be changed in between."""

    bot: Bot
    chat_id: int
    language: Language
    press: CallbackQuery | None = None
    _toasted: bool = field(default=False, repr=False)

    async def __call__(
        self, text: Text, rows: Rows = (), *, markup: Markup | None = None, protect: bool = False
    ) -> Message:
        """Send a message with inline buttons, or with any other keyboard."""
        return await self.bot.send_message(
            self.chat_id,
            text.html(self.language),
            reply_markup=markup or (keyboards.inline(rows, self.language) if rows else None),
            protect_content=protect or None,
        )

    async def edit(self, text: Text, rows: Rows = ()) -> int:
        """Turn the message whose button was pressed into this one; where that is impossible, send it. The message's id."""
        message = self.press.message if self.press else None
        if not isinstance(message, Message):
            return (await self(text, rows)).message_id
        try:
            await self.bot.edit_message_text(
                text.html(self.language),
                chat_id=self.chat_id,
                message_id=message.message_id,
                reply_markup=keyboards.inline(rows, self.language) if rows else None,
            )
        except TelegramBadRequest as refusal:
            if "not modified" not in refusal.message:
                return (await self(text, rows)).message_id
        return message.message_id

    async def toast(self, text: Text | None = None, *, alert: bool = False) -> None:
        """Answer the press, once: with words over the chat, or silently. A press too old to answer is no matter."""
        if self.press is None or self._toasted:
            return
        self._toasted = True
        try:
            await self.press.answer(text.render(self.language) if text else None, show_alert=alert or None)
        except TelegramBadRequest as refusal:
            if "too old" not in refusal.message and "query ID is invalid" not in refusal.message:
                raise

    async def without_buttons(self) -> None:
        """Take the buttons off the message whose button was pressed: its question is answered."""
        if self.press and isinstance(self.press.message, Message):
            try:
                await self.press.message.edit_reply_markup(reply_markup=None)
            except TelegramBadRequest:
                return

    async def document(self, name: str, content: bytes, caption: Text) -> None:
        file = BufferedInputFile(content, filename=name)
        await self.bot.send_document(
            self.chat_id, file, caption=caption.html(self.language), protect_content=True
        )

    async def photo(self, name: str, content: bytes, caption: Text, rows: Rows = ()) -> None:
        await self.bot.send_photo(
            self.chat_id,
            BufferedInputFile(content, filename=name),
            caption=caption.html(self.language),
            reply_markup=keyboards.inline(rows, self.language) if rows else None,
            protect_content=True,
        )


def pressed_message_id(press: CallbackQuery) -> int | None:
    return press.message.message_id if isinstance(press.message, Message | InaccessibleMessage) else None
