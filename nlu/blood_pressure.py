"""Blood pressures in a message: with a slash, in words, in the tens of old cuffs, and the pulse that follows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.found import Found
from nlu.said_numbers import COUNTED, WORDS

# What a body can have at all, so that a slip of the finger is asked again. Not clinical limits: those are core/triage.py's.
_SYSTOLIC, _DIASTOLIC = range(50, 301), range(20, 201)
PULSE_BPM = range(20, 301)

_WORD = re.compile(WORDS["blood_pressure"])
_BY = r"(?P<by>/|:|-| ?- ?| / | (?:ga|ka|na|dan|i|va|ni|bilan|ustida|ustiga|da|u|yu|k|ko) | )"
_PRESSURE = re.compile(
    rf"(?<![\d.,:/-])(?P<upper>\d{{1,3}}) ?{_BY}(?:na )?(?P<lower>\d{{1,3}})"
    r"(?:(?![\d:/]|[.,-]\d)|(?<=/\d\d)(?=/\d{2,3}(?![\d/]))|(?<=/\d\d\d)(?=/\d{2,3}(?![\d/])))"
)
_SMALL = r"[ ,;]{1,3}(?:yuragim |yurak )?"
_UPPER_LOWER = re.compile(
    r"(?:y[uo]kori|ust(?!oz)|verh|sistol|tepa)\w*[^\d.!?\n]{0,15}?(?P<upper>\d{2,3})\D{1,25}(?:past|ost|nij|niz|diastol)\w*"
    r"[^\d.!?\n]{0,15}?(?P<lower>\d{2,3})"
)
_ONLY_LOWER_NAMED = re.compile(
    r"(?<![\d.,:/-])(?P<upper>1\d\d|2\d\d),? (?:past|ost|nij|niz)\w* (?P<lower>\d{2,3})(?!\d)"
)
# Old cuffs and old people say 13,5 and 8.
_IN_TENS = re.compile(
    r"(?<![\d.,:/-])(?P<upper>9|1\d|2[0-5])(?P<half>[.,]5| yarim)? ?(?P<by>/|na|ga|ka) ?(?P<lower>[4-9]"
    r"|1[0-5])(?P<half2>[.,]5| yarim)?(?![\d:/]|[.,-]\d)" + COUNTED
)
# A visit moved "с 12 на 8", a dose of 10/5 mg, around the clock.
_MOVED = re.compile(
    r"perenes|perenos|perepis|sdvin|pomenya|zamen|peredel|almash|kochir|ozgar|surib|suring|\bs \d"
    r"|dan \d+ ?[gk]a|mg\b|tabl|vakt|soat|\bchas|navbat|24/7|interval"
)
# The figure after a pressure is the pulse: "148/92, 80", "120/80 p 72".
_THEN_PULSE = re.compile(
    r"(?:/|[ ,;]{1,3}(?:p |puls\w* |i )?)(?P<pulse>[4-9]\d|1[0-7]\d)(?![\d:/]|[.,-]\d)" + COUNTED
)


def find(text: str) -> Iterator[Found]:
    known = bool(_WORD.search(text))
    for match in [*_UPPER_LOWER.finditer(text), *_ONLY_LOWER_NAMED.finditer(text)]:
        yield _pressure(int(match["upper"]), int(match["lower"]), match.start(), match.end())
    for match in _PRESSURE.finditer(text):
        if _is_pressure(text, match, known):
            upper, lower = int(match["upper"]), int(match["lower"])
            yield _pressure(upper, lower, match.start(), match.end())
            yield from _pulse_after(text, match)
    if known or not _MOVED.search(text):
        for match in _IN_TENS.finditer(text):
            upper, lower = (
                _tens(match, name, half) for name, half in (("upper", "half"), ("lower", "half2"))
            )
            if upper - lower >= 20 and (known or match["by"] != "/" or match[0] == text):
                yield _pressure(upper, lower, match.start(), match.end())


def _is_pressure(text: str, match: re.Match[str], known: bool) -> bool:
    upper, lower, by = int(match["upper"]), int(match["lower"]), match["by"].strip()
    if known and upper <= 30 and lower <= 20:
        return False  # in tens: below
    likely = 70 <= upper <= 280 and 30 <= lower <= 180 and upper > lower
    if by == "/":
        return likely or (upper >= 100 and lower >= 20) or (known and upper >= 40)
    if by in ("na", "ga", "ka"):
        return likely or (known and upper >= 40)
    first = (
        match.start() == 0
        and upper >= 90
        and not re.match(COUNTED.replace("(?!", "(?:", 1), text[match.end() :])
    )
    return (likely and (known or first)) or (known and upper >= 40 and bool(by) and by != "-")


def _tens(match: re.Match[str], name: str, half: str) -> int:
    return int(match[name]) * 10 + (5 if match[half] else 0)


def _pulse_after(text: str, match: re.Match[str]) -> Iterator[Found]:
    after = _THEN_PULSE.match(text, match.end())
    if after and match["by"].strip() in ("/", "na", "ga", "ka", ""):
        pulse = int(after["pulse"])
        yield Found("pulse", pulse, after.start("pulse"), after.end("pulse"), pulse in PULSE_BPM)


def _pressure(upper: int, lower: int, start: int, end: int) -> Found:
    possible = upper in _SYSTOLIC and lower in _DIASTOLIC and upper - lower >= 10
    return Found("blood_pressure", f"{upper}/{lower}", start, end, possible)
