"""Ages and intervals: "16 months", "12 months - 4 days", and the day on which they are reached."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

_FIRST_YEAR, _LAST_YEAR = 1800, 2450
# The ordinal of the first day of every month: an age in months is then one look-up and one comparison.
_MONTH_STARTS = tuple(
    date(year, month, 1).toordinal() for year in range(_FIRST_YEAR, _LAST_YEAR) for month in range(1, 13)
)
_LONGEST_MONTHS = 150 * 12
_SPAN = re.compile(r"(\d+) (day|week|month|year)s?(?: ([+-]) (\d+) (day|week)s?)?")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


class Span(NamedTuple):
    """Calendar months and then days: a month is not thirty days."""

    months: int
    days: int


class Day(NamedTuple):
    """A date taken apart once, so that spans are added to it without making a date."""

    ordinal: int
    month: int
    day: int


def parse(text: str) -> Span:
    """Raises ValueError when `text` is not a span."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"“{text}” is not an age: write 2 months, 6 weeks, or 12 months - 4 days")
    number, unit, sign, more, more_unit = found.groups()
    if len(number) > 4 or int(number) * _MONTHS.get(unit, 0) > _LONGEST_MONTHS:
        raise ValueError(f"“{text}” is longer than a life")
    days = int(more) * _DAYS[more_unit] * (-1 if sign == "-" else 1) if more else 0
    if unit in _MONTHS:
        return Span(int(number) * _MONTHS[unit], days)
    return Span(0, int(number) * _DAYS[unit] + days)


# A record holds the same few days many times, and a country some 40,000 of them.
@lru_cache(maxsize=1 << 16)
def take_apart(day: date) -> Day:
    return Day(day.toordinal(), (day.year - _FIRST_YEAR) * 12 + day.month - 1, day.day - 1)


# The way back, for the same reason.
day_of = lru_cache(maxsize=1 << 16)(date.fromordinal)


def reach(start: Day, span: Span) -> int:
    """The ordinal of the day on which `span` has passed since `start`.

    Months first, then days. A day that the month does not have is the first of the next one, as in CDC's logic
    specification for CDSi (CALCDT-5): one month after 31 January is 1 March, and who is born on 29 February is a year
    old on 1 March.
    """
    months, days = span
    ordinal, month, day = start
    if not months:
        return ordinal + days
    month += months
    reached = _MONTH_STARTS[month] + day
    limit = _MONTH_STARTS[month + 1]
    return (reached if reached < limit else limit) + days


class Table:
    """Many ages, worked out for one person at once: months that several share are reached only once."""

    __slots__ = ("_months", "_steps", "spans")

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = tuple(spans)
        self._months = tuple(sorted({span.months for span in self.spans}))
        places = {months: place for place, months in enumerate(self._months)}
        self._steps = tuple((places[months], days) for months, days in self.spans)

    def reach(self, start: Day) -> list[int]:
        """`reach` for each of `spans`, in their order."""
        _ordinal, first, day = start
        starts = _MONTH_STARTS
        by_months = [
            reached
            if (reached := starts[first + months] + day) < (limit := starts[first + months + 1])
            else limit
            for months in self._months
        ]
        return [by_months[place] + days for place, days in self._steps]


def age_on(birth_date: date, on: date) -> Span:
    """The age as people say it: days, weeks, months, from two years on years."""
    lived = (on - birth_date).days
    months = (on.year - birth_date.year) * 12 + on.month - birth_date.month - (on.day < birth_date.day)
    if months >= 24:
        return Span(months // 12 * 12, 0)
    if months:
        return Span(months, 0)
    return Span(0, lived if lived < 14 else lived // 7 * 7)
