"""SMS as plain text: letters that keep a message in one segment, and what a person answers."""

from __future__ import annotations

import re
from typing import Literal

from core import script

_PLAIN = str.maketrans(
    {"ʻ": "'", "ʼ": "'", "‘": "'", "’": "'", "`": "'", "´": "'", "«": '"', "»": '"', "“": '"', "”": '"'}
    | {"–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "№": "N"}
)

STOP = frozenset(
    {"stop", "stopp", "to'xtat", "to'xtatish", "toxtat", "toxtatish", "tuxtat", "tuxtatish"}
    | {"bekor", "unsubscribe", "стоп", "отказ"}
)
START = frozenset({"start", "boshla", "boshlash", "davom", "старт", "начать"})


def plain(text: str) -> str:
    """The same sentence in letters an operator sends cheaply: Uzbek apostrophes become ', so Latin stays GSM-7."""
    return text.translate(_PLAIN)


def answer(text: str) -> Literal["stop", "start"] | None:
    """What a person's SMS means, in any letters: STOP, To'xtatish, Тўхтатиш, Стоп."""
    word = re.sub(r"[^\w']", "", plain(text).strip().lower())
    both = {word, plain(script.to_latin(word)).lower()}
    return "stop" if both & STOP else "start" if both & START else None
