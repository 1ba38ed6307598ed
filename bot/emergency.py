"""Red flags first: the call-103 answer, before and without any model, even when nothing else works."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.types import Message, TelegramObject

from core import red_flags, script, triage
from core.i18n import Language, Text, Words, _, join

log = structlog.get_logger()
LANGUAGE_WITHIN_S = 1.0


def answer(flag_id: str, helplines: tuple[str, ...] = ()) -> Text:
    """Call 103 first, then what to do until help comes."""
    aid = {language: red_flags.first_aid(flag_id, language) for language in ("uz", "ru")}
    steps = [
        Words(f"{i}. {uz}", f"{i}. {ru}")
        for i, (uz, ru) in enumerate(zip(aid["uz"].steps, aid["ru"].steps, strict=True), start=1)
    ]
    return join(
        "\n",
        _("🚨 <b>{sign}</b>", sign=Words(aid["uz"].sign, aid["ru"].sign)),
        _("<b>Call 103 right now</b> (or 112)."),
        *([_("Also: {numbers}", numbers=", ".join(helplines))] if helplines else []),
        _("Until help comes:"),
        *(Text("{step}", values={"step": step}) for step in steps),
    )


def suspected() -> Text:
    """The model alone thinks of an emergency: 103 without naming a sign."""
    return join(
        "\n",
        _("🚨 This may be dangerous. <b>Call 103 right now</b> (or 112)."),
        _("Stay with the person, do not leave them alone, and do as the operator says."),
    )


def spoken_language(text: str) -> Language:
    """The language of a message whose writer has not chosen one."""
    form = script.detect(text)
    return "ru" if form in {"ru", "ru-Latn"} else "uz_Cyrl" if form == "uz-Cyrl" else "uz"


@dataclass(frozen=True, slots=True)
class FirstAid:
    """Sends the call-103 answer. `language_of` may fail or hang (no database): then the language is read off the message."""

    language_of: Callable[[int], Awaitable[Language | None]]
    helplines: tuple[str, ...] = ()

    async def gives(self, bot: Bot, chat_id: int, text: str) -> bool:
        """Answer a red flag in `text`; False when there is none."""
        flag = triage.find(text) if text else None
        if flag is None:
            return False
        language: Language | None = None
        try:
            async with asyncio.timeout(LANGUAGE_WITHIN_S):
                language = await self.language_of(chat_id)
        except Exception:  # noqa: BLE001 – whatever is broken, the person must read 103 now
            log.warning("red_flag_without_database", flag=flag.id)
        await bot.send_message(
            chat_id, answer(flag.id, self.helplines).html(language or spoken_language(text))
        )
        log.info("red_flag", flag=flag.id)
        return True


class RedFlagsFirst(BaseMiddleware):
    """Outermost on messages: a red flag is answered at once, in the same update, and nothing else is done with it."""

    def __init__(
        self, language_of: Callable[[int], Awaitable[Language | None]], helplines: tuple[str, ...] = ()
    ) -> None:
        self._first_aid = FirstAid(language_of, helplines)

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        if isinstance(event, Message):
            text = event.text or event.caption or ""
            if await self._first_aid.gives(data["bot"], event.chat.id, text):
                return None
        return await handler(event, data)
