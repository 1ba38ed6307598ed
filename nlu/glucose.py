"""Blood sugars in a message, in mmol/L: beside their word or unit, before and after meals, and a bare decimal to be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.found import Found
from nlu.said_numbers import COUNTED, SAID, WORDS, belongs, end_of_said, gap, said

_POSSIBLE_MMOL_L = (0.5, 50.0)
# 1 mmol/L of glucose is 18 mg/dL.
_MG_DL_PER_MMOL_L = 18.0

_BY_WORD = re.compile(WORDS["glucose"] + gap(45) + SAID + r"(?P<mg> ?mg/?(?:dl)?)?" + COUNTED)
_BY_UNIT = re.compile(SAID + r" ?(?:(?P<mg>mg/dl)|mmol\w*)")
_WORD = re.compile(WORDS["glucose"])
_NOT = re.compile(
    r"holester|kreatin|mochevin|bilirub|diabet tipa|\btip\b|\btur\b|\bglik|gemoglob|ttg|gormon|kislot|ferritin|kaliy|kalsiy"
)
# Before and after meals only sugar is measured.
_MEAL = re.compile(
    r"och korin|ochkoring|och kornim|natoshak|natoshchak|naht?or|nahor|ovkatdan (?:keyin|oldin|song)"
    r"|posle ed[ie]|do ed[ie]|posle (?:obeda|ujina|zavtraka|plova)"
    r"|roza och|\bochko?rin|sensor|glyu?kom|glukom"
)
_DECIMAL = re.compile(r"(?<![\d.,:/-])(?P<value>\d{1,2}[.,]\d)(?!\d|[.,/:-]\d|/)" + COUNTED)
# Who sends only a number to be kept, and says so.
_KEEP = re.compile(
    r"\b(?:yoz|zapis|zapish|vnes|otmet|apparat|kayd|kirit|korsat|hisobga|rezultat|natija|pokaz|olchad"
    r"|izmer|zamer|belgila|saklab)"
)
_PART_OF_DAY = re.compile(
    r"\b(?:ertalab|tush(?:da|likda)|kech(?:kurun|ki|asi)|utrom|utra|dnem|obed|vecher|noch)"
)
_OTHERS = re.compile(
    "|".join(words for entity, words in WORDS.items() if entity != "glucose")
    + r"|kilo|\bkg\b|narh|som\b|sum\b|kurs|dollar|foiz|prosent|%|litr|metr|razmer|yosh|\boy\b|mesas"
    r"|diet|parhez|ogirlik|hudel|pohud|ozd|gradus"
)


def find(text: str) -> Iterator[Found]:
    taken: set[int] = set()
    for match in [*_BY_WORD.finditer(text), *_BY_UNIT.finditer(text)]:
        start = match.start("whole")
        before = text[max(0, match.start() - 30) : start]
        if start in taken or _NOT.search(before) or (match.re is _BY_WORD and not belongs("glucose", match)):
            continue
        value = _mmol_l(match)
        # "Bir" and "одна" are said of much; a sugar of one is never said without its decimal.
        if value < 2 and not (match["tenth"] or match["said"] or match["half"]):
            continue
        taken.add(start)
        yield _glucose(value, start, end_of_said(match))
    if taken or _WORD.search(text) or _MEAL.search(text) or _only_numbers(text):
        yield from _more(text, taken)


def _more(text: str, taken: set[int]) -> Iterator[Found]:
    """The other decimals of a message about sugar: `qand 5,4, ovqatdan keyin 8,9`."""
    for match in _DECIMAL.finditer(text):
        value = float(match["value"].replace(",", "."))
        before = text[max(0, match.start() - 25) : match.start()]
        if (
            match.start() not in taken
            and 2 <= value <= 33
            and not (_OTHERS.search(before) or _NOT.search(before))
        ):
            yield _glucose(value, match.start(), match.end())


def _only_numbers(text: str) -> bool:
    """One decimal alone or to be kept, or one for each part of the day, and nothing else they could be of."""
    decimals = _DECIMAL.findall(text)
    if not decimals or _OTHERS.search(text) or _NOT.search(text):
        return False
    if len(decimals) > 1:
        return len(_PART_OF_DAY.findall(text)) >= len(decimals)
    return bool(_KEEP.search(text)) or decimals[0] == text.strip(" .,!?)")


def _mmol_l(match: re.Match[str]) -> float:
    amount = said(match)
    return round(amount / _MG_DL_PER_MMOL_L, 1) if match["mg"] and amount >= 20 else amount


def _glucose(value: float, start: int, end: int) -> Found:
    return Found("glucose", value, start, end, _POSSIBLE_MMOL_L[0] <= value <= _POSSIBLE_MMOL_L[1])
