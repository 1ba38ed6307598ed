"""Readings in a message: blood pressure, glucose, weight, pulse, steps, temperature; patterns match folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What a body can have at all, so that a slip of the finger is asked again. Not clinical limits: those are core/triage.py's.
_SYSTOLIC, _DIASTOLIC = range(50, 301), range(20, 201)
_GLUCOSE_MMOL_L = (0.5, 50.0)
_WEIGHT_KG = (0.3, 400.0)
_PULSE_BPM = range(20, 301)
_STEPS = range(10, 100_001)
_TEMPERATURE_C = (33.0, 43.0)
# 1 mmol/L of glucose is 18 mg/dL.
_MG_DL_PER_MMOL_L = 18.0

_NUMBER = r"(?<![\d.,:/])(\d{1,6}(?:[.,]\d{1,2})?)(?![\d/:]|[.,]\d)"
# Between a word and its number: a few words without figures, no new sentence.
_GAP = r"(?:[^\d.!?\n]|\.(?!\s)){0,%d}?"


@dataclass(frozen=True, slots=True)
class Found:
    """A value at `start`…`end` of the folded text."""

    entity: str
    value: str | int | float
    start: int
    end: int
    possible: bool = True


def find(text: str) -> Iterator[Found]:
    """All readings of a folded text; they may overlap."""
    for rule in (_blood_pressure, _glucose, _weight, _pulse, _steps, _temperature):
        yield from rule(text)


# --- blood pressure ---------------------------------------------------------------------------------------------------

_PRESSURE_WORD = re.compile(r"\b(?:kon ?bosim|bosim|davlen|davlin|tonometr|gipertoni|ad\b|a/d\b|kb\b)")
_PRESSURE = re.compile(
    r"(?<![\d.,:/-])(\d{1,3}) ?(?P<by>/|:|-| (?:ga|ka|na|dan|i|va|ni|bilan|ustida|ustiga|da|u|yu|k|ko) | )"
    r"(?:na )?(\d{1,3})(?![\d:/]|[.,-]\d)"
)
_UPPER_LOWER = re.compile(
    r"(?:yukori|ust|verhn|sistol|tepa)\w*"
    + _GAP % 15
    + r"(\d{2,3})\D{1,25}(?:past|ost|nijn|diastol)\w*"
    + _GAP % 15
    + r"(\d{2,3})"
)


def _blood_pressure(text: str) -> Iterator[Found]:
    known = bool(_PRESSURE_WORD.search(text))
    for match in _UPPER_LOWER.finditer(text):
        yield _pressure(int(match[1]), int(match[2]), match.start(), match.end())
    for match in _PRESSURE.finditer(text):
        upper, lower, by = int(match[1]), int(match[3]), match["by"].strip()
        if known and upper <= 30 and lower <= 20 and by in ("/", "na", "ga", "ka", ""):
            upper, lower = upper * 10, lower * 10  # "12 на 8", as the old cuffs show it
        likely = 70 <= upper <= 280 and 30 <= lower <= 180 and upper > lower
        plain = (by == "/" and upper >= 100 and lower >= 20) or (likely and by in ("na", "ga", "ka"))
        plain = plain or (likely and match[0] == text)
        if (known and upper >= 40 and (by or likely)) or plain or (by == "/" and likely):
            yield _pressure(upper, lower, match.start(), match.end())


def _pressure(upper: int, lower: int, start: int, end: int) -> Found:
    possible = upper in _SYSTOLIC and lower in _DIASTOLIC and upper - lower >= 10
    return Found("blood_pressure", f"{upper}/{lower}", start, end, possible)


# --- one number with a word or a unit ---------------------------------------------------------------------------------

# A decimal as said: "6 i 1", "7 yarim", "38 u 5", "7 butun 2".
_SAID = (
    r"(?<![\d.,:/-])(?P<whole>\d{1,3})(?:(?P<half> yarim| s polovinoi)"
    r"|(?:(?:[.,] ?| (?:i|u|yu|butun|nukta|tochka|selih|va|zapataya) )"
    r"(?P<tenth>\d{1,2})))?(?![\d/:]|[.,-]\d)(?! (?:i|u|yu) \d)"
)
_COUNTED = (
    r"(?! ?(?:ta\b|dona|koshik|kosik|chayn|chain|stolov|lojk|loshk|gramm?\w*\b|gr?\b|kg\b|kilo"
    r"|marotaba|raz\b|kun|den\b|dnei|dna\b|soat|"
    r"chas|minut|dakika|oy\b|mesas|mesyas|yil|god|let\b|yosh|hafta|nedel|kubik|stakan|shtuk|sum\b|som\b|%|ming|tis|pors|bar|mg\b(?!/)|odam|kishi|"
    r"utra|vechera|dnya|dna|da\b|dagi|ball))"
)
_GLUCOSE_WORD = r"\b(?:kand\w*|shakar\w*|sahar\w*|glyukoz\w*|glukoz\w*|glukom\w*|gluko\b)"
_GLUCOSE = re.compile(
    _GLUCOSE_WORD + r"(?P<gap>(?:[^.!?\n]|\.(?!\s)){0,45}?)" + _SAID + r"(?P<mg> ?mg/?(?:dl)?)?" + _COUNTED
)
_GLUCOSE_UNIT = re.compile(_SAID + r" ?(?:(?P<mg>mg/dl)|mmol\w*)")
_NOT_GLUCOSE = re.compile(r"holester|kreatin|mochevin|bilirub|diabet tipa|\btip\b|\btur\b")


def _glucose(text: str) -> Iterator[Found]:
    taken: set[int] = set()
    for match in [*_GLUCOSE.finditer(text), *_GLUCOSE_UNIT.finditer(text)]:
        start = match.start("whole")
        before = text[max(0, match.start() - 30) : start]
        if start in taken or _NOT_GLUCOSE.search(before):
            continue
        taken.add(start)
        amount = _said(match)
        by_mass = bool(match["mg"]) and amount >= 20
        value = round(amount / _MG_DL_PER_MMOL_L, 1) if by_mass else amount
        end = _end_of_number(match)
        yield Found("glucose", value, start, end, _GLUCOSE_MMOL_L[0] <= value <= _GLUCOSE_MMOL_L[1])


_KG = r"(?:kg\b|kilo\w*|kilogramm\w*|kilosh\w*)"
_WEIGHT_UNIT = re.compile(_SAID + rf" ?{_KG}(?: (?P<grams>\d{{3}})(?!\d)(?: ?gr?\w*)?)?")
_WEIGHT_WORD = re.compile(
    r"\b(?:vazn\w*|ves|vesa|vesom|vesu|veshu|vesit|vesim|ogirlig\w*|tosh bos\w*)\b(?! pri)" + _GAP % 25 + _SAID
    + r"(?! ?(?:marotaba|kun|den|dnei|oy|mes|yil|god|let|yosh|hafta|nedel|sm|santi|%|sum|som|raz|tochk|ball|/))"
)  # fmt: skip
_GRAMS = re.compile(_NUMBER + r" ?(?:gr\b|gramm\w*)")
_WEIGHT_NEAR = re.compile(r"\b(?:vazn|ves\b|vesit|vesom|rodil|tugil)")


def _weight(text: str) -> Iterator[Found]:
    for match in [*_WEIGHT_UNIT.finditer(text), *_WEIGHT_WORD.finditer(text)]:
        value = _said(match)
        if grams := match.groupdict().get("grams"):
            value = round(int(value) + int(grams) / 1000, 3)
        end = match.end() if match.re is _WEIGHT_UNIT else _end_of_number(match)
        yield Found("weight", value, match.start("whole"), end, _WEIGHT_KG[0] <= value <= _WEIGHT_KG[1])
    if _WEIGHT_NEAR.search(text):
        for match in _GRAMS.finditer(text):
            value = round(_number(match[1]) / 1000, 3)
            if value >= _WEIGHT_KG[0]:
                yield Found("weight", value, match.start(), match.end())


_PULSE = re.compile(
    r"\b(?:puls\w*|chss|urish\w*|tomir\w*|serdsebien\w*|udar\w* serds\w*)\b"
    + _GAP % 25
    + r"(?<![\d.,:/])(\d{2,3})(?![\d/:]|[.,]\d)"
    + _COUNTED
)
_PULSE_UNIT = re.compile(
    r"(?<![\d.,:/])(\d{2,3}) ?(?:ud\b|udar\w*|zarba\w*|(?:marotaba|ta) ur(?:ad|ib|y|d|s|m)\w*)"
)


def _pulse(text: str) -> Iterator[Found]:
    for match in [*_PULSE.finditer(text), *_PULSE_UNIT.finditer(text)]:
        value = int(match[1])
        yield Found("pulse", value, match.start(1), match.end(1), value in _PULSE_BPM)


_STEPS_UNIT = re.compile(
    r"(?<![\d.,:/])(\d{1,3} \d{3}|\d{1,6}(?:[.,]\d)?)(?P<k> ?k\b)? ?(?:kadam\w*|shag\w*)(?! ?[:=-]? ?\d)"
)
_STEPS_WORD = re.compile(
    r"\b(?:kadam\w*|shagov|shagomer\w*|shagi)\b" + _GAP % 25 + r"(?<![\d.,:/])(\d{3,6})(?P<k>)(?!\d)"
)


def _steps(text: str) -> Iterator[Found]:
    for match in [*_STEPS_UNIT.finditer(text), *_STEPS_WORD.finditer(text)]:
        amount = _number(match[1].replace(" ", ""))
        value = round(amount * 1000 if match["k"] else amount)
        end = match.end() if match.re is _STEPS_UNIT else match.end(1)
        if value >= _STEPS.start:  # "bir qadam orqaga" is a step of another kind
            yield Found("steps", value, match.start(1), end, value in _STEPS)


_FEVER_WORD = (
    r"\b(?:harorat\w*|temperatur\w*|temp\w{0,3}|isitma\w*|issig\w*|isig\w*|gradusnik\w*|termometr\w*|jar\b)"
)
_FEVER = re.compile(_FEVER_WORD + _GAP % 35 + _SAID + _COUNTED)
_FEVER_TENTH = re.compile(
    _FEVER_WORD
    + _GAP % 35
    + r"(?P<whole>3[4-9]|4[0-2]) (?P<tenth>\d)(?P<half>)(?=$|[ ,.!?](?!\d| ?(?:kun|den|dna|soat|chas)))"
)
# A decimal of this size is nothing else, whatever stands around it.
_BARE_FEVER = re.compile(
    r"(?<![\d.,:/-])(?P<whole>3[5-9]|4[01])[.,](?P<tenth>\d)(?P<half>)(?![\d/:%]|[.,-]\d)"
)
_DEGREES = re.compile(
    _SAID + r" ?(?:isitma\w*|harorat\w*|temperatur\w*|gradus\w*|°|daraja\w*|selsi\w*|c\b|s\b)"
)


def _temperature(text: str) -> Iterator[Found]:
    taken: set[int] = set()
    for match in [m for p in (_FEVER_TENTH, _FEVER, _DEGREES, _BARE_FEVER) for m in p.finditer(text)]:
        start, value = match.start("whole"), _said(match)
        body = _TEMPERATURE_C[0] <= value <= _TEMPERATURE_C[1]
        # Weather has degrees too: with the unit alone only a body's temperature is taken.
        if start in taken or (match.re is _DEGREES and not body) or not 20 <= value <= 99:
            continue
        taken.add(start)
        yield Found("temperature", value, start, _end_of_number(match), body)


def _said(match: re.Match[str]) -> float:
    tenth = match["tenth"]
    if match["half"]:
        return int(match["whole"]) + 0.5
    return float(f"{match['whole']}.{tenth}") if tenth else float(match["whole"])


def _end_of_number(match: re.Match[str]) -> int:
    return max(match.end("whole"), match.end("tenth"), match.end("half"))


def _number(digits: str) -> float:
    return float(digits.replace(",", "."))
