"""The next day of every check, by its last result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.ages import reach, take_apart
from core.calendar import Group, Screening
from core.eligibility import FAR, window
from core.recommendations import Recommendation, ScreeningResult
from core.standing import Situation, Step, dateless, later, standing

_FIRST: tuple[object, ...] = ("first_check",)
_PREGNANCY_DAYS = 280


def next_check(
    screening: Screening,
    groups: Sequence[Group] | None,
    results: Sequence[ScreeningResult],
    now: Situation,
    pregnancy_began: date | None,
) -> Recommendation:
    """When the check is next due; `results` are its own, oldest first, `groups` what is left of `screening.who`."""
    step: Step = (screening.code, screening.code, None, screening.rule)
    who = None if groups is None else window(groups, now.birth, now.ages, now.on)
    if who is None:
        return dateless(step, "not_for_person")
    if screening.weeks is not None:
        return _in_pregnancy(screening, screening.weeks, step, results, now, pregnancy_began)
    start, end = who
    if not results:
        recommended = start
        if screening.recommended_age is not None:
            recommended = max(start, now.ages[screening.recommended_age])
        if screening.first_age is None or screening.first_overdue_age is None:
            overdue, why = later(recommended, screening.overdue_after), _FIRST
        else:
            overdue = max(recommended, now.ages[screening.first_overdue_age])
            why = ("first_check", now.calendar.ages.spans[screening.first_age])
        return standing(step, now, start, recommended, overdue, end - 1, why)
    last = results[-1]
    interval = screening.after.get(last.result or "normal", screening.interval)
    again = FAR if interval is None else max(start, reach(take_apart(last.on), interval))
    if again >= end:
        return dateless(step, "complete")
    overdue = later(again, screening.overdue_after)
    return standing(step, now, again, again, overdue, end - 1, ("after_check", last.on, last.result))


def _in_pregnancy(
    screening: Screening,
    weeks: tuple[int, int],
    step: Step,
    results: Sequence[ScreeningResult],
    now: Situation,
    began: date | None,
) -> Recommendation:
    """A check of one trimester. Its days follow from the start of the pregnancy; unknown, it is due without a date."""
    since = began.toordinal() if began else now.on - _PREGNANCY_DAYS
    if any(r.on.toordinal() >= since and r.result != "inadequate" for r in results):
        return dateless(step, "complete")
    if began is None:
        return dateless(step, "due", "pregnancy")
    start, end = since + weeks[0] * 7, since + weeks[1] * 7
    overdue = later(start, screening.overdue_after)
    return standing(step, now, start, start, overdue, end - 1, ("pregnancy",))
