"""Numbers that make an emergency: blood pressure, temperature, glucose, the age of an infant, in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from core.phrases import Hit, Token

Hits = Mapping[str, Sequence[Hit]]

BP_MMHG, TEMPERATURE_C, GLUCOSE_MMOL_L = (60, 290), (35.0, 43.0), (0.5, 35.0)
_JOINERS = frozenset({"na", "ga", "ta", "da", "i", "ka"})  # 180 na 120, 180 ga 120
_REACH_TOKENS = 4  # from "pressure" to its number
DAYS_IN = {"age_days": 1, "age_weeks": 7, "age_months": 30}
LOW_BP_MMHG, HIGH_GLUCOSE_MMOL_L, PARTS_OF_A_DEGREE = (30, 90), 60.0, 10
SATURATION_PERCENT, PILLS_AT_MOST = (40, 100), 120
GESTATION_WEEKS = (13, 43)
DAYS_OF_AN_ILLNESS = 10  # "the child, 3 days": ill that long; from ten days on it is an age
# 3 oylik, двухмесячный: an age by its ending; "3 месяца", "40 kun" may also be how long it lasts
_AGE_ENDING = re.compile(r"lik|(?:ny|n)(?:iy|i|aya|ogo|oy|uyu|omu|ie)$")


def find(
    tokens: Sequence[Token], hits: Hits, numbers: Mapping[str, int], thresholds: Mapping[str, float]
) -> dict[str, list[Hit]]:
    """Hits of bp_crisis, bp_high, bp_low, fever, high_fever, sugar_low, sugar_extreme, under_3_months, count_pills.

    Thresholds as in the shared file.
    """
    found: dict[str, list[Hit]] = {}
    values = list(_values(tokens, numbers))

    def add(name: str, start: int, end: int) -> None:
        found.setdefault(name, []).append(Hit(start, end))

    for start, end, systolic, diastolic in _pressures(tokens, values, hits):
        if (
            systolic >= thresholds["bp_crisis_systolic_mmhg"]
            or diastolic >= thresholds["bp_crisis_diastolic_mmhg"]
        ):
            add("bp_crisis", start, end)
        if (
            systolic >= thresholds["bp_pregnant_systolic_mmhg"]
            or diastolic >= thresholds["bp_pregnant_diastolic_mmhg"]
        ):
            add("bp_high", start, end)
    for start, end in _low_pressures(tokens, values, hits, thresholds["bp_shock_systolic_mmhg"]):
        add("bp_low", start, end)
    for name, days in DAYS_IN.items():
        for unit in hits.get(name, ()):
            for start, end, value in values:
                young = end + 1 == unit.start and value * days < thresholds["infant_fever_days"]
                if young and _is_age(tokens, hits, name, start, unit, value):
                    add("under_3_months", start, unit.end)
    for unit in hits.get("age_weeks", ()):
        for start, end, value in values:
            if end + 1 == unit.start and GESTATION_WEEKS[0] <= value <= GESTATION_WEEKS[1]:
                add("gest_weeks", start, unit.end)
    named = bool(hits.get("temperature") or hits.get("newborn") or found.get("under_3_months"))
    for start, end, degrees in _temperatures(tokens, values, hits, named):
        if degrees >= thresholds["fever_infant_c"]:
            add("fever", start, end)
        if degrees >= thresholds["fever_high_c"]:
            add("high_fever", start, end)
    for start, end, value in _after(tokens, values, hits.get("sugar", ())):
        if GLUCOSE_MMOL_L[0] <= value < thresholds["glucose_low_mmol_l"] and not _unit_follows(
            tokens, hits, end
        ):
            add("sugar_low", start, end)
    for start, end, value in values:
        sugar = any(0 < start - hit.end <= _REACH_TOKENS for hit in hits.get("sugar", ()))
        extreme = thresholds["glucose_extreme_mmol_l"] <= value <= HIGH_GLUCOSE_MMOL_L
        if sugar and extreme and not _unit_follows(tokens, hits, end):
            add("sugar_extreme", start, end)
    for hit in hits.get("saturation", ()):
        read = next((row for row in values if 0 < row[0] - hit.end <= _REACH_TOKENS - 1), None)
        if read and SATURATION_PERCENT[0] <= read[2] < thresholds["saturation_percent"]:
            add("saturation_low", hit.start, read[1])
    for start, end, value in values:
        if thresholds["pills_many"] <= value <= PILLS_AT_MOST and any(
            -3 <= hit.start - end <= 2 for hit in hits.get("pills", ())
        ):
            add("count_pills", start, end)
    return found


def _values(tokens: Sequence[Token], numbers: Mapping[str, int]) -> Iterator[tuple[int, int, float]]:
    """Numbers with their first and last token; `sto devanosto` is one number, `ikki yuz` too."""
    i = 0
    while i < len(tokens):
        text = tokens[i].text
        if text[0].isdigit():
            yield i, i, float(text.replace(",", "."))
            i += 1
            continue
        if text not in numbers:
            i += 1
            continue
        start, total, last = i, 0, 1000
        while i < len(tokens) and tokens[i].text in numbers:
            value = numbers[tokens[i].text]
            if value == 100 and 1 < total < 10:
                total, last = total * 100, 100
            elif value >= last:
                break
            else:
                total, last = total + value, value if value >= 10 else 1
                if value < 10 and i + 1 < len(tokens) and numbers.get(tokens[i + 1].text) == 100:
                    last = 1000
            i += 1
        yield start, i - 1, float(total)


def _pressures(
    tokens: Sequence[Token], values: Sequence[tuple[int, int, float]], hits: Hits
) -> Iterator[tuple[int, int, float, float]]:
    named = [hit.end for hit in hits.get("pressure", ())]
    low, high = BP_MMHG
    for k, (start, end, first) in enumerate(values):
        if not low <= first <= high:
            continue
        about_pressure = any(-2 * _REACH_TOKENS <= n - start <= _REACH_TOKENS for n in named)
        if k + 1 < len(values):
            next_start, next_end, second = values[k + 1]
            between = [t.text for t in tokens[end + 1 : next_start]]
            joined = not between or (len(between) == 1 and between[0] in _JOINERS)
            if joined and 40 <= second < first and (about_pressure or first >= 140):
                yield start, next_end, first, second
                continue
        if about_pressure and first >= 140 and not _unit_follows(tokens, hits, end):
            yield start, end, first, 0.0


def _low_pressures(
    tokens: Sequence[Token], values: Sequence[tuple[int, int, float]], hits: Hits, shock_mmhg: float
) -> Iterator[tuple[int, int]]:
    named = [hit.end for hit in hits.get("pressure", ())]
    low, high = LOW_BP_MMHG
    for (start, end, first), (next_start, next_end, second) in pairwise(values):
        between = [t.text for t in tokens[end + 1 : next_start]]
        joined = not between or (len(between) == 1 and between[0] in _JOINERS)
        about_pressure = bool(between) or any(-2 * _REACH_TOKENS <= n - start <= _REACH_TOKENS for n in named)
        is_low = low <= first <= min(high, shock_mmhg) and 10 <= second < first and second % 5 == 0
        if joined and about_pressure and is_low and not _unit_follows(tokens, hits, next_end):
            yield start, next_end


def _is_age(tokens: Sequence[Token], hits: Hits, unit_name: str, start: int, unit: Hit, value: float) -> bool:
    """An age, not how long something lasts: "2 oylik", "ребенку 5 недель", but not "3 дня температура"."""
    word = tokens[unit.start].text
    if _AGE_ENDING.search(word):
        lasts = any(hit.start == unit.end + 1 for hit in hits.get("temperature", ()))
        if unit_name == "age_months" or not lasts:
            return True

    def beside(concept: str) -> bool:
        return any(0 < start - hit.end <= 2 or 0 < hit.start - unit.end <= 2 for hit in hits.get(concept, ()))

    return beside("aged") or (
        beside("child_named") and (unit_name != "age_days" or value >= DAYS_OF_AN_ILLNESS)
    )


def _temperatures(
    tokens: Sequence[Token], values: Sequence[tuple[int, int, float]], hits: Hits, named: bool
) -> Iterator[tuple[int, int, float]]:
    low, high = TEMPERATURE_C
    for k, (start, end, value) in enumerate(values):
        decimal = any(mark in tokens[start].text for mark in ".,")
        if k + 1 < len(values) and values[k + 1][0] == end + 2 and values[k + 1][2] < PARTS_OF_A_DEGREE:
            decimal = decimal or tokens[end + 1].text in ("i", "u", "va")  # 38 и 5, o'ttiz sakkiz-u besh
        if low <= value < high and (named or decimal) and not _unit_follows(tokens, hits, end):
            yield start, end, value


def _after(
    tokens: Sequence[Token], values: Sequence[tuple[int, int, float]], names: Sequence[Hit]
) -> Iterator[tuple[int, int, float]]:
    for start, end, value in values:
        exact = tokens[start].text[0].isdigit() and ("." in tokens[start].text or "," in tokens[start].text)
        fell_to = start > 0 and tokens[start - 1].text in ("do", "gacha")
        reach = _REACH_TOKENS if exact or fell_to else 1  # "сахар 2"
        if any(0 < start - hit.end <= reach for hit in names):
            yield start, end, value


def _unit_follows(tokens: Sequence[Token], hits: Hits, end: int) -> bool:
    """38 weeks, 40 years, 2 spoons: a number of something else."""
    names = ("unit", *DAYS_IN)
    return any(hit.start == end + 1 for name in names for hit in hits.get(name, ()))
