"""Days told by counting from today: tomorrow, in two weeks, three days ago, next month; patterns match folded text."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from nlu.day_rules import AFTER, BEFORE, LAST, MONTHS, NEXT, THIS, WEEKS, Day, Rule, add_months, rule

# "A day before, remind me" counts from the visit, not from today.
_NO_REMINDER = r"(?! (?:\w+ )?(?:eslat|ayt(?:ing|sang|ib|asiz|ar|\b)|habar|ogohlant|ogohlantir|napomn|napomin|preduprej))"
_DAYS = r"(?:kun|kunda|kundan|kunga|den|dna|dney|dnei|dn[ey]y|sut\w*)"
_YEARS = r"(?:yil|yildan|yilda|yilga|god|goda|let)"
_NUMBER = r"(?<![\w.,/:])(?:\d{1,2} ?- ?)?(\d+) ?(?:ta )?"
# "erta" is tomorrow, and "early": not "too early", "early to bed", "early spring".
_TOMORROW = (
    r"(?<!juda )(?<!ancha )(?<!sal )(?<!biroz )(?<!hayrli )(?<!bunaka )(?<!shunaka )(?<!kun )(?<!hali )(?<!tong )"
    r"erta(?! (?:bilan|homilador|tug|menopauz|kari|tur|bosh|yosh|davr|emas|tush|ket|uygon|yot|uhla|bahor"
    r"|kuz|kelin|bolsa|klimaks|etil|anikla|top|tashh|yahshi|belgi|bil|tarvuz|tong|ey|eish|kunlar))"
)


def rules() -> tuple[Rule, ...]:
    return (*_named(), *_counted(), *_periods())


def _named() -> tuple[Rule, ...]:
    near = (
        (-2, r"pozavchera|otgan kuni|avvalgi kuni|kecha emas otgan kuni"),
        (2, r"poslezavtr\w*|poslzavtra|indin\w*|ertadan keyin\w*|ertaga emas indinga|birisiga"),
        (-1, r"kecha|kechagi\w*|kechadan|vchera\w*|vcherashn\w*|kechaki"),
        (
            1,
            rf"ertaga\w*|ertangi\w*|ertagi\w*|{_TOMORROW}|ertan|ertadan(?! keyin)|zavtr[ao](?:ga|dan|ni|gi)?|zavtrashn\w*"
            rf"|yarin|ertalikka|erteng\w*",
        ),
        (0, r"bugun\w*|segod(?:na|nya|nashn\w*|nyash\w*)|sevodna|sevodnya|buun|bugin\w*|budun"),
    )
    return tuple(rule(rf"\b(?:{words})\b", _shift(days)) for days, words in near)


def _counted() -> tuple[Rule, ...]:
    found: list[Rule] = []
    for unit, size in ((_DAYS, 1), (WEEKS, 7)):
        found += [
            rule(rf"\bcherez (?:(?:\d{{1,2}} ?- ?)?(\d+|paru|poltori) )?{unit}\b", _count(size)),
            rule(rf"\b(?:cherez {unit}|{unit} cherez) (\d+)\b", _count(size)),
            rule(rf"{_NUMBER}{unit} {AFTER}\b", _count(size)),
            rule(
                rf"(?<!necha )\b(?:kun|hafta)dan {AFTER}\b" if size == 1 else rf"\b(?:haftadan) {AFTER}\b",
                _count(size),
            ),
            rule(rf"{_NUMBER}{unit} {BEFORE}\b{_NO_REMINDER}", _count(-size)),
            rule(rf"\b(?:(paru) )?{unit} nazad\b", _count(-size)),
        ]
    for unit, months in ((MONTHS, 1), (_YEARS, 12)):
        found += [
            rule(rf"\bcherez (?:(\d+|paru|pol) ?)?{unit}\b", _count_months(months)),
            rule(rf"\b(?:cherez {unit}|{unit} cherez) (\d+)\b", _count_months(months)),
            rule(rf"{_NUMBER}{unit} {AFTER}\b", _count_months(months)),
            rule(rf"{_NUMBER}{unit} {BEFORE}\b", _count_months(-months)),
            rule(rf"\b(?:(pol) ?)?{unit} nazad\b", _count_months(-months)),
            rule(rf"(?<!\d )\b(yarim) {unit} {AFTER}\b", _count_months(months)),
            rule(rf"(?<!\d )\b(yarim) {unit} {BEFORE}\b", _count_months(-months)),
        ]
    return tuple(found)


_SAID = {"poltori": 1.5, "paru": 2.0, "pol": 0.5, "yarim": 0.5}


def _how_many(match: re.Match[str]) -> float:
    said = match[1] if match.lastindex else None
    return _SAID.get(said or "", 0.0) or float(said or 1)


def _shift(days: int) -> Day:
    return lambda match, today, past: today + timedelta(days=days)


def _count(size: int) -> Day:
    return lambda match, today, past: today + timedelta(days=round(_how_many(match) * size))


def _count_months(size: int) -> Day:
    return lambda match, today, past: add_months(today, round(_how_many(match) * size))


def _periods() -> tuple[Rule, ...]:
    return (
        rule(rf"\b(?:na )?{NEXT} {WEEKS}\b|(?<!\d )\bhaftaga\b", _week(1)),
        rule(rf"\b(?:na )?{THIS} {WEEKS}\b", _week(0)),
        rule(rf"\b(?:na )?{LAST} {WEEKS}\b", _week(-1)),
        rule(rf"\b(?:v |na )?{NEXT} {MONTHS}\b", lambda match, today, past: _first_of_month(today, 1)),
        rule(rf"\b(?:v )?{THIS} {MONTHS}\b", _shift(0)),
        rule(rf"\b(?:v )?{LAST} {MONTHS}\b", lambda match, today, past: _first_of_month(today, -1)),
        rule(
            r"\b(?:hafta(?:ning)? ohir\w*|kones nedel\w*|v konse nedel\w*|dam olish kun\w*|vihodn\w*)\b",
            lambda match, today, past: today + timedelta(days=(5 - today.weekday()) % 7),
        ),
        rule(
            r"\b(?:shu )?oy(?:ning)? ohir\w*|\b(?:v )?kons\w* mes(?:as|yas)\w*",
            lambda match, today, past: today.replace(day=calendar.monthrange(today.year, today.month)[1]),
        ),
        rule(
            r"\boy(?:ning)? bosh\w*|\b(?:v )?nachal\w* mes(?:as|yas)\w*",
            lambda match, today, past: _first_of_month(today, 1),
        ),
    )


def _first_of_month(today: date, months: int) -> date:
    return add_months(today.replace(day=1), months)


def _week(weeks: int) -> Day:
    """Its Monday; of the running week today."""
    return lambda match, today, past: today + timedelta(days=7 * weeks - today.weekday()) if weeks else today
