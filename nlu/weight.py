"""Weights of people in a message, in kg: beside their word or unit. Kilograms lost, gained or bought are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.found import Found
from nlu.said_numbers import NUMBER, SAID, WORDS, belongs, end_of_said, gap, number, said

_POSSIBLE_KG = (0.3, 400.0)

_KG = r"(?:kg\b|kilo(?!met|kal|vat|gers)\w*)"
_BY_UNIT = re.compile(SAID + rf" ?{_KG}(?: (?P<grams>\d{{3}})(?!\d)(?P<unit> ?g(?:r\w*)?\b)?)?")
_BY_WORD = re.compile(
    WORDS["weight"] + r"(?! pri)" + gap(25) + SAID
    + r"(?! ?(?:marotaba|marta|kun|den|dne[yi]|oy|mes|yil|god|let|yosh|hafta|nedel|sm|santi|%|sum|som"
    r"|raz|tochk|ball|/|sut|soat|chas|minut|ta\b|mg\b|ml\b))"
)  # fmt: skip
_GRAMS = re.compile(NUMBER + r" ?(?:gr?\b|gramm\w*)")
_OF_A_CHILD = re.compile(
    r"\b(?:rodil|tugil|tug|chakalok|bola|malish|rebe|vnu|nevara|nabira|sin[aueo]?\b|sinom|doch"
    r"|kiz|ogl|oylik|yosh|mes|let\b|goda?\b|emiz|grud|nabral|plod|doz|parasetamol|parasitamol|nurofen|ibuprofen|sirop)"
)
# So much more or less is no weight: "10 kilo tashladim", "вес упал на 2 кг", "лишние 20 кг".
_CHANGE_BEFORE = re.compile(
    r"(?:\b(?:minus|plyus|plus|lishn\w*|ortikcha|yana|esh[eo]|na|po|skinu\w*|skidivat|pohude\w*|hudeu"
    r"|nabra\w*|pribav\w*|popravi\w*(?: na)?|sbros\w*|sgonk\w*(?: vesa)?"
    r"|poterya\w*|ubra\w*|ushlo|ozdim|oshd\w*|semird\w*|vernut)|[+-]) ?$"
)
_CHANGE_BEHIND = re.compile(
    r"^\w* ?(?:\w+ ){0,2}(?:tashla|kosh(?:d|i|a|s)|oz(?:d|i|s|a|mok|gan)|semir|ket(?:d|k|s|ish)|kamay"
    r"|tush(?:d|i|y|s|m|a)|yokot|yigd|yig(?:i|a)|osh(?:d|a|i|y)|ol(?:am|ish|may)"
    r"|ortik|ortd|uzok|nabra|nabira|pribav|skin|pohud|sbros|ushlo|uhodit|upal|lishn|otek|v mes|v ned"
    r"|za (?:mes|ned|let|ves|polt|dva|\d)|kold)"
)
# What one has come to: "поправилась до 65", "2 kilo tashladim, 68 boʻldim".
_CHANGED_TO = (
    re.compile(r"\b(?:popravil|pohude|nabral|sbrosi)\w* do " + SAID),
    re.compile(
        r"(?:kilo|tashla\w*|ozdim|ozib|koshil\w*|semir\w*)\W+(?:hozir )?" + SAID + r" bol(?:dim|ib|di)"
    ),
)
_CHANGED = re.compile(r"upal|umenshil|uvelichil|virosl?o?|kamay|oshd|oshib|tushd|tushib|skin|pribav|sbros")
# What is bought, carried and eaten by the kilogram.
_GOODS = re.compile(
    r"\b(?:anor|olma|yog\b|gosht|kartosh|guruch|tarvuz|kovun|uzum|pahta|vinograd|kartof|myas|mas[ao]\b"
    r"|arbuz|din[aie]\b|shakar|sahar\b|un\b|portfel|sumk|ruksak|gruz|yuk\b|meshok|kop\b"
    r"|giry|gantel|shtang|podnimat\b|podnimau\b|podnimayu\b|podnimal\b|podnat\b|kotar|kochir|somon|bozor"
    r"|som\b|sum\b|rub|narh|baho|pomidor|bodring|piyoz|mol\b|koy\b|echki|asal|kurut)"
)
_BARE = re.compile(r"(?<![\d.,:/-])(?P<value>(?:4[4-9]|[5-9]\d|1[0-7]\d)[.,]\d)(?!\d|[.,/:-]\d|/| ?%)")
# A number alone is a weight where one speaks of scales, diets and kilograms.
_ABOUT_WEIGHT = re.compile(
    WORDS["weight"] + r"|kilo|\bkg\b|diet|parhez|ozd|ozib|pohud|popravi|nabral|semir|ushlo|minus|koshil"
)
_KEEP = re.compile(r"\b(?:yoz|zapis|zapish|vnes|otmet|kayd|kirit|otchit|saklab|belgila)")


def find(text: str) -> Iterator[Found]:
    for match in _BY_WORD.finditer(text):
        value = said(match)
        beside = not match["gap"].strip(" :=-")
        likely = value >= 25 or (value >= 2 and (beside or _OF_A_CHILD.search(text)))
        if likely and belongs("weight", match) and not _changed(text, match):
            yield _weight(value, match.start("whole"), end_of_said(match))
    for match in [match for pattern in _CHANGED_TO for match in pattern.finditer(text)]:
        yield _weight(said(match), match.start("whole"), end_of_said(match))
    for match in _BY_UNIT.finditer(text):
        value = said(match)
        end = match.end()
        if match["grams"] and (value < 15 or match["unit"]):
            value = round(int(value) + int(match["grams"]) / 1000, 3)
        elif match["grams"]:
            end = match.start("grams") - 1
        if not _changed(text, match) and _is_a_persons(text, match, value):
            yield _weight(value, match.start("whole"), end)
    if _OF_A_CHILD.search(text):
        for match in _GRAMS.finditer(text):
            grams = number(match[1])
            if 500 <= grams <= 20_000 and not _changed(text, match):
                yield _weight(round(grams / 1000, 3), match.start(), match.end())
    if _ABOUT_WEIGHT.search(text) or _KEEP.search(text):
        for match in _BARE.finditer(text):
            yield _weight(number(match["value"]), match.start(), match.end())


def _changed(text: str, match: re.Match[str]) -> bool:
    start = match.start("whole") if "whole" in match.re.groupindex else match.start()
    if _CHANGE_BEFORE.search(text[max(0, start - 25) : start]):
        return True
    # Nobody speaks of 40 kg lost, but of the 40 one has come to.
    little = match.re is _GRAMS or number(match["whole"]) < 40
    gap_words = match.groupdict().get("gap") or ""
    return little and bool(_CHANGE_BEHIND.match(text[match.end() :]) or _CHANGED.search(gap_words))


def _is_a_persons(text: str, match: re.Match[str], value: float) -> bool:
    near = text[max(0, match.start() - 25) : match.end() + 25]
    if _GOODS.search(near):
        return False
    return value >= 25 or bool(match["grams"]) or (value >= 1.5 and bool(_OF_A_CHILD.search(text)))


def _weight(value: float, start: int, end: int) -> Found:
    return Found("weight", value, start, end, _POSSIBLE_KG[0] <= value <= _POSSIBLE_KG[1])
