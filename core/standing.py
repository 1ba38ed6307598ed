"""Puts a status on the dates of one series or screening, as things stand for one person today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.ages import Span, day_of, reach, take_apart
from core.calendar import Calendar, Rule
from core.eligibility import FAR
from core.recommendations import Recommendation

# Exempt or refused, until when (None: for good), and the kind of exemption.
Blocked = tuple[str, "int | None", str]
# `Recommendation(*fields)` without the call in between, which costs as much again as the tuple itself.
_new: Callable[[type[Recommendation], tuple[object, ...]], Recommendation] = tuple.__new__
# What is next: item, series, number of the dose, and the rule for it.
Step = tuple[str, str, "int | None", Rule]


@dataclass(slots=True)
class Situation:
    """What is the same for everything one calendar is asked about one person on one day.

    `ages` are the days on which the person reaches the calendar's ages; `blocked` says which items are exempt or
    refused; `booked` the day of its appointment.
    """

    calendar: Calendar
    birth: int
    ages: Sequence[int]
    on: int
    blocked: Mapping[str, Blocked]
    booked: Mapping[str, int]
    last_live: int | None


def later(day: int, span: Span) -> int:
    """The ordinal so long after another."""
    return reach(take_apart(day_of(day)), span) if span[0] else day + span[1]


def dateless(step: Step, status: str, *why: object) -> Recommendation:
    """A standing that has no dates."""
    item, series, dose, rule = step
    fields = (item, series, dose, status, None, None, None, None, rule, why or (status,), None)
    return _new(Recommendation, fields)


def standing(
    step: Step,
    now: Situation,
    earliest: int,
    recommended: int,
    overdue: int,
    latest: int,
    why: tuple[object, ...],
) -> Recommendation:
    """The dates in their order (earliest, recommended, overdue, latest), and the word for where today lies among them."""
    item, series, dose, rule = step
    on, booked = now.on, None
    if earliest > latest:
        return dateless(step, "too_late")
    if recommended > latest:
        recommended = latest
    if overdue > latest:
        overdue = latest
    if on > latest:
        status, why = "too_late", ("too_late",)
    elif item in now.blocked:
        status, until, kind = now.blocked[item]
        if until is None or until > latest:
            return dateless(step, status, status, None, kind)
        moved = max(recommended, until)
        earliest, overdue = max(earliest, until), min(overdue + moved - recommended, latest)
        recommended, why = moved, (status, day_of(until), kind)
    elif item in now.booked:
        status, booked = "not_yet", day_of(now.booked[item])
    elif on < recommended:
        status = "not_yet"
    else:
        status = "due" if on < overdue else "overdue"
    last = day_of(latest) if latest < FAR - 1 else None
    return _new(
        Recommendation,
        (
            item,
            series,
            dose,
            status,
            day_of(earliest),
            day_of(recommended),
            day_of(overdue),
            last,
            rule,
            why,
            booked,
        ),
    )
