"""Days written out: 15-dekabr, 03.12, пятого декабря, 20 числа, in May; patterns match folded text."""

from __future__ import annotations

import calendar
import re
from datetime import date

from core import script
from nlu.day_rules import NEXT, THIS, Rule, add_months, nearest, rule, words

# What follows a month's name: cases of both languages. Not any letters: "mayli" is "all right", "mayiz" raisins.
_MONTH_ENDING = r"(?:a|e|u|i|ya|ye|da|ga|dan|gacha|ning|ni|dagi|gi|lar|larda|larga|si|mi|dami)?"
_YEAR_WORD = r"(?:yil\w*|god\w*|g\b)"
_CASE = r"(?:ga|da|dan|ni|ning|gacha|dagi|mi|ga)"
# After "5-chi" alone a noun would be what is counted (a clinic, a class, a dose): a day only where no noun follows.
_NO_NOUN = (
    r"(?= ?(?:$|[,.!?;)]|kun|sana|edi|emas|mos|kerak|bol|ga\b|yoz|soat|tush|ertalab|kech|yanvar|fevral"
    r"|mart|aprel|may|iyun|iyul"
    r"|avgust|sentabr|oktabr|noyabr|dekabr|va |ham |bilan |yoki |chisla|chislo|meng|menda|bosh |ozgar"
    r"|keyin|oldin))(?! ?(?:kun\b|bola))"
)
# The same for a number with its ending: "3-siga", "5-chida" in a school, a ward, a queue.
_NOT_A_DAY = (
    r"(?:poliklinik|maktab|hona|oilavi|bog|kvartal|mavze|uy|kab|sinf|shkol|etaj|oy\b|hafta|kun\b|dom|kurs|bol|ukol|doz|raz"
    r"|farzand|marotaba|kavat|guruh|trimestr|navbat)"
)
_COUNTED = r"(?: ?(?:kg|kilo|mmol|gradus|%|sm|mm|ml|mg|sum|som|dollar|ball))"
_DAY = r"(?<![\w.,/:])(?P<day>\d{1,2})"


def rules() -> tuple[Rule, ...]:
    return (*_in_figures(), *_with_month(), *_of_the_month())


def _in_figures() -> tuple[Rule, ...]:
    return (
        rule(r"(?<![\d.])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)", _written),
        rule(
            rf"{_DAY}[./-](?P<month>\d{{1,2}})[./-](?P<year>\d{{4}}|\d\d)(?![\d/])(?: ?{_YEAR_WORD})?",
            _written,
        ),
        rule(rf"{_DAY}\.(?P<month>0\d|1[0-2])(?P<year>)(?![\d/:]|[.,]\d)(?!{_COUNTED})", _written),
        rule(rf"{_DAY} (?P<month>0\d|1[0-2]) (?P<year>(?:19|20)\d\d)(?!\d)", _written),
    )


def _with_month() -> tuple[Rule, ...]:
    months = "|".join(
        rf"(?P<m{i}>{'|'.join(map(script.fold, stems))})" for i, stems in enumerate(words()["months"], 1)
    )
    month = rf"(?:{months}){_MONTH_ENDING}\b"
    year = rf"(?:[ ,-]{{1,2}}(?P<year>(?:19|20)\d\d)(?:[ -]?{_YEAR_WORD})?)?"
    nth = r"(?:[ -]?(?:inchi|chi|nchi|go|e|oe))?"
    return (
        rule(
            rf"(?:(?P<before>(?:19|20)\d\d)[ -]?(?:yil\w*)?[ ,-]{{1,2}})?{_DAY}{nth}[ -]{{1,2}}{month}{year}",
            _written,
        ),
        rule(
            rf"\b{month}{year}[ ,]{{1,2}}(?P<day>\d{{1,2}})(?:[ -]?(?:inchi|chi|nchi))?"
            rf"(?: ?-?(?:sana\w*|si{_CASE}?|kuni\w*|i?da\b|i?ga\b|chi\w*|inchi\w*))",
            _written,
        ),
        rule(rf"\b(?P<which>{NEXT} |{THIS} )?(?!mayda){month}(?: oyi\w*)?{year}", _written),
        rule(rf"\bkon(?:es|se|sa|su|som) {month}", _month_end),
        rule(rf"\b{month} (?:oyi\w* )?ohir\w*", _month_end),
    )


def _of_the_month() -> tuple[Rule, ...]:
    nth_day = (
        rf"(?:[ -]?(?:inchi|chi|e)(?: ?si)?{_CASE}\b|[ -]?(?:inchi|chi)si\b|[ -]?si{_CASE}\b(?! ?{_NOT_A_DAY})|-(?:si)\b"
        rf"|[ -](?:chi|e){_NO_NOUN})"
    )
    return (
        rule(rf"{_DAY}[ -]?(?:sana\w*|chislo|chisla|chislu|chislam)\b", _day_of_month),
        rule(rf"{_DAY}{nth_day}(?! ?{_NOT_A_DAY})", _day_of_month),
        rule(rf"(?<!soat ){_DAY}- ?(?:dagi|ga)\b(?! ?{_NOT_A_DAY})", _day_of_month),
        rule(
            r"(?<![\w.,/:])(?P<day>2[1-9]|3[01]) ?(?:ga|da)\b(?= ?(?:yoz|otkaz|kochir|sur|bor|kel|kabul|bosh|joy|belgila))",
            _day_of_month,
        ),
        rule(rf"{_DAY} ?-?(?:go|oe)\b(?! (?:chasa|kabinet|god|etaj|dom|klass|raz))", _day_of_month),
    )


def _written(match: re.Match[str], today: date, past: bool) -> date | None:
    groups = match.groupdict()
    month = int(groups["month"]) if groups.get("month") else _month(groups)
    year = groups.get("year") or groups.get("before")
    if groups.get("day") is None:
        return _whole_month(month, int(year) if year else None, today, past)
    day = int(groups["day"])
    if not year:
        return nearest(day, month, today, past)
    return date(_full(int(year), today) if len(year) == 2 else int(year), month, day)


def _month_end(match: re.Match[str], today: date, past: bool) -> date:
    month = _month(match.groupdict())
    first = today.replace(day=1) if month == today.month else nearest(1, month, today, past)
    return first.replace(day=calendar.monthrange(first.year, month)[1])


def _full(year: int, today: date) -> int:
    """Two figures of a year: up to next year's they are of this century, for birth days of the last."""
    return 2000 + year if year <= today.year % 100 + 1 else 1900 + year


def _month(groups: dict[str, str | None]) -> int:
    return next(int(name[1:]) for name, value in groups.items() if value and re.fullmatch(r"m\d+", name))


def _whole_month(month: int, year: int | None, today: date, past: bool) -> date:
    """Its first day; the running month's is today."""
    if year is None and month == today.month:
        return today
    return date(year, month, 1) if year else nearest(1, month, today, past)


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
