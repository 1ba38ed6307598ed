"""What the rules about days share: a rule, and words for this, next, last, before and after; patterns match folded text."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

from nlu.folded import LOOKUPS

# The day a match means, from the match, today, and whether the message speaks of the past; None: no day after all.
Day = Callable[[re.Match[str], date, bool], date | None]
Rule = tuple[re.Pattern[str], Day]

NEXT = r"(?:keyingi|kelasi|kelgusi|kelayotgan|sleduyush\w*|sledush\w*|sleduush\w*|buduyush\w*|budush\w*)"
THIS = r"(?:shu|bu|ushbu|eta|etu|eti|etot|etoi|etoy|na etoi|na etoy|v etu|v etot)"
LAST = r"(?:otgan|oldingi|avvalgi|proshl\w*)"
AFTER = r"(?:keyin\w*|song\w*|otib|otgach|otgandan|kegin|kiyin)"
BEFORE = r"(?:oldin\w*|avval\w*|burun\w*|ilgari\w*|nazad)"
WEEKS = r"(?:hafta\w*|nedel\w*)"
MONTHS = r"(?:oy|oyda|oydan|oyga|oyni|oylik\w*|mesas\w*|mesyas\w*)"


def rule(pattern: str, day: Day) -> Rule:
    return re.compile(pattern), day


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def nearest(day: int, month: int, today: date, past: bool) -> date:
    """The next such day, today included, or the last; the 29th of February waits for its year.

    Raises:
        ValueError: no year has such a day.
    """
    years = range(today.year, today.year - 9, -1) if past else range(today.year, today.year + 9)
    for year in years:
        if (month, day) == (2, 29) and not calendar.isleap(year):
            continue
        found = date(year, month, day)
        if found <= today if past else found >= today:
            return found
    raise ValueError("no such day")


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Names of days and months: `data/lookups/calendar.yml`."""
    return dict(yaml.safe_load((LOOKUPS / "calendar.yml").read_text(encoding="utf-8")))
