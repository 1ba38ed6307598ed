"""Numbers as said beside a word or a unit, and what tells that a number is none of a body; patterns match folded text."""

from __future__ import annotations

import re

NUMBER = r"(?<![\d.,:/])(\d{1,6}(?:[.,]\d{1,2})?)(?![\d/:]|[.,]\d)"
# A decimal as said: "6 i 1", "7 yarim", "38 u 5", "7 butun 2".
SAID = (
    r"(?<![\d.,:/-])(?P<whole>\d{1,3})(?:(?P<half> yarim\b| s polovin\w+)"
    r"|[.,] ?(?P<tenth>\d{1,2})(?!\d)| (?:i|u|yu|butun|nukta|tochka|selih|va|zapataya) (?P<said>\d)(?! ?kg| ?kilo))?"
    r"(?![\d/:]|[.,-]\d)(?! (?:i|u|yu) \d)"
)
# Spoons, days, roubles, years: what is counted is no reading.
COUNTED = (
    r"(?! ?(?:ta\b|dona|koshik|kosik|chayn|chain|stolov|lojk|loshk|gramm?\w*\b|gr?\b|kg\b|kilo"
    r"|marotaba|raz[ -]|raz\b|raza|kun|den\b|dne[yi]|dna\b|soat|chas|minut|dakika|dakka|oy\b|oylik|mesas"
    r"|mesyas|yil|god|let\b|yosh|hafta|nedel"
    r"|kubik|stakan|shtuk|sum\b|som\b|%|ming|tis|pors|bar|mg\b(?!/)|ml\b|odam|kishi|utra|vechera|dnya"
    r"|nochi|da\b|dagi|daman|ball|tip|tur\b|chi\b|inchi"
    r"|sm\b|santi|metr|razmer|klass\b|klass[aeiu]\b|sinf|bolak|koyka|etaj|kavat|tablet|tomchi|kap[el]"
    r"|ukol|doz|marta|mahal|konfet|birlik|edinis"
    r"|-? ?(?:yanvar|fevral|mart|aprel|may\b|iyun|iyul|avgust|sentabr|oktabr|noyabr|dekabr)))"
)
# The words of each reading. Between a word and its number no other of these may stand: "qandli, isitma 39,5" is no sugar.
WORDS = {
    "blood_pressure": r"\b(?:kon ?bosim|bosim|davl[ei]n|davleniya|tonometr|gipertoni|ad\b|a/d\b|dav\b|davl\b)",
    "glucose": r"\b(?:kand(?!a[yk]|ol|il|li\b|id)\w*|shakar\w*|sahar(?!da|lik|gi|lab)\w*|sah\b"
    r"|glyu?k(?!of)\w*|gluk(?!of)\w*)",
    "weight": r"\b(?:vazn\w*|ves|vesa|vesom|vesu|veshu|vesit|vesim|vesil[ao]?|vesi|vzve[sh]\w*|tarozi\w*"
    r"|tarozu\w*|ogirlig\w*|tosh bos\w*)\b",
    "pulse": r"\b(?:puls\w*|chss|yura[kg]\w* urish\w*|urish\w*|tomir\w*|serdsebien\w*|udar\w* serds\w*)\b",
    "temperature": r"\b(?:harorat\w*|temp\w*|timperat\w*|isitma\w*|issig\w*|isig\w*|issikli\w*"
    r"|gradusnik\w*|termometr\w*|jar\b)",
    "height": r"\b(?:rost|rosta|rostom|boyi\w*|boy)\b",
}


def gap(longest: int) -> str:
    """Between a word and its number: a few words without figures, no new sentence; the group `gap`."""
    return rf"(?P<gap>(?:[^\d.!?\n]|\.(?!\s)){{0,{longest}}}?)"


_RIVALS = {
    entity: re.compile("|".join(words for other, words in WORDS.items() if other != entity) + r"|\byosh")
    for entity in WORDS
}


def belongs(entity: str, match: re.Match[str]) -> bool:
    """Whether the number of a match with a gap is its word's own, and no nearer word's."""
    return not _RIVALS[entity].search(match["gap"])


def said(match: re.Match[str]) -> float:
    """The number of a match of `SAID`."""
    if match["half"]:
        return int(match["whole"]) + 0.5
    tenth = match["tenth"] or match["said"]
    return float(f"{match['whole']}.{tenth}") if tenth else float(match["whole"])


def end_of_said(match: re.Match[str]) -> int:
    return max(match.end(name) for name in ("whole", "tenth", "said", "half"))


def number(figures: str) -> float:
    return float(figures.replace(",", "."))
