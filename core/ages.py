"""Ages and intervals: "16 months", "12 months - 4 days", and the day on which they are reached."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_FIRST_YEAR, _LAST_YEAR = 1800, 2400
# The ordinal of the first day of every month: an age in months is then one look-up and one comparison.
_MONTH_STARTS = tuple(
    date(year, month, 1).toordinal() for year in range(_FIRST_YEAR, _LAST_YEAR) for month in range(1, 13)
)
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
    days = int(more) * _DAYS[more_unit] * (-1 if sign == "-" else 1) if more else 0
    if unit in _MONTHS:
        return Span(int(number) * _MONTHS[unit], days)
    return Span(0, int(number) * _DAYS[unit] + days)


def take_apart(day: date) -> Day:
    return Day(day.toordinal(), (day.year - _FIRST_YEAR) * 12 + day.month - 1, day.day - 1)


def reach(start: Day, span: Span) -> int:
    """The ordinal of the day on which `span` has passed since `start`.

    Months first, then days. A day that the month does not have is the first of the next one, as in CDC's logic
    specification for CDSi (CALCDT-5): one month after 31 January is 1 March, and who is born on 29 February is a year
    old on 1 March.
    """
    months, days = span
    if not months:
        return start.ordinal + days
    month = start.month + months
    reached = _MONTH_STARTS[month] + start.day
    limit = _MONTH_STARTS[month + 1]
    return (reached if reached < limit else limit) + days
