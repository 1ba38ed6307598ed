"""Judges the doses that were given and says how far each series has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.ages import Day, reach
from core.calendar import Calendar, DoseRule, Schedule, Series

# Plain tuples: a person has dozens of them, a country a billion. A given dose is its day, the vaccine, and its place in
# the person's record sorted by day and vaccine. A verdict is that place, the number the dose was tried as (None when
# none was left) and one of core.calendar.REASONS (None when it counts).
Given = tuple[Day, str, int]
Verdict = tuple[int, "int | None", "str | None"]
_NONE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Course:
    """A series as far as it has come.

    `position` is the next dose in `schedule`, at its end when complete; `valid` are the days of the doses that count, in
    their order, by number; `previous` is the last dose that an interval is measured from; `repeats` counts the rounds of
    a last dose that is given for life.
    """

    schedule: Schedule
    position: int
    verdicts: Sequence[Verdict]
    previous: Day | None
    valid: Mapping[int, Day]
    repeats: int


@dataclass(slots=True)
class Record:
    """What the judging of every series needs to know of the person.

    `ages` are the days on which the person reaches the calendar's ages; `too_near` gives for a live dose the earlier
    ones it came too soon after, and of each whether grace would cover it; `accepted` are the places of doses that an
    older calendar has counted.
    """

    ages: Sequence[int]
    sex: str
    on: int
    too_near: Mapping[int, Sequence[tuple[int, bool]]]
    accepted: Mapping[str, frozenset[int]]


def course(series: Series, doses: Sequence[Given], record: Record) -> Course:
    """The way through the series that the person's own doses speak for.

    Of the schedules for who started at the age of the first dose that counts: a complete one before an incomplete one, of
    the complete ones that which was complete first, of the others that with most valid doses, then with fewest to come,
    then the first in the file. Who has no valid dose takes the schedule for their age today.
    """
    ages, schedules = record.ages, series.schedules
    if not doses:
        return Course(_startable(series, ages, record.on), 0, (), None, {}, 0)
    accepted = record.accepted.get(series.id, _NONE)
    if len(schedules) == 1:
        return walk(schedules[0], doses, record, accepted)
    if series.disjoint:
        walked = walk(_startable(series, ages, doses[0][0][0]), doses, record, accepted)
        # When the very first dose counts, no schedule can have begun earlier: the others need no look.
        if walked.verdicts[0][2] is None:
            return walked
    begun = [w for s in schedules if (w := walk(s, doses, record, accepted)).valid]
    if not begun:
        return walk(_startable(series, ages, record.on), doses, record, accepted)
    start = min(next(iter(walked.valid.values()))[0] for walked in begun)
    fitting = [walked for walked in begun if _starts(walked.schedule, ages, start)]
    return max(fitting or begun, key=_score)


def _score(walked: Course) -> tuple[int, int, int]:
    left = len(walked.schedule.doses) - walked.position
    if left:
        return 0, len(walked.valid), -left
    return 1, -max(walked.valid.values())[0], len(walked.valid)


def _startable(series: Series, ages: Sequence[int], start: int) -> Schedule:
    """The first schedule for who starts on the day `start`."""
    for schedule in series.schedules:
        if _starts(schedule, ages, start):
            return schedule
    return series.schedules[-1]


def _starts(schedule: Schedule, ages: Sequence[int], start: int) -> bool:
    since, until = schedule.start_from, schedule.start_until
    return (since is None or start >= ages[since]) and (until is None or start < ages[until])


def walk(
    schedule: Schedule, doses: Sequence[Given], record: Record, accepted: frozenset[int] = _NONE
) -> Course:
    """Every dose, in the order of days, against the next one the schedule expects.

    The logic is CDC's (CDSi, evaluation): a dose that does not count still moves the start of the next interval, unless
    it was the wrong product or more than the series needs.
    """
    rules = schedule.doses
    ages, sex, too_near, end = record.ages, record.sex, record.too_near, len(rules)
    position = repeats = 0
    previous: Day | None = None
    before, last = 0, ""
    valid: dict[int, Day] = {}
    verdicts: list[Verdict] = []
    for day, vaccine, place in doses:
        ordinal = day[0]
        if position < end and rules[position].skippable:
            position = after_skips(rules, position, ages, ordinal, valid)
        if position >= end or (ordinal == before and vaccine == last):
            verdicts.append((place, None, "extraneous"))
            continue
        before, last = ordinal, vaccine
        rule = rules[position]
        number = rule.number + repeats
        reason = None if place in accepted else _judge(rule, ordinal, vaccine, sex, ages, previous, valid)
        if reason is None and place in too_near and _conflict(too_near[place], verdicts):
            reason = "live_vaccine_conflict"
        verdicts.append((place, number, reason))
        if reason == "wrong_product":
            continue
        previous = day
        if reason is None:
            valid[number] = day
            if rule.repeat is None:
                position += 1
            else:
                repeats += 1
    return Course(schedule, position, verdicts, previous, valid, repeats)


def after_skips(
    rules: Sequence[DoseRule], position: int, ages: Sequence[int], on: int, valid: Mapping[int, Day]
) -> int:
    """The place of the dose that is expected on the day `on`, when those not needed any more are passed over."""
    while position < len(rules):
        rule = rules[position]
        if rule.skip_from_age is None or on < ages[rule.skip_from_age]:
            late = rule.skip_if_previous_from
            if late is None or not valid or max(valid.values())[0] < ages[late]:
                break
        position += 1
    return position


def _judge(
    rule: DoseRule,
    ordinal: int,
    vaccine: str,
    sex: str,
    ages: Sequence[int],
    previous: Day | None,
    valid: Mapping[int, Day],
) -> str | None:
    if vaccine not in rule.windows:
        return "wrong_product"
    window = rule.windows[vaccine]
    if window is not None and (
        (window.from_age is not None and ordinal < ages[window.from_age])
        or (window.until_age is not None and ordinal >= ages[window.until_age])
        or (window.sex is not None and window.sex != sex)
    ):
        return "wrong_product"
    if rule.too_late_age is not None and ordinal >= ages[rule.too_late_age]:
        return "after_latest_age"
    if ordinal < ages[rule.absolute_minimum_age]:
        return "too_young"
    for after, absolute_minimum, _minimum, _recommended in rule.intervals:
        since = valid.get(after) if after else previous
        if since is None:
            continue
        months, days = absolute_minimum
        if ordinal < (reach(since, absolute_minimum) if months else since[0] + days):
            return "interval_too_short"
    return None


def _conflict(near: Sequence[tuple[int, bool]], verdicts: Sequence[Verdict]) -> bool:
    """Whether an earlier live dose is in the way. Grace is only for the next dose of the same protection, after one that
    counted (CDSi, live virus conflict).
    """
    counted = {place for place, _number, reason in verdicts if reason is None}
    return any(not (graced and place in counted) for place, graced in near)


def too_near(calendar: Calendar, live: Sequence[Given]) -> dict[int, list[tuple[int, bool]]]:
    """For every live dose, the earlier live ones too few days before it; those of the same day do not matter."""
    limit = calendar.live_conflict_days
    found: dict[int, list[tuple[int, bool]]] = {}
    for n, (day, _vaccine, place) in enumerate(live):
        for earlier_day, _earlier_vaccine, earlier in live[:n]:
            apart = day[0] - earlier_day[0]
            if 0 < apart < limit:
                found.setdefault(place, []).append((earlier, apart >= limit - calendar.grace_days))
    return found
