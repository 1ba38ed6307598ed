"""The next dose of every series: which product, from when, until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from core.ages import reach
from core.calendar import DoseRule, Group, Season, Series
from core.eligibility import window
from core.immunization import Course, after_skips
from core.recommendations import Recommendation
from core.standing import Situation, dateless, later, standing

Why = tuple[object, ...]


def next_dose(
    series: Series, groups: Sequence[Group] | None, course: Course, now: Situation
) -> Recommendation:
    """The dose that comes next in one series; `groups` are what is left of `series.who` for this person."""
    rules, position = course.schedule.doses, course.position
    ages, on = now.ages, now.on
    if position < len(rules) and rules[position].skippable:
        position = after_skips(rules, position, ages, on, course.valid)
    complete = position >= len(rules)
    rule = rules[-1 if complete else position]
    who = None if groups is None else window(groups, now.birth, ages, on)
    if who is None or groups is None:
        return _settled(rule, series.id, course.repeats, "not_for_person")
    if series.season is not None:
        return _this_season(series, series.season, groups, course, rule, now)
    if complete:
        return _settled(rule, series.id, 0, "complete" if course.valid else "too_late")
    earliest, recommended, why = _dates(rule, course, now, who[0])
    item = product_at(rule, ages, max(recommended, on))
    if now.last_live is not None and item in now.calendar.live_products:
        earliest = max(earliest, now.last_live + now.calendar.live_conflict_days)
        if earliest > recommended:
            recommended, why = earliest, ("live",)
    overdue = ages[rule.overdue_age]
    if why[0] != "age":
        overdue = max(overdue, later(recommended, rule.overdue_after))
    latest = who[1] if rule.too_late_age is None else min(who[1], ages[rule.too_late_age])
    step = (item, series.id, rule.number + course.repeats, rule.rule)
    return standing(step, now, earliest, recommended, overdue, latest - 1, why)


@lru_cache(maxsize=4096)
def _settled(rule: DoseRule, series: str, repeats: int, status: str) -> Recommendation:
    """A standing without dates is the same for everybody."""
    return dateless((rule.first_product, series, rule.number + repeats, rule.rule), status)


def _dates(rule: DoseRule, course: Course, now: Situation, start: int) -> tuple[int, int, Why]:
    """The earliest and the recommended day, and what decided the latter."""
    earliest = max(start, now.ages[rule.minimum_age])
    recommended = now.ages[rule.recommended_age]
    why: Why = ("age", now.calendar.ages.spans[rule.recommended_age])
    for after, _absolute, minimum, wanted in rule.intervals:
        since = course.valid.get(after) if after else course.previous
        if since is None:
            continue
        earliest = max(earliest, reach(since, minimum))
        if course.repeats and rule.repeat is not None:
            wanted = rule.repeat
        then = reach(since, wanted)
        if then > recommended:
            recommended, why = then, ("interval",)
    if earliest > recommended:
        recommended, why = earliest, ("start",) if earliest == start else ("interval",)
    return earliest, recommended, why


def product_at(rule: DoseRule, ages: Sequence[int], day: int) -> str:
    """The product to give on that day: the first in the rule whose ages fit."""
    for code, limits in rule.windows.items():
        if limits is None or (
            (limits.from_age is None or day >= ages[limits.from_age])
            and (limits.until_age is None or day < ages[limits.until_age])
        ):
            return code
    return rule.first_product


def _this_season(
    series: Series,
    season: Season,
    groups: Sequence[Group],
    course: Course,
    rule: DoseRule,
    now: Situation,
) -> Recommendation:
    """A dose once every season: this one's while it lasts and none was given in it, else the next one's.

    Who belongs to no group in either season is not meant, however old they will once be.
    """
    step = (rule.first_product, series.id, 1, rule.rule)
    given = max(course.valid.values())[0] if course.valid else 0
    year = date.fromordinal(now.on).year
    for first in (year - 1, year, year + 1):
        start, late, end = _days_of(season, first)
        if end < now.on or given >= start:
            continue
        who = window(groups, now.birth, now.ages, max(now.on, start))
        if who is None:
            continue
        earliest = max(start, who[0], now.ages[rule.minimum_age])
        latest = min(end, who[1] - 1)
        if earliest > latest or now.on > latest:
            continue
        overdue = max(late, later(earliest, rule.overdue_after))
        return standing(step, now, earliest, earliest, overdue, latest, ("season",))
    return dateless(step, "not_for_person")


@lru_cache(maxsize=1024)
def _days_of(season: Season, year: int) -> tuple[int, int, int]:
    """Start, overdue and end of the season that begins in `year`; what is earlier in the year is in the next one."""
    start, late, end = (
        date(year + (day < season.start), *day).toordinal()
        for day in (season.start, season.overdue, season.end)
    )
    return start, late, end
