"""What happens around every handler: recognising the person, speaking their language, swallowing double presses."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.answered import answering
from bot.clock import Clock
from bot.emergency import spoken_language
from bot.errors import said
from bot.outage import SERVICE_IS_DOWN
from bot.say import Say, pressed_message_id
from bot.understanding import Interprets, Understanding
from core.i18n import localize
from core.turns import NoTurn
from services import Database, people

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
DOUBLE_PRESS_S = 2.0
TYPING_AFTER_S = 0.7
TYPING_LASTS_S = 5.0
TYPED_BEFORE_TELLING = 4
"""After some 20 s words say that the message is kept: the very first start trains its engine for a minute or more."""


@asynccontextmanager
async def typing(bot: Bot, say: Say) -> AsyncIterator[None]:
    """Shows «typing …» while something takes long, and says so once; that it cannot be shown disturbs nobody."""

    async def show() -> None:
        answering.set(None)  # of this task only: what it says is no answer, and a restart still gives one
        await asyncio.sleep(TYPING_AFTER_S)
        with suppress(TelegramAPIError, NoTurn):
            for shown in count():
                if shown == TYPED_BEFORE_TELLING:
                    await bot.send_message(say.chat_id, SERVICE_IS_DOWN.html(say.language))
                await bot.send_chat_action(say.chat_id, "typing")
                await asyncio.sleep(TYPING_LASTS_S)

    shown = asyncio.create_task(show())
    try:
        yield
    finally:
        shown.cancel()


class Recognise(BaseMiddleware):
    """Gives handlers `now`, `visitor`, `say` and, for a text, `understanding`."""

    def __init__(self, database: Database, interpreter: Interprets, clock: Clock) -> None:
        self._database, self._interpreter, self._clock = database, interpreter, clock

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        bot: Bot = data["bot"]
        chat_id = data["event_chat"].id if data.get("event_chat") else None
        now = data["now"] = self._clock()
        if chat_id is None:
            return await handler(event, data)
        visitor = data["visitor"] = await people.visit(self._database, chat_id, now)
        text = event.text if isinstance(event, Message) else None
        sender = data.get("event_from_user")
        guess = (
            spoken_language(text)
            if text and text[0] != "/"
            else localize(sender.language_code if sender else None)
        )
        press = event if isinstance(event, CallbackQuery) else None
        say = data["say"] = Say(bot, chat_id, visitor.language or guess, press)
        if text:
            data["understanding"] = Understanding(self._interpreter, text, now)
        async with typing(bot, say):
            try:
                return await handler(event, data)
            except Exception as error:  # noqa: BLE001 – each kind is answered or raised again
                return await said(error, say)
            finally:
                await say.toast()


class OncePressed(BaseMiddleware):
    """A second press within two seconds on the same button of a message that has not changed is the same press."""

    def __init__(self) -> None:
        self._recent: OrderedDict[tuple[object, ...], float] = OrderedDict()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if isinstance(event, CallbackQuery):
            shown = (
                (event.message.text, event.message.reply_markup)
                if isinstance(event.message, Message)
                else None
            )
            key, moment = (
                (event.from_user.id, pressed_message_id(event), event.data, repr(shown)),
                time.monotonic(),
            )
            while self._recent and moment - next(iter(self._recent.values())) > DOUBLE_PRESS_S:
                self._recent.popitem(last=False)
            if key in self._recent:
                return await event.answer()
            self._recent[key] = moment
            try:
                return await handler(event, data)
            except Exception:
                self._recent.pop(key, None)  # nothing came of it: the same press is tried again
                raise
        return await handler(event, data)
