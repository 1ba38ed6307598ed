"""Pulse, steps and body temperature in a message; patterns match folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.blood_pressure import PULSE_BPM
from nlu.found import Found
from nlu.said_numbers import COUNTED, SAID, WORDS, belongs, end_of_said, gap, number, said

_STEPS = range(10, 100_001)
_TEMPERATURE_C = (33.0, 43.0)

_COUNT = r"(?<![\d.,:/])(?P<count>\d{2,3})(?![\d/:]|[.,]\d)"
_PULSE = re.compile(WORDS["pulse"] + gap(25) + _COUNT + COUNTED.replace("ta\\b|", "ta\\b(?! ur)|", 1))
_PULSE_TA = re.compile(WORDS["pulse"] + gap(12) + _COUNT + r" ?ta\b")
_PULSE_UNIT = re.compile(
    _COUNT + r" ?(?:ud\b|ud/|udar\w*|zarba\w*|(?:marotaba|marta|ta) ur(?:a|ib|y|d|s|m|ish)\w*|puls\w*(?! \d))"
)
_PULSE_A_MINUTE = re.compile(r"\bminut\w* " + _COUNT + r"(?: ?(?:marotaba|marta|ta))? ur")


def pulse(text: str) -> Iterator[Found]:
    for pattern in (_PULSE, _PULSE_TA, _PULSE_UNIT, _PULSE_A_MINUTE):
        for match in pattern.finditer(text):
            if "gap" in pattern.groupindex and not belongs("pulse", match):
                continue
            value = int(match["count"])
            yield Found("pulse", value, match.start("count"), match.end("count"), value in PULSE_BPM)


_THOUSANDS = r"\d{1,3} \d{3}(?!\d)"
_STEPS_UNIT = re.compile(
    rf"(?<![\d.,:/])(?P<count>{_THOUSANDS}|\d{{1,7}}(?:[.,]\d)?)(?P<k> ?k\b| 1000\b)? ?(?:kadam\w*|shag\w*)(?! ?[:=-]? ?\d)"
)
_STEPS_WORD = re.compile(
    r"\b(?:kadam\w*|shagov|shagomer\w*|shagi|nahodil\w*|namotal\w*|nashagal\w*|proshagal\w*)\b" + gap(25)
    + rf"(?<![\d.,:/])(?P<count>{_THOUSANDS}|\d{{3,7}})(?P<k>)(?!\d)(?! ?(?:metr|km|kilo|kun|som|sum))"
)  # fmt: skip


def steps(text: str) -> Iterator[Found]:
    for match in [*_STEPS_UNIT.finditer(text), *_STEPS_WORD.finditer(text)]:
        amount = number(match["count"].replace(" ", ""))
        value = round(amount * 1000 if match["k"] else amount)
        end = match.end() if match.re is _STEPS_UNIT else match.end("count")
        if value >= _STEPS.start:  # "bir qadam orqaga" is a step of another kind
            yield Found("steps", value, match.start("count"), end, value in _STEPS)


_FEVER = re.compile(WORDS["temperature"] + gap(35) + SAID + COUNTED)
_FEVER_TENTH = re.compile(
    WORDS["temperature"] + gap(35)
    + r"(?P<whole>3[4-9]|4[0-2]) (?P<tenth>\d)(?P<half>)(?P<said>)(?=$|[ ,.!?](?!\d| ?(?:kun|den|dna|soat|chas)))"
)  # fmt: skip
_T = re.compile(r"\bt(?P<gap> ?[:=°-]? ?)" + SAID + COUNTED)
# A decimal of this size is nothing else, whatever stands around it.
_BARE = re.compile(
    r"(?<![\d.,:/-])(?P<whole>3[5-9]|4[01])(?:[.,](?P<tenth>\d)| (?:i|va|u|yu"
    r"|butun) (?P<said>\d))(?P<half>)(?![\d/:%]|[.,-]\d)" + COUNTED
)
_DEGREES = re.compile(
    SAID + r" ?(?:isitma\w*|harorat\w*|temperatur\w*|gradus\w*|°|daraja\w*|selsi\w*|c\b|s\b)"
)
# Weather, ovens, spirits and shoes have degrees and sizes too.
_NOT_OF_A_BODY = re.compile(
    r"ulis|kocha|havo\b|pogod|na dvor|soya|v teni|suv\w* |suvi|vod[auei]\b|vodoy|duhov|pech|tandir|arok"
    r"|vodk|arak|spirt|razmer|konyak"
)


def temperature(text: str) -> Iterator[Found]:
    taken: set[int] = set()
    for match in [m for p in (_FEVER_TENTH, _FEVER, _T, _DEGREES, _BARE) for m in p.finditer(text)]:
        start, value = match.start("whole"), said(match)
        body = _TEMPERATURE_C[0] <= value <= _TEMPERATURE_C[1]
        by_word = match.re in (_FEVER, _FEVER_TENTH)
        if start in taken or not 20 <= value <= 99 or (by_word and not belongs("temperature", match)):
            continue
        # With the unit alone only a body's temperature is taken.
        if not by_word and (not body or _NOT_OF_A_BODY.search(text[max(0, start - 20) : match.end() + 12])):
            continue
        taken.add(start)
        yield Found("temperature", value, start, end_of_said(match), body)
