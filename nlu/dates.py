"""Days in a message, counted from the day it was written. A week, a month or its end is given as one day: see `find`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from nlu import counted_days, named_days, written_days
from nlu.day_rules import Rule
from nlu.found import Found

# Words about what has been: a day without a year then lies behind.
_PAST = re.compile(
    r"\b(?:otgan|oldingi|proshl\w*|edi|edik|oldim|oldik|keldim|keldik|bordim|bordik|kilindi|boldi|boldik|kildirdi\w*|emlat\w*di\w*|emlandi\w*|"
    r"otdim|otdik|topshirdi\w*|olingan|kilingan|bolgan|sdelal\w*|bil|bila|bili|hodil\w*|postavil\w*|prosh\w*|sdal\w*|privil\w*|poluchil\w*|"
    r"rodil\w*|tugil\w*|ohirgi hayz\w*|posledn\w* mes\w*)\b"
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
    return (*counted_days.rules(), *named_days.rules(), *written_days.rules())
