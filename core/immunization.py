"""Judges the doses that were given and finds the next one of every series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.ages import Day, reach
from core.calendar import Calendar, DoseRule, Schedule, Series


class Given(NamedTuple):
    """A dose as the engine walks over it; `place` is its index in the person's sorted doses."""

    day: Day
    vaccine: str
    place: int


class Verdict(NamedTuple):
    """What one dose is worth in one series. `reason` is one of core.calendar.REASONS, None when it counts."""

    place: int
    number: int | None
    reason: str | None


class Course(NamedTuple):
    """A series as far as it has come: `position` is the next dose in `schedule`, at its end when complete."""

    schedule: Schedule
    position: int
    verdicts: list[Verdict]
    previous: Day | None
    valid: dict[int, Day]
    repeats: int


def walk(
    schedule: Schedule,
    birth: Day,
    doses: Sequence[Given],
    conflicts: frozenset[int] | set[int],
    grace_days: int,
    accepted: Mapping[int, bool],
) -> Course:
    """Every dose in the order of days against the next one the schedule expects.

    The logic is CDC's (CDSi, chapter 6): a dose that does not count still moves the start of the next interval, unless
    it was the wrong product or more than the series needs. `accepted` are verdicts of an older calendar, kept.
    """
    rules = schedule.doses
    last = len(rules)
    position = repeats = 0
    previous: Day | None = None
    previous_failed = False
    valid: dict[int, Day] = {}
    verdicts: list[Verdict] = []
    seen: set[tuple[int, str]] = set()
    for given in doses:
        day, vaccine, place = given
        ordinal = day.ordinal
        while position < last:
            skip = rules[position].skip_from_age
            if skip is None or ordinal < reach(birth, skip):
                break
            position += 1
        if position >= last or (ordinal, vaccine) in seen:
            verdicts.append(Verdict(place, None, "extraneous"))
            continue
        seen.add((ordinal, vaccine))
        rule = rules[position]
        number = rule.number + repeats
        reason: str | None
        if accepted.get(place):
            reason = None
        else:
            reason = _judge(rule, birth, day, vaccine, previous, previous_failed, valid, repeats)
            if reason is None and place in conflicts:
                reason = "live_vaccine_conflict"
        verdicts.append(Verdict(place, number, reason))
        if reason == "wrong_product":
            continue
        previous = day
        previous_failed = reason is not None
        if reason is None:
            valid[number] = day
            if rule.repeat is None:
                position += 1
            else:
                repeats += 1
    return Course(schedule, position, verdicts, previous, valid, repeats)


def _judge(
    rule: DoseRule,
    birth: Day,
    day: Day,
    vaccine: str,
    previous: Day | None,
    previous_failed: bool,
    valid: Mapping[int, Day],
    repeats: int,
) -> str | None:
    ordinal = day.ordinal
    window = rule.windows.get(vaccine)
    if (
        window is None
        or (window.from_age is not None and ordinal < reach(birth, window.from_age))
        or (window.until_age is not None and ordinal >= reach(birth, window.until_age))
    ):
        return "wrong_product"
    if rule.too_late_age is not None and ordinal >= reach(birth, rule.too_late_age):
        return "after_latest_age"
    if ordinal < reach(birth, rule.absolute_minimum_age):
        return "too_young"
    for interval in rule.intervals:
        since = previous if interval.after == 0 else valid.get(interval.after)
        if since is not None and ordinal < reach(since, interval.absolute_minimum):
            return "interval_too_short"
    if (
        repeats
        and rule.repeat is not None
        and previous is not None
        and not rule.intervals
        and previous == day
    ):
        return "interval_too_short"
    return None


def live_conflicts(calendar: Calendar, doses: Sequence[Given]) -> set[int]:
    """The places of live doses given too soon after another live one, though not on the same day."""
    live = calendar.live_products
    found: set[int] = set()
    given = [d for d in doses if d.vaccine in live]
    for n, dose in enumerate(given):
        for earlier in given[:n]:
            if 0 < dose.day.ordinal - earlier.day.ordinal < calendar.live_conflict_days:
                found.add(dose.place)
    return found


def choose(
    series: Series,
    birth: Day,
    doses: Sequence[Given],
    conflicts: set[int],
    grace_days: int,
    accepted: Mapping[int, bool],
    on: int,
) -> Course:
    """The schedule that the person's own doses speak for: the complete one, then the one with most valid doses, then
    the one with fewest to come, then the first in the file. Who has none takes the one for their age today.
    """
    schedules = series.schedules
    if doses:
        best: Course | None = None
        best_score = (-1, 0, 0)
        for schedule in schedules:
            start = schedule.start_from
            if start is not None and len(schedules) > 1 and doses[-1].day.ordinal < reach(birth, start):
                continue
            course = walk(schedule, birth, doses, conflicts, grace_days, accepted)
            left = len(schedule.doses) - course.position
            score = (0 if left else 1, len(course.valid), -left)
            if score > best_score and (course.valid or best is None):
                best, best_score = course, score
            if len(course.valid) == len(doses) and not left:
                break
        if best is not None and best.valid:
            return best
        schedule = startable(series, birth, on)
        return walk(schedule, birth, doses, conflicts, grace_days, accepted)
    return Course(startable(series, birth, on), 0, [], None, {}, 0)


def startable(series: Series, birth: Day, on: int) -> Schedule:
    """The schedule for who starts on the day `on`."""
    for schedule in series.schedules:
        if schedule.start_until is not None and on >= reach(birth, schedule.start_until):
            continue
        if schedule.start_from is None or on >= reach(birth, schedule.start_from):
            return schedule
    return series.schedules[-1]
