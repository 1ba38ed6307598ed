"""The next dose of every series and the next day of every check: when, and in what standing today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from core.ages import Day, Span, reach
from core.calendar import Calendar, DoseRule, Group, Rule, Screening, Season, Series
from core.immunization import Course, after_skips
from core.recommendations import Person, Recommendation, ScreeningResult

_FAR = date(2399, 12, 31).toordinal()
_day = date.fromordinal


class Situation(NamedTuple):
    """What is the same for everything asked about one person on one day."""

    person: Person
    birth: Day
    on: int
    blocked: Mapping[str, tuple[str, int | None]]
    booked: Mapping[str, int]
    last_live: Day | None


def window(groups: Sequence[Group], person: Person, birth: Day, on: int) -> tuple[int, int] | None:
    """From which day (inside) to which (outside) the person belongs to one of the groups: the stretch of today, else the
    next, else the last; None when no group fits at any age.
    """
    if not groups:
        return 0, _FAR
    best: tuple[int, int] | None = None
    for group in groups:
        if not _fits(group, person, birth):
            continue
        start = reach(birth, group.from_age) if group.from_age else 0
        end = reach(birth, group.until_age) if group.until_age else _FAR
        if group.during:
            start, end = max(start, group.during[0]), min(end, group.during[1] + 1)
        if start >= end:
            continue
        if start <= on < end:
            return start, end
        if (
            best is None
            or (start > on and (best[1] <= on or start < best[0]))
            or (end <= on and best[1] < end)
        ):
            best = start, end
    return best


def _fits(group: Group, person: Person, birth: Day) -> bool:
    return not (
        (group.sex is not None and group.sex != person.sex)
        or (group.pregnant is not None and group.pregnant != person.pregnant)
        or (group.conditions and not group.conditions & person.conditions)
        or (group.regions and person.region not in group.regions)
        or (group.born_from is not None and birth.ordinal < group.born_from)
        or (group.born_until is not None and birth.ordinal > group.born_until)
    )


def next_dose(series: Series, course: Course, calendar: Calendar, now: Situation) -> Recommendation:
    """The dose that comes next in one series."""
    rules = course.schedule.doses
    birth, on = now.birth, now.on
    position = after_skips(rules, course.position, birth, on, course.valid)
    rule = rules[min(position, len(rules) - 1)]
    number = rule.number + course.repeats
    who = window(series.who, now.person, birth, on)
    if who is None:
        return _dateless(
            _first_product(rule), series.id, number, "not_for_person", rule.rule, ("not_for_person",)
        )
    if series.season is not None:
        return _seasonal(series, series.season, course, rule, calendar, now)
    if position >= len(rules):
        status = "complete" if course.valid else "too_late"
        return _dateless(_first_product(rule), series.id, rule.number, status, rule.rule, (status,))
    earliest, recommended = _dates(rule, course, now)
    item = product_at(rule, birth, max(recommended, on))
    earliest = max(earliest, who[0])
    if item in calendar.live_products and now.last_live is not None:
        earliest = max(earliest, now.last_live.ordinal + calendar.live_conflict_days)
    latest = min(who[1], reach(birth, rule.too_late_age) if rule.too_late_age else _FAR) - 1
    return _dated(item, series.id, number, rule, earliest, recommended, latest, now)


def _dates(rule: DoseRule, course: Course, now: Situation) -> tuple[int, int]:
    """The earliest and the recommended day by age and intervals."""
    earliest = reach(now.birth, rule.minimum_age)
    recommended = reach(now.birth, rule.recommended_age)
    for interval in rule.intervals:
        since = course.previous if interval.after == 0 else course.valid.get(interval.after)
        if since is not None:
            earliest = max(earliest, reach(since, interval.minimum))
            recommended = max(recommended, reach(since, interval.recommended))
    if course.repeats and rule.repeat is not None and course.previous is not None:
        earliest = max(earliest, reach(course.previous, rule.repeat))
    return earliest, recommended


def product_at(rule: DoseRule, birth: Day, day: int) -> str:
    """The product to give on that day: the first in the rule whose ages fit."""
    for code, limits in rule.windows.items():
        if limits.from_age is not None and day < reach(birth, limits.from_age):
            continue
        if limits.until_age is None or day < reach(birth, limits.until_age):
            return code
    return _first_product(rule)


def _first_product(rule: DoseRule) -> str:
    return next(iter(rule.windows))


def _dated(
    item: str,
    series: str,
    number: int,
    rule: DoseRule,
    earliest: int,
    recommended: int,
    latest: int,
    now: Situation,
) -> Recommendation:
    by_age = reach(now.birth, rule.recommended_age)
    why: tuple[object, ...] = ("age", rule.recommended_age, by_age)
    recommended = max(recommended, earliest)
    overdue = reach(now.birth, rule.overdue_age)
    if recommended > by_age:
        overdue = max(overdue, recommended + rule.overdue_after.days + rule.overdue_after.months * 30)
        why = ("interval", recommended)
    return _standing(item, series, number, rule.rule, earliest, recommended, overdue, latest, now, why)


def _standing(
    item: str,
    series: str,
    number: int | None,
    rule: Rule,
    earliest: int,
    recommended: int,
    overdue: int,
    latest: int,
    now: Situation,
    why: tuple[object, ...],
) -> Recommendation:
    """Puts the word on the dates, and moves them behind an exemption that ends."""
    on, booked = now.on, now.booked.get(item)
    blocked = now.blocked.get(item)
    if on > latest or earliest > latest:
        status = "too_late"
    elif blocked is not None and (blocked[1] is None or on < blocked[1]):
        status, until = blocked
        if until is None:
            return _dateless(item, series, number, status, rule, (status, None))
        moved = max(recommended, until)
        overdue += moved - recommended
        earliest, recommended = max(earliest, until), moved
        why = (status, until)
    elif booked is not None or on < recommended:
        status = "not_yet"
    else:
        status = "due" if on < overdue else "overdue"
    return Recommendation(
        item,
        series,
        number,
        status,
        _day(earliest) if earliest > 0 else None,
        _day(recommended),
        _day(overdue),
        None if latest >= _FAR - 1 else _day(latest),
        rule,
        why,
        None if booked is None else _day(booked),
    )


def _dateless(
    item: str, series: str, number: int | None, status: str, rule: Rule, why: tuple[object, ...]
) -> Recommendation:
    return Recommendation(item, series, number, status, None, None, None, None, rule, why)


def _seasonal(
    series: Series, season: Season, course: Course, rule: DoseRule, calendar: Calendar, now: Situation
) -> Recommendation:
    """A dose once every season: this season's while it lasts and nothing was given, else the next one's."""
    year = _day(now.on).year
    item = _first_product(rule)
    for first in (year - 1, year, year + 1):
        start = date(first, *season.start).toordinal()
        end = date(first + (season.end < season.start), *season.end).toordinal()
        if end < now.on or (course.previous is not None and course.previous.ordinal >= start):
            continue
        who = window(series.who, now.person, now.birth, max(now.on, start))
        if who is None or who[0] > end or who[1] <= start:
            continue
        earliest = max(start, who[0], reach(now.birth, rule.minimum_age))
        if earliest > end or earliest >= who[1]:
            continue
        overdue = date(first + (season.overdue < season.start), *season.overdue).toordinal()
        overdue = max(overdue, earliest + rule.overdue_after.days)
        latest = min(end, who[1] - 1)
        why = ("season", start, end)
        return _standing(item, series.id, 1, rule.rule, earliest, earliest, overdue, latest, now, why)
    return _dateless(item, series.id, 1, "not_for_person", rule.rule, ("not_for_person",))


def next_check(screening: Screening, results: Sequence[ScreeningResult], now: Situation) -> Recommendation:
    """The day the check is next due; `results` are this screening's own, oldest first."""
    code, rule = screening.code, screening.rule
    who = window(screening.who, now.person, now.birth, now.on)
    if who is None:
        return _dateless(code, code, None, "not_for_person", rule, ("not_for_person",))
    start, end = max(who[0], now.birth.ordinal), who[1]
    if screening.weeks is not None:
        return _in_pregnancy(screening, results, now)
    last = results[-1] if results else None
    why: tuple[object, ...]
    if last is None:
        recommended = start
        if screening.recommended_age is not None:
            recommended = max(start, reach(now.birth, screening.recommended_age))
        why = ("first_check", recommended, start - now.birth.ordinal)
    else:
        interval = screening.after.get(last.result or "normal", screening.interval)
        if interval is None:
            return _dateless(code, code, None, "complete", rule, ("complete",))
        recommended = max(start, reach(_apart(last.on), interval))
        if recommended >= end:
            return _dateless(code, code, None, "complete", rule, ("complete",))
        start = recommended
        why = ("after_check", last.on, last.result, recommended)
    overdue = reach(_apart(_day(recommended)), screening.overdue_after)
    return _standing(code, code, None, rule, start, recommended, overdue, end - 1, now, why)


def _apart(day: date) -> Day:
    from core.ages import take_apart

    return take_apart(day)


def _in_pregnancy(screening: Screening, results: Sequence[ScreeningResult], now: Situation) -> Recommendation:
    """A check of one trimester. Its days follow from the start of the pregnancy; unknown, it is due without a date."""
    code, rule, began = screening.code, screening.rule, now.person.pregnancy_started_on
    since = began.toordinal() if began else now.on - 280
    if any(r.on.toordinal() >= since and r.result != "inadequate" for r in results):
        return _dateless(code, code, None, "complete", rule, ("complete",))
    if began is None:
        return Recommendation(code, code, None, "due", None, None, None, None, rule, ("pregnancy",), None)
    assert screening.weeks is not None
    start, end = since + screening.weeks[0] * 7, since + screening.weeks[1] * 7
    overdue = end - 7
    return _standing(code, code, None, rule, start, start, overdue, end - 1, now, ("pregnancy",))


def span_days(span: Span) -> int:
    return span.months * 30 + span.days
