"""Days in a message, counted from the day it was written. A week, a month or its end is given as one day: see `find`."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache

import yaml

from core import script
from nlu.folded import LOOKUPS
from nlu.measurements import Found

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], date, bool], date | None]]

_NEXT = r"(?:keyingi|kelasi|kelgusi|kelayotgan|sleduyush\w*|sledush\w*|buduyush\w*|budush\w*)"
_THIS = r"(?:shu|bu|ushbu|eta|etu|eti|etot|etoi|na etoi|v etu|v etot)"
_LAST = r"(?:otgan|oldingi|avvalgi|proshl\w*)"
_AFTER = r"(?:keyin\w*|song\w*|otib|otgach|otgandan|kegin|kiyin)"
_BEFORE = r"(?:oldin\w*|avval\w*|burun\w*|ilgari\w*|nazad)"
_DAYS = r"(?:kun\w*|den|dna|dnei|sut\w*)"
_WEEKS = r"(?:hafta\w*|nedel\w*)"
_MONTHS = r"(?:oy|oyda|oydan|oyga|oyni|oylik\w*|mesas\w*|mesyas\w*)"
_YEARS = r"(?:yil|yildan|yilda|yilga|god|goda|let)"
# What follows a month's name: cases of both languages. Not any letters: "mayli" is "all right", "mayiz" raisins.
_MONTH_ENDING = r"(?:a|e|u|i|ya|da|ga|dan|gacha|ning|ni|dagi|gi|lar|larda|larga|si|mi|dami)?"
_YEAR_WORD = r"(?:yil\w*|god\w*|g\b)"
# What a number with "-th" counts when it is no day: clinics, schools, rooms, months, times.
_NOT_A_DAY = (
    r"(?:poliklinik|maktab|hona|oilavi|bog|kvartal|mavze|uy|kab|sinf|shkol|etaj|oy\b|hafta|kun\b|dom|kurs|bol|ukol|doz|raz"
    r"|farzand|marotaba)"
)
# "erta" is tomorrow, and "early".
_TOMORROW = r"erta(?! (?:bilan|homilador|tug|menopauz|kari|tur|bosh|yosh|davr|aniklan))"
# Words about what has been: a day without a year then lies behind.
_PAST = re.compile(
    r"\b(?:otgan|oldingi|proshl\w*|edi|edik|oldim|oldik|keldim|keldik|bordim|bordik|kilindi|boldi|boldik|kildirdi\w*|emlat\w*di\w*|emlandi\w*|"
    r"otdim|otdik|topshirdi\w*|olingan|kilingan|bolgan|sdelal\w*|bil|bila|bili|hodil\w*|postavil\w*|prosh\w*|sdal\w*|privil\w*|poluchil\w*|"
    r"rodil\w*|tugil\w*)\b"
)


def find(text: str, today: date) -> Iterator[Found]:
    """All days of a folded text as ISO dates; they may overlap.

    A weekday is the next one after today; a day without a year the next such day, or the last where the past is spoken of.
    "This week" is today, "next week" its Monday, "next month" its first, "end of the month" its last day.
    """
    past = bool(_PAST.search(text))
    for pattern, day in _rules():
        for match in pattern.finditer(text):
            try:
                found = day(match, today, past)
            except (ValueError, OverflowError):
                # 31.02 and the year 9999 are no days.
                continue
            if found is not None:
                yield Found("date", found.isoformat(), match.start(), match.end())


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    return (*_relative_rules(), *_weekday_rules(), *_written_rules(), *_period_rules())


# --- so many days from now ------------------------------------------------------------------------------------------


def _relative_rules() -> tuple[Rule, ...]:
    near = (
        (-2, r"pozavchera|otgan kuni|avvalgi kuni|kecha emas otgan kuni"),
        (2, r"poslezavtr\w*|poslzavtra|indin\w*|ertadan keyin\w*|ertaga emas indinga|birisiga"),
        (-1, r"kecha|kechagi|kechadan|vchera\w*|kechaki"),
        (1, rf"ertaga\w*|ertangi\w*|{_TOMORROW}|ertan|zavtra|zavtrashn\w*|yarin|ertalikka|erteng\w*"),
        (0, r"bugun\w*|segodna\w*|sevodna|segodnyash\w*|buun|bugin\w*"),
    )
    by_days = tuple(_rule(rf"\b(?:{words})\b", _shift(days)) for days, words in near)
    units = ((_DAYS, 1), (_WEEKS, 7))
    counted: list[Rule] = []
    for unit, size in units:
        counted += [
            _rule(rf"\bcherez (?:(\d+|paru|poltori) )?{unit}\b", _count(size)),
            _rule(rf"(?<![\d.,/])(\d+) ?(?:ta )?{unit} {_AFTER}\b", _count(size)),
            _rule(
                rf"(?<!necha )\b(?:kun|hafta)dan {_AFTER}\b" if size == 1 else rf"\b(?:haftadan) {_AFTER}\b",
                _count(size),
            ),
            _rule(rf"(?<![\d.,/])(\d+) ?(?:ta )?{unit} {_BEFORE}\b", _count(-size)),
            _rule(rf"\b(?:paru )?{unit} nazad\b", _count(-size)),
        ]
    for unit, months in ((_MONTHS, 1), (_YEARS, 12)):
        counted += [
            _rule(rf"\bcherez (?:(\d+|paru|pol) )?{unit}\b", _count_months(months)),
            _rule(rf"(?<![\d.,/])(\d+) ?(?:ta )?{unit} {_AFTER}\b", _count_months(months)),
            _rule(rf"(?<![\d.,/])(\d+) ?(?:ta )?{unit} {_BEFORE}\b", _count_months(-months)),
            _rule(rf"\b{unit} nazad\b", _count_months(-months)),
        ]
    return (*by_days, *counted)


def _shift(days: int) -> Callable[[re.Match[str], date, bool], date]:
    return lambda match, today, past: today + timedelta(days=days)


def _count(size: int) -> Callable[[re.Match[str], date, bool], date]:
    def day(match: re.Match[str], today: date, past: bool) -> date:
        said = match[1] if match.lastindex else None
        many = 1.5 if said == "poltori" else 2 if said == "paru" else int(said or 1)
        return today + timedelta(days=round(many * size))

    return day


def _count_months(size: int) -> Callable[[re.Match[str], date, bool], date]:
    def day(match: re.Match[str], today: date, past: bool) -> date:
        said = match[1] if match.lastindex else None
        many = 0.5 if said == "pol" else 2 if said == "paru" else int(said or 1)
        return add_months(today, round(many * size))

    return day


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# --- days of the week -----------------------------------------------------------------------------------------------


def _weekday_rules() -> tuple[Rule, ...]:
    rules = []
    lists = yaml.safe_load((LOOKUPS / "calendar.yml").read_text(encoding="utf-8"))
    for number, (stems, short) in enumerate(zip(lists["weekdays"], lists["weekdays_short"], strict=True)):
        words = "|".join(sorted((script.fold(stem) for stem in stems), key=len, reverse=True))
        name = rf"(?P<which>(?:{_NEXT}|{_THIS}|{_LAST})(?: haftaning?| hafta| haftadagi| nedele)? )?"
        rules.append(_rule(rf"\b{name}(?:{words})\w*(?: kuni\w*)?\b", _weekday(number)))
        # "вс" and "ср" stand for other things too, unless "on" is before them.
        before = "" if short in ("пн", "вт", "чт", "пт", "сб") else r"(?:(?<=\bv )|(?<=\bna ))"
        rules.append(_rule(rf"{before}\b(?P<which>){script.fold(short)}\b", _weekday(number)))
    return tuple(rules)


def _weekday(number: int) -> Callable[[re.Match[str], date, bool], date]:
    def day(match: re.Match[str], today: date, past: bool) -> date:
        monday = today - timedelta(days=today.weekday())
        which = match["which"] or ""
        if re.match(_NEXT, which):
            return monday + timedelta(days=7 + number)
        if re.match(_LAST, which) or (past and not which):
            return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
        if which:
            return monday + timedelta(days=number)
        return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)

    return day


# --- a day written out ----------------------------------------------------------------------------------------------


def _written_rules() -> tuple[Rule, ...]:
    lists = yaml.safe_load((LOOKUPS / "calendar.yml").read_text(encoding="utf-8"))
    months = "|".join(
        rf"(?P<m{i}>{'|'.join(map(script.fold, stems))})" for i, stems in enumerate(lists["months"], 1)
    )
    month = rf"(?:{months}){_MONTH_ENDING}\b"
    year = rf"(?:[ ,-]{{1,2}}(?P<year>(?:19|20)\d\d)(?:[ -]?{_YEAR_WORD})?)?"
    nth = r"(?:[ -]?(?:inchi|chi|nchi|go|e|oe))?"
    nth_day = r"(?:[ -]?(?:inchi|chi|e)(?:si\w*|ga|da|dan|dagi)\b|[ -](?:chi|e|si\w{2,})\b)"
    day = r"(?<![\d.,/])(?P<day>\d{1,2})"
    alone = r"(?<![\d.,/:])(?P<day>\d{1,2})"
    return (
        _rule(r"(?<![\d.])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)", _written),
        _rule(
            rf"{day}[./-](?P<month>\d{{1,2}})[./-](?P<year>\d{{4}}|\d\d)(?![\d/])(?: ?{_YEAR_WORD})?",
            _written,
        ),
        _rule(
            rf"{alone}\.(?P<month>0\d|1[0-2])(?P<year>)(?![\d/:]|[.,]\d)(?! ?(?:kg|kilo|mmol|gradus|%))",
            _written,
        ),
        _rule(rf"{day} (?P<month>0\d|1[0-2]) (?P<year>(?:19|20)\d\d)(?!\d)", _written),
        _rule(
            rf"(?:(?P<before>(?:19|20)\d\d)[ -]?(?:yil\w*)?[ ,-]{{1,2}})?{day}{nth}[ -]{{1,2}}{month}{year}",
            _written,
        ),
        _rule(
            rf"\b{month}{year}[ ,]{{1,2}}(?P<day>\d{{1,2}}){nth}(?: ?(?:sana\w*|si\w*|kuni\w*|da\b|chi\w*))",
            _written,
        ),
        _rule(rf"\b(?P<which>{_NEXT} |{_THIS} )?(?!mayda){month}(?: oyi\w*)?{year}", _written),
        _rule(rf"{alone}[ -]?(?:sana\w*|chislo|chisla|chislu)\b", _day_of_month),
        _rule(rf"{alone}{nth_day}(?! ?{_NOT_A_DAY})", _day_of_month),
        _rule(rf"{alone}-?go\b(?! (?:chasa|kabinet))", _day_of_month),
        _rule(r"\b(?:yangi yil\w*|nov\w* god\w*)\b", lambda m, today, past: _nearest(1, 1, today, past)),
        _rule(r"\b(?:navroz\w*|navruz\w*)\b", lambda m, today, past: _nearest(21, 3, today, past)),
    )


def _written(match: re.Match[str], today: date, past: bool) -> date | None:
    groups = match.groupdict()
    month = int(groups["month"]) if groups.get("month") else _month(groups)
    year = groups.get("year") or groups.get("before")
    if groups.get("day") is None:
        return _whole_month(month, int(year) if year else None, today, past)
    day = int(groups["day"])
    if not year:
        return _nearest(day, month, today, past)
    full = (
        int(year)
        if len(year) == 4
        else 2000 + int(year)
        if int(year) <= today.year % 100 + 1
        else 1900 + int(year)
    )
    return date(full, month, day)


def _month(groups: dict[str, str | None]) -> int:
    return next(int(name[1:]) for name, value in groups.items() if value and re.fullmatch(r"m\d+", name))


def _whole_month(month: int, year: int | None, today: date, past: bool) -> date:
    """Its first day; the running month's is today."""
    if year is None and month == today.month:
        return today
    return date(year, month, 1) if year else _nearest(1, month, today, past)


def _nearest(day: int, month: int, today: date, past: bool) -> date:
    """The next such day, today included, or the last; the 29th of February waits for its year."""
    years = range(today.year, today.year - 9, -1) if past else range(today.year, today.year + 9)
    for year in years:
        if (month, day) == (2, 29) and not calendar.isleap(year):
            continue
        found = date(year, month, day)
        if found <= today if past else found >= today:
            return found
    raise ValueError("no such day")


def _day_of_month(match: re.Match[str], today: date, past: bool) -> date:
    day = int(match["day"])
    if not 1 <= day <= 31:
        raise ValueError("no such day")
    for step in range(13):
        first = add_months(today.replace(day=1), -step if past else step)
        if day <= calendar.monthrange(first.year, first.month)[1]:
            found = first.replace(day=day)
            if found <= today if past else found >= today:
                return found
    raise ValueError("no such day")


# --- weeks and months -------------------------------------------------------------------------------------------------


def _period_rules() -> tuple[Rule, ...]:
    return (
        _rule(rf"\b(?:na )?{_NEXT} {_WEEKS}\b|(?<!\d )\bhaftaga\b", _week(1)),
        _rule(rf"\b(?:na )?{_THIS} {_WEEKS}\b", _week(0)),
        _rule(rf"\b(?:na )?{_LAST} {_WEEKS}\b", _week(-1)),
        _rule(
            rf"\b(?:v |na )?{_NEXT} {_MONTHS}\b", lambda m, today, past: add_months(today.replace(day=1), 1)
        ),
        _rule(rf"\b(?:v )?{_THIS} {_MONTHS}\b", _shift(0)),
        _rule(rf"\b(?:v )?{_LAST} {_MONTHS}\b", lambda m, today, past: add_months(today.replace(day=1), -1)),
        _rule(
            r"\b(?:hafta(?:ning)? ohir\w*|kones nedel\w*|v konse nedel\w*|dam olish kun\w*|vihodn\w*)\b",
            _saturday,
        ),
        _rule(
            r"\b(?:shu )?oy(?:ning)? ohir\w*|\b(?:v )?kons\w* mesas\w*",
            lambda m, today, past: _month_end(today),
        ),
        _rule(
            r"\boy(?:ning)? bosh\w*|\b(?:v )?nachal\w* mesas\w*",
            lambda m, today, past: add_months(today.replace(day=1), 1),
        ),
    )


def _week(weeks: int) -> Callable[[re.Match[str], date, bool], date]:
    def day(match: re.Match[str], today: date, past: bool) -> date:
        return today + timedelta(days=7 * weeks - today.weekday()) if weeks else today

    return day


def _saturday(match: re.Match[str], today: date, past: bool) -> date:
    return today + timedelta(days=(5 - today.weekday()) % 7)


def _month_end(today: date) -> date:
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def _rule(pattern: str, day: Callable[[re.Match[str], date, bool], date | None]) -> Rule:
    return re.compile(pattern), day
