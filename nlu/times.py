"""Times of day and parts of day in a message: `HH:MM`, or morning, afternoon, evening."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.measurements import Found

MORNING, AFTERNOON, EVENING = "morning", "afternoon", "evening"

_PARTS = (
    (
        MORNING,
        r"ertalab\w*|erta bilan|ertalap|tongda|tonggi|tong(?: bilan)?|sahar(?:lab|da|gi|lik\w*)|azonda|azanda|tushgacha"
        r"|utrom|s utra|utra|utro|utram|utrenn\w*|do obeda|do obedda|(?:ab|ob)edgacha|tushlik[gk]acha|peshingacha",
    ),
    (
        AFTERNOON,
        r"(?:tush(?:i|lik)?|abed|obed)dan (?:keyin\w*|song\w*|kiyin)|tush(?:da|lik(?: payti| vakti)?\w*)|kunduz\w*|peshin\w*"
        r"|posle obeda|dnem|dnya|(?:v|k) obedu?|v poldn\w*|[ao]bedda",
    ),
    (
        EVENING,
        r"kechkurun\w*|kechki\w*|kechga yakin|kechrok\w*|kech(?:da|ga)|okshom\w*|akshom\w*|shomda|ish(?: vakti)?\w*dan keyin\w*"
        r"|vecherom|vechera|vecheru|vecher\w*|pod vecher|posle raboti",
    ),
)
_PART = "|".join(f"(?P<{name}>{words})" for name, words in _PARTS)
_A_PART = re.compile(rf"\b(?:{_PART})\b")
_BESIDE = re.compile(rf"(?:^|[ ,])(?:{_PART})[ ,]*$")
_BEHIND = re.compile(rf"^(?: ?(?:da|ga|larda|v))?[ ,]*(?:{_PART})\b")

_ENDING = r"(?: ?-?(?:da|ga|dan|dagi|larda|larga|lar|gacha|kacha|lardan|ka)\b)?"
_ALONE, _OVER = r"(?<![\d.,:/])", r"(?![\d:/]|[.,]\d)"
_AT = r"(?:(?<=\bv )|(?<=\bk )|(?<=\bs )|(?<=\bna )|(?<=\bdo )|(?<=\bposle ))"
_CLOCK = re.compile(
    rf"{_ALONE}(?:(?P<soat>\bsoat )|(?P<at>{_AT}))?(?P<h>[01]?\d|2[0-4])(?P<by>[:.]| ?- ?)(?P<m>[0-5]\d){_OVER}{_ENDING}"
)
_HOUR_HALF = re.compile(
    rf"{_ALONE}(?:\bsoat )?(?P<h>\d{{1,2}})(?:u| u|-u)? yarim{_ENDING}"
    r"(?! ?(?:oy|kun|kg|kilo|hafta|yil|ming|million|yosh|mmol))"
)
_HALF_OF = re.compile(r"\b(?:v )?pol(?:ovin\w+)? ?(?P<h>\d{1,2}) inchi\b|\b(?:v )?pol(?P<word>[a-z]{4,14})\b")
_HOUR = re.compile(
    rf"\bsoat(?:i|lar)? (?P<a>\d{{1,2}}){_OVER}(?! ?(?:davom|ichida|oldin|keyin|dan beri|otdi|uhlay|uxlay)){_ENDING}"
    rf"|{_ALONE}(?P<b>\d{{1,2}}) ?(?:chas(?:ov|a|am)?|ch)\b(?! nazad)"
    rf"|{_AT}(?P<c>\d{{1,2}}){_OVER}"
    r"(?= ?(?:$|[,.!?]|(?:utra|vechera|dna|dnya|mojn|zapi|udobn|podoyd|pridu|ne |bud|ili|il )))"
)
_ABOUT_HOUR = re.compile(
    r"(?<![\d.,:/])(?P<h>\d{1,2}) ?(?:larda|larga|lardan|lar\b|dan keyin|ga yakin|dami\w*)(?! ?(?:kun|hafta|oy))"
    r"|(?<![\d.,:/])(?P<day>[89]|1\d) ?(?:da|dagi|damidi)\b(?! ?(?:kun|hafta|oy|yosh|sinf|bola))"
)
_HOUR_BESIDE_PART = re.compile(
    r"(?<![\d.,:/])(?P<h>\d{1,2})(?![\d:/]|[.,]\d) ?(?:larda|larga|lar|da|ga|dan|dagi)\b"
)
_TO = re.compile(
    r"\bbez (?P<m>\d{1,2}|chetverti)(?: minut)? (?P<h>\d{1,2})\b"
    r"|(?<![\d.,:/])(?P<h2>\d{1,2}) ?(?:ga|ka) (?P<m2>\d{1,2})(?: ta| dakika| minut)? (?:kam|kolganda|koldi)\b"
)
_DURATION = re.compile(r"^ ?(?:soat|chas)\w* ?(?:dan beri|davomida|ichida|uhla|uxla|kech|oldin|nazad|podr)")


def find(text: str) -> Iterator[Found]:
    """All times of a folded text; they may overlap. One to six without a part of day are afternoon: clinics sleep at night."""
    for match in _TO.finditer(text):
        minutes = match["m"] or match["m2"]
        hour, before = int(match["h"] or match["h2"]), 15 if minutes == "chetverti" else int(minutes)
        yield from _clock(text, match.start(), match.end(), hour - 1, 60 - before)
    for match in _CLOCK.finditer(text):
        if (
            match["by"].strip() == ":"
            or match["soat"]
            or match["at"] is not None
            or match.end("m") < match.end()
        ):
            yield from _clock(
                text,
                match.start(),
                match.end(),
                int(match["h"]),
                int(match["m"]),
                exact=match["h"].startswith("0"),
            )
    for match in _HALF_OF.finditer(text):
        hour = int(match["h"]) if match["h"] else _HALVES.get(match["word"], 0)
        if hour:
            yield from _clock(text, match.start(), match.end(), hour - 1, 30)
    for match in _HOUR_HALF.finditer(text):
        yield from _clock(text, match.start(), match.end(), int(match["h"]), 30)
    for match in _HOUR.finditer(text):
        hour = int(match["a"] or match["b"] or match["c"])
        if not _DURATION.match(text[match.end() - len(match[0].split()[-1]) :]):
            yield from _clock(text, match.start(), match.end(), hour, 0)
    for match in _HOUR_BESIDE_PART.finditer(text):
        if _BESIDE.search(text[: match.start()]):
            yield from _clock(text, match.start(), match.end(), int(match["h"]), 0)
    for match in _ABOUT_HOUR.finditer(text):
        yield from _clock(text, match.start(), match.end(), int(match["h"] or match["day"]), 0)
    for match in _A_PART.finditer(text):
        yield Found("time", str(match.lastgroup), match.start(), match.end())


# "полтретьего" in one word: what stands after "pol", folded.
_HALVES = {
    "pervogo": 1, "vtorogo": 2, "tretego": 3, "chetvertogo": 4, "patogo": 5, "shestogo": 6, "sedmogo": 7, "vosmogo": 8,
    "devatogo": 9, "desatogo": 10, "odinnadsatogo": 11, "dvenadsatogo": 12,
}  # fmt: skip


def _clock(text: str, start: int, end: int, hour: int, minute: int, exact: bool = False) -> Iterator[Found]:
    """The time, with the part of day beside it taken in; nothing when there is no such hour."""
    part = None
    if before := _BESIDE.search(text[:start]):
        part, start = before.lastgroup, before.start() + (text[before.start()] in " ,")
    if behind := _BEHIND.search(text[end:]):
        part, end = behind.lastgroup, end + behind.end()
    if hour == 24:
        hour = 0
    if not 0 <= hour <= 23:
        return
    if hour < 12 and (
        (part == EVENING and hour >= 4)
        or (part == AFTERNOON and hour <= 6)
        or (part is None and not exact and 1 <= hour <= 6)
    ):
        hour += 12
    yield Found("time", f"{hour:02}:{minute:02}", start, end)
