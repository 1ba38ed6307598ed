"""Judges the doses that were given and says how far each series has come."""

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
    """A series as far as it has come.

    `position` is the next dose in `schedule`, at its end when complete; `valid` are the days of the doses that count,
    by number; `previous` is the last dose that an interval is measured from; `repeats` counts the last dose's rounds.
    """

    schedule: Schedule
    position: int
    verdicts: Sequence[Verdict]
    previous: Day | None
    valid: Mapping[int, Day]
    repeats: int


class Record(NamedTuple):
    """What the judging of every series needs to know of the person.

    `too_near` gives for a live dose the earlier ones it came too soon after, and of each whether grace would cover it;
    `accepted` are the places of doses that an older calendar has counted.
    """

    birth: Day
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
    schedules = series.schedules
    if not doses:
        return Course(startable(series, record, record.on), 0, (), None, {}, 0)
    accepted = record.accepted.get(series.id, frozenset())
    if len(schedules) == 1:
        return walk(schedules[0], doses, record, accepted)
    begun = [w for s in schedules if (w := walk(s, doses, record, accepted)).valid]
    if not begun:
        return walk(startable(series, record, record.on), doses, record, accepted)
    start = min(next(iter(walked.valid.values())) for walked in begun).ordinal
    fitting = [walked for walked in begun if _starts(walked.schedule, record.birth, start)]
    return max(fitting or begun, key=_score)


def _score(walked: Course) -> tuple[int, int, int]:
    left = len(walked.schedule.doses) - walked.position
    if left or not walked.valid:
        return 0, len(walked.valid), -left
    return 1, -max(walked.valid.values()).ordinal, len(walked.valid)


def startable(series: Series, record: Record, start: int) -> Schedule:
    """The schedule for who starts on the day `start`."""
    return next((s for s in series.schedules if _starts(s, record.birth, start)), series.schedules[-1])


def _starts(schedule: Schedule, birth: Day, start: int) -> bool:
    since, until = schedule.start_from, schedule.start_until
    return (since is None or start >= reach(birth, since)) and (until is None or start < reach(birth, until))


def walk(
    schedule: Schedule, doses: Sequence[Given], record: Record, accepted: frozenset[int] = frozenset()
) -> Course:
    """Every dose, in the order of days, against the next one the schedule expects.

    The logic is CDC's (CDSi, evaluation): a dose that does not count still moves the start of the next interval, unless
    it was the wrong product or more than the series needs.
    """
    rules = schedule.doses
    position = repeats = 0
    previous: Day | None = None
    valid: dict[int, Day] = {}
    verdicts: list[Verdict] = []
    seen: set[tuple[int, str]] = set()
    for day, vaccine, place in doses:
        position = after_skips(rules, position, record.birth, day.ordinal, valid)
        key = (day.ordinal, vaccine)
        if position >= len(rules) or key in seen:
            verdicts.append(Verdict(place, None, "extraneous"))
            continue
        seen.add(key)
        rule = rules[position]
        number = rule.number + repeats
        reason = None if place in accepted else _judge(rule, day, vaccine, record, previous, valid)
        if reason is None and place in record.too_near and _conflict(record.too_near[place], verdicts):
            reason = "live_vaccine_conflict"
        verdicts.append(Verdict(place, number, reason))
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
    rules: Sequence[DoseRule], position: int, birth: Day, on: int, valid: Mapping[int, Day]
) -> int:
    """The place of the dose that is expected on the day `on`, when those not needed any more are passed over."""
    while position < len(rules):
        rule = rules[position]
        if rule.skip_from_age is not None and on >= reach(birth, rule.skip_from_age):
            position += 1
            continue
        late = rule.skip_if_previous_from
        if late is None or not valid or max(valid.values()).ordinal < reach(birth, late):
            break
        position += 1
    return position


def _judge(
    rule: DoseRule,
    day: Day,
    vaccine: str,
    record: Record,
    previous: Day | None,
    valid: Mapping[int, Day],
) -> str | None:
    ordinal, birth = day.ordinal, record.birth
    window = rule.windows.get(vaccine)
    if (
        window is None
        or (window.from_age is not None and ordinal < reach(birth, window.from_age))
        or (window.until_age is not None and ordinal >= reach(birth, window.until_age))
        or (window.sex is not None and window.sex != record.sex)
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
    return None


def _conflict(near: Sequence[tuple[int, bool]], verdicts: Sequence[Verdict]) -> bool:
    """Whether an earlier live dose is in the way. Grace is only for the next dose of the same protection, after one that
    counted (CDSi, live virus conflict).
    """
    counted = {v.place for v in verdicts if v.reason is None}
    return any(not (graced and place in counted) for place, graced in near)


def too_near(calendar: Calendar, doses: Sequence[Given]) -> dict[int, list[tuple[int, bool]]]:
    """For every live dose, the earlier live ones too few days before it; those of the same day do not matter."""
    live = [d for d in doses if d.vaccine in calendar.live_products]
    limit = calendar.live_conflict_days
    found: dict[int, list[tuple[int, bool]]] = {}
    for n, dose in enumerate(live):
        for earlier in live[:n]:
            apart = dose.day.ordinal - earlier.day.ordinal
            if 0 < apart < limit:
                graced = apart >= limit - calendar.grace_days
                found.setdefault(dose.place, []).append((earlier.place, graced))
    return found
