"""What a handler answers to: a button of the main menu, a word that leaves, or a meaning."""

from __future__ import annotations

from typing import Any

from aiogram.filters import Filter
from aiogram.types import Message

from bot import keyboards
from bot.understanding import Understanding
from core import script, sms
from core.intents import Interpretation


class Menu(Filter):
    """A press on the main menu, in whichever language the keyboard still is."""

    def __init__(self, name: str) -> None:
        self.label = keyboards.MENU[name]

    async def __call__(self, message: Message) -> bool:
        return keyboards.says(self.label, message.text)


class Leaves(Filter):
    """The cancel button, or the bare word typed."""

    async def __call__(self, message: Message) -> bool:
        text = (message.text or "").strip()
        return (
            keyboards.says(keyboards.CANCEL, text)
            or text.casefold() in keyboards.CANCEL_WORDS
            or sms.answer(text) == "stop"
        )


class AnswersAsBySms(Filter):
    """STOP or START as one writes it by SMS; with «bekor» one leaves a step instead."""

    def __init__(self, meaning: str) -> None:
        self.meaning = meaning

    async def __call__(self, message: Message) -> bool:
        text = message.text or ""
        return sms.answer(text) == self.meaning and "bekor" not in script.to_latin(text).lower()


class GoesBack(Filter):
    async def __call__(self, message: Message) -> bool:
        return keyboards.says(keyboards.BACK, message.text)


class Means(Filter):
    """The message means one of these intents, surely enough to act on; hands the handler `interpretation`."""

    def __init__(self, *intents: str) -> None:
        self.intents = intents

    async def __call__(
        self, message: Message, understanding: Understanding | None = None
    ) -> bool | dict[str, Interpretation]:
        if understanding is None or not message.text:
            return False
        interpretation = await understanding.get()
        if interpretation.understood and interpretation.intent in self.intents:
            return {"interpretation": interpretation}
        return False


class MeansAnything(Filter):
    """Any text; hands the handler `interpretation`, sure or not."""

    async def __call__(
        self, message: Message, understanding: Understanding | None = None
    ) -> bool | dict[str, Any]:
        if understanding is None or not message.text:
            return False
        return {"interpretation": await understanding.get()}
