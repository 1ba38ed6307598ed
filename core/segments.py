"""How many parts an SMS takes: GSM-7 where every character allows it, UCS-2 otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

# 3GPP TS 23.038: the default alphabet, and its extension, whose characters take two septets.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_PART = {"GSM-7": 153, "UCS-2": 67}  # a header that joins the parts takes the rest


def encoding(text: str) -> Encoding:
    return "GSM-7" if all(character in _BASIC or character in _EXTENDED for character in text) else "UCS-2"


def units(text: str) -> int:
    """Length in the units of its encoding: septets of GSM-7, or 16-bit units of UCS-2."""
    return sum(_widths(text))


def count(text: str) -> int:
    """Parts the operator sends and bills. A two-unit character is never cut in half; an empty text is one part."""
    kind = encoding(text)
    if units(text) <= _SINGLE[kind]:
        return 1
    parts, room = 1, _PART[kind]
    for width in _widths(text):
        if width > room:
            parts, room = parts + 1, _PART[kind]
        room -= width
    return parts


def _widths(text: str) -> Iterable[int]:
    if encoding(text) == "GSM-7":
        return (2 if character in _EXTENDED else 1 for character in text)
    return (2 if ord(character) > 0xFFFF else 1 for character in text)
