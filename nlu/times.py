"""Times of day and parts of day in a message: `HH:MM`, or morning, afternoon, evening."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.found import Found
from nlu.parts_of_day import AFTERNOON, ALONE, BEHIND, BESIDE, EVENING, NIGHT

_ENDING = r"(?: ?-?(?:da|ga|dan|dagi|larda|larga|lar|gacha|kacha|lardan|ka|damidi|dami)\b)?"
_ALONE, _OVER = r"(?<![\d.,:/])(?<!\d[./-])", r"(?![\d:/]|[.,]\d)"
# "At", "to", "till", "after"; not "once in", not "in the 7th class" and not "минут на 20".
_AT = (
    r"(?<!raz )(?<!minut )(?<!\d )(?<!klass )(?<!umnojit )(?<!umnojenie )(?<!umnojeniya )(?<!shitayu )(?<!shitat )(?<!shitay )"
    r"\b(?:v|k|na(?! \d+ dna)|do|posle|okolo|v rayone|rovno v|ne ranshe|s(?= \d{1,2} (?:do|po|utra|vechera)\b)"
    r"|s(?= \d{1,2}[:.]\d))"
)
# How long, how often, how old: then a number before "hours" is no time of day.
_LONG = re.compile(
    r"(?:cherez|za|po|kajdie|kajdih|raz v|uje|eshe|bolee|bolshe|menshe|okolo|pochti|primerno|minimum"
    r"|let s|goda? v|opozdau na|zaderjus na"
    r"|opozdaem na|pozje na|ranshe na|spit|splu|spal|spala|minut na|v techenie|do bolnisi|\bna) $"
)
_LASTS = re.compile(
    r"^ ?(?:nazad|podrad|podryad|pozje|ranshe|v den|v sutki|v nedelu|sna|puti|ezdi|raboti|davom|ichida"
    r"|oldin|keyin|dan beri|dan bir|da bir|otib"
    r"|uhla|chidam|yotib|yol)"
)
_RATHER_AGE = (
    r"(?! ?(?:let\b|god|goda|godik|mes|nedel|raz\b|raza|klass|dne[yi]|den|sut|minut|rub|sum"
    r"|som|tis|mln|prosent|%|ne rano|shtuk|tablet|kapel|kg|gramm?|ml|mg))"
)

_CLOCK = re.compile(
    rf"{_ALONE}(?:(?P<soat>\bsoat )|(?P<at>{_AT}) )?(?P<h>[01]?\d|2[0-4])(?P<by>[:.]"
    rf"| ?- ?)(?P<m>[0-5]\d){_OVER}(?! ?%){_ENDING}"
)
_HOUR_HALF = re.compile(
    rf"{_ALONE}(?:\bsoat )?(?P<h>\d{{1,2}})(?:u| u|-u)? yarim{_ENDING}"
    r"(?! ?(?:oy|kun|kg|kilo|hafta|yil|ming|million|yosh|mmol|soat|metr|ta\b|isitma|harorat))"
)
_HALF_OF = re.compile(r"\b(?:v )?pol(?:ovin\w+)? ?(?P<h>\d{1,2}) inchi\b|\b(?:v )?pol(?P<word>[a-z]{4,14})\b")
_PAST_HOUR = re.compile(r"\b(?P<m>\d{1,2}|chetvert) (?:minut )?(?P<h>\d{1,2}) inchi\b")
_HOUR = re.compile(
    rf"\bsoat(?:i|lar)? (?P<a>\d{{1,2}}){_OVER}(?! ?(?:davom|ichida|oldin|dan beri|otdi|uhla)){_ENDING}"
    rf"|{_ALONE}(?P<b>\d{{1,2}}) ?(?:chas(?:ov|a|am)?|ch)\b(?: dna\b)?"
    rf"|{_AT} (?P<c>\d{{1,2}}){_OVER}(?: dna\b)?{_RATHER_AGE}(?! \d)"
    r"(?= ?(?:$|[,.!?;)]|a\b|no\b|(?:utra|vechera|dnya|dna|nochi|mojn|zapi|udobn|podoyd|pridu|smog|mogu"
    r"|priedu|priyedu|zayd|svobod|osvobo|vernus|ne |bud|ili|il |do \d|po \d|na \d|na priem|priem|k \w+|u menya|u nas"
    r"|zavtra|segodn|est|sda|idti|vstrech)))"
)
_ONE_O_CLOCK = re.compile(
    r"(?<!raz )(?<!\d )\b(?:v|k|do|posle) (?P<word>chasu?)(?: (?:dnya|dna))?\b(?! (?:pik|i\b))"
)
_RANGE = re.compile(
    rf"{_ALONE}(?P<h>\d{{1,2}})(?: (?:dan|bilan|va) | ?- ?)(?P<h2>\d{{1,2}}) (?:gacha|kacha|oras\w*|oralig\w*|ga kadar"
    rf"|lar oras\w*)(?! ?(?:kun|oy|yosh|yil|ta\b|gradus))"
    rf"|\bs (?P<h3>\d{{1,2}}){_OVER} (?:do|na) (?P<h4>\d{{1,2}}){_OVER}{_RATHER_AGE}(?! ?(?:chisl|go\b"
    rf"|e\b|yanvar|fevral|mart|aprel|may|iyun|iyul"
    r"|avgust|sentabr|oktabr|noyabr|dekabr))"
)
_TILL = re.compile(rf"\d[:.]\d\d dan (?P<h>\d{{1,2}}){_OVER} (?:gacha|kacha)\b")
_COMES = r"(?= ?(?:da|dagi)? ?(?:kel|bor|bol|yoz|chik|kut|eslat|kabul|vakt|bosh|och|navbat|joy|uchrash))"
_ABOUT_HOUR = re.compile(
    r"(?<![\w.,:/])(?P<h>\d{1,2}) ?(?:larda|larga|lardan|lar\b|dan keyin|ga yakin|dami\w*)(?! ?(?:kun|hafta|oy))"
    r"|(?<![\w.,:/])(?P<day>[89]|1\d) ?(?:da|dagi|damidi)\b(?! ?(?:kun|hafta|oy|yosh|sinf|bola|man\b|bir\b|homilador))"
    rf"|(?<![\w.,:/])(?P<low>[1-7]) ?(?:da|dagi)\b{_COMES}"
)
# Who is fourteen: "oʻgʻlim 14 da", "men 46 daman".
_WHOSE_AGE = re.compile(
    r"\b(?:men|man|u|bola|kiz|ogil|ayol|erkak|yoshi|ozim|(?:kizim|oglim|bolam|farzandim|nevaram|onam"
    r"|otam|dadam|oyim|erim|hotinim|ukam|akam"
    r"|singlim|opam|jiyanim|kelinim|buvim|bobom))(?:ning|ga)? (?:hozir |endi |bor )?$"
)
_HOUR_BESIDE_PART = re.compile(
    r"(?<![\d.,:/])(?P<h>\d{1,2})(?![\d:/]|[.,]\d) ?(?:larda|larga|lar|da|ga|dan|dagi)\b"
)
_TO = re.compile(
    r"\bbez (?P<m>\d{1,2}|chetverti)(?: minut)? (?P<h>\d{1,2})\b"
    r"|(?<![\d.,:/])(?P<h2>\d{1,2}) ?(?:ga|ka) (?P<m2>\d{1,2})(?: ta| dakika| minut| dakka)? (?:kam|kolganda|koldi)\b"
)
# "Без двадцати три" is read as one number.
_TO_IN_ONE = re.compile(r"\bbez 2(?P<h>[1-9])\b(?! (?:minut|\d))")


def find(text: str) -> Iterator[Found]:
    """All times of a folded text; they may overlap. One to six without a part of day are afternoon: clinics sleep at night."""
    yield from _to_and_past(text)
    yield from _by_the_clock(text)
    yield from _halves(text)
    yield from _hours(text)
    for match in ALONE.finditer(text):
        if match.lastgroup != NIGHT:
            yield Found("time", str(match.lastgroup), match.start(), match.end())


def _to_and_past(text: str) -> Iterator[Found]:
    for match in _TO.finditer(text):
        minutes = match["m"] or match["m2"]
        hour, before = int(match["h"] or match["h2"]), 15 if minutes == "chetverti" else int(minutes)
        yield from _clock(text, match.start(), match.end(), hour - 1, 60 - before)
    for match in _TO_IN_ONE.finditer(text):
        yield from _clock(text, match.start(), match.end(), int(match["h"]) - 1, 40)
    for match in _PAST_HOUR.finditer(text):
        minute = 15 if match["m"] == "chetvert" else int(match["m"])
        if minute < 60:
            yield from _clock(text, match.start(), match.end(), int(match["h"]) - 1, minute)


def _by_the_clock(text: str) -> Iterator[Found]:
    for match in _CLOCK.finditer(text):
        told = match["soat"] or match["at"] is not None or match.end("m") < match.end()
        if match["by"].strip() == ":" or told:
            hour, minute = int(match["h"]), int(match["m"])
            # "9-10" and "9-18" are from nine to another hour, "9-30" is half past.
            if "-" in match["by"] and (1 <= minute - hour <= 3 or minute % 5):
                minute = 0
            exact = match["h"].startswith("0")
            start = match.start() if match["soat"] else match.start("h")
            yield from _clock(text, start, match.end(), hour, minute, exact=exact)


def _halves(text: str) -> Iterator[Found]:
    for match in _HALF_OF.finditer(text):
        hour = int(match["h"]) if match["h"] else _HALVES.get(match["word"], 0)
        if hour:
            yield from _clock(text, match.start(), match.end(), hour - 1, 30)
    for match in _HOUR_HALF.finditer(text):
        yield from _clock(text, match.start(), match.end(), int(match["h"]), 30)


def _hours(text: str) -> Iterator[Found]:
    for match in _HOUR.finditer(text):
        if match["b"] and _is_duration(text, match):
            continue
        hour = int(match["a"] or match["b"] or match["c"])
        if hour or match["a"]:
            start = match.start("c") if match["c"] else match.start()
            yield from _clock(text, start, match.end(), hour, 0)
    for match in _ONE_O_CLOCK.finditer(text):
        yield from _clock(text, match.start("word"), match.end(), 1, 0)
    for match in _RANGE.finditer(text):
        first, last = ("h", "h2") if match["h"] else ("h3", "h4")
        for name in (first, last) if int(match[first]) < int(match[last]) else ():
            yield from _clock(text, match.start(name), match.end(name), int(match[name]), 0)
    for match in _TILL.finditer(text):
        yield from _clock(text, match.start("h"), match.end(), int(match["h"]), 0)
    for match in _HOUR_BESIDE_PART.finditer(text):
        if BESIDE.search(text[: match.start()]):
            yield from _clock(text, match.start(), match.end(), int(match["h"]), 0)
    for match in _ABOUT_HOUR.finditer(text):
        if match["h"] or not _WHOSE_AGE.search(text[: match.start()]):
            hour = int(match["h"] or match["day"] or match["low"])
            yield from _clock(text, match.start(), match.end(), hour, 0)


def _is_duration(text: str, match: re.Match[str]) -> bool:
    """Hours in Russian are a time of day only after "at" and the like, or with a part of day: `в 3 часа`, `3 часа ночи`."""
    before, behind = text[: match.start()], text[match.end() :]
    beside = BESIDE.search(before) and not before.endswith(", ")
    if beside or BEHIND.search(behind) or _SUITS.search(behind) or match[0] == text:
        return False
    if _LASTS.search(behind) or (_LONG.search(before) and not _ASKED_FOR.search(before)):
        return True
    return not re.search(r"\b(?:v|k|s|do|posle|na|rovno) $", before)


_SUITS = re.compile(r"^ ?(?:ustra|podhod|podoyd|udobn|k \w)")
# "На" is for so long, but a visit is moved to an hour.
_ASKED_FOR = re.compile(
    r"(?:zapis|zapish|perenes|perenos|postav|sdvin|naznach|napomn|napomin|budilnik|mojno|davayte|hochu"
    r"|priem|zavtra|segodna|prosh?u)\w*(?: \w+){0,2} na $"
)

# "полтретьего" in one word: what stands after "pol", folded.
_HALVES = {
    "pervogo": 1, "vtorogo": 2, "tretego": 3, "chetvertogo": 4, "patogo": 5, "shestogo": 6, "sedmogo": 7, "vosmogo": 8,
    "devatogo": 9, "desatogo": 10, "odinnadsatogo": 11, "dvenadsatogo": 12,
}  # fmt: skip


def _clock(text: str, start: int, end: int, hour: int, minute: int, exact: bool = False) -> Iterator[Found]:
    """The time, with the part of day beside it taken in; nothing when there is no such hour."""
    part = None
    if before := BESIDE.search(text[:start]):
        part, start = before.lastgroup, before.start() + (text[before.start()] in " ,")
    if behind := BEHIND.search(text[end:]):
        part, end = behind.lastgroup, end + behind.end()
    if hour == 24 or (hour == 12 and part == NIGHT):
        hour = 0
    if not 0 <= hour <= 23:
        return
    if hour < 12 and (
        (part == EVENING and hour >= 4)
        or (part == AFTERNOON and hour <= 6)
        or (part == NIGHT and hour >= 9)
        or (part is None and not exact and 1 <= hour <= 6)
    ):
        hour += 12
    yield Found("time", f"{hour:02}:{minute:02}", start, end)
