"""What is promised and when: the steps of a reminder, how long each stays true, and who is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from core.errors import Refusal
from core.i18n import TASHKENT, Text, Words, _

Kind = Literal["vaccination", "screening", "appointment", "campaign"]
RECORD_KINDS: tuple[Kind, ...] = ("vaccination", "screening")
"""Promised from the record, and kept equal to it."""

STEP_TIME = time(10, 0)
"""Steps counted in days fall due at this time in Tashkent."""
DAY_STEPS: dict[Kind, tuple[tuple[str, int], ...]] = {
    "vaccination": (
        ("day-7", -7),
        ("day-1", -1),
        ("day+3", 3),
        ("day+14", 14),
        ("day+44", 44),
        ("day+74", 74),
    ),
    "screening": (("day+0", 0), ("day+14", 14), ("day+60", 60)),
    "campaign": (),
}
HOUR_STEPS: tuple[tuple[str, int], ...] = (("hour-24", 24), ("hour-2", 2))
MISSED = "missed+3"
MISSED_AFTER = timedelta(days=3)
CANCELLED, MOVED = "cancelled", "moved"
"""What the clinic did to a visit: told once, at once, by the usual way."""
LATE = "late"
LATE_AGAIN: dict[Kind, tuple[tuple[str, int], ...]] = {
    "vaccination": (("late+30", 30), ("late+60", 60)),
    "screening": (("late+60", 60),),
}
RESPITE = timedelta(days=2)
"""After the combined message of a late registration nothing more about the same for so long."""
STAYS_TRUE = timedelta(days=7)
UNCONFIRMED = "unconfirmed"
UNCONFIRMED_AFTER = timedelta(hours=24)
IMPORTANT: dict[Kind, frozenset[str]] = {
    "vaccination": frozenset({"day-1"}),
    "screening": frozenset(),
    "appointment": frozenset(),
    "campaign": frozenset(),
}
"""The steps after which silence on Telegram is followed by one SMS."""
AHEAD = timedelta(days=45)
"""So long before its first step a promise is made, so that no outage shorter than that loses a step."""
ADULT_YEARS = 18


class NotYourReminder(Refusal):
    """Somebody else's reminder, or none: the answer is the same."""

    def __init__(self) -> None:
        super().__init__(_("I did not find this reminder. It may be an old one."))


@dataclass(frozen=True, slots=True)
class Promise:
    """What a Reminder row says. `due_at` is set for appointments only, `missed_at` when one was not kept."""

    kind: Kind
    due_on: date
    promised_at: datetime
    due_at: datetime | None = None
    missed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One due moment. After `expires_at` it is never sent."""

    name: str
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A live reminder as its person sees it: `about` is None for themselves, `next_at` when they will hear of it."""

    id: int
    kind: Kind
    item: str
    title: Text | Words
    about: str | None
    due_on: date
    due_at: datetime | None
    next_at: datetime | None


# Of the many thousand promises due on a day most were made for the same few days.
@lru_cache(maxsize=1 << 14)
def steps(promise: Promise) -> tuple[Step, ...]:
    """Every step that is still to come when the promise is made, in order.

    A step whose moment had passed by then is left out; what is already due then gets one `late` step at once.
    """
    if promise.kind == "appointment":
        return tuple(_appointment_steps(promise))
    return tuple(sorted(_day_steps(promise), key=lambda step: step.at))


def _appointment_steps(promise: Promise) -> Iterator[Step]:
    assert promise.due_at is not None
    if promise.missed_at is not None:
        at = promise.missed_at + MISSED_AFTER
        yield Step(MISSED, at, at + STAYS_TRUE)
        return
    for name, hours in HOUR_STEPS:
        at = promise.due_at - timedelta(hours=hours)
        if at >= promise.promised_at:
            yield Step(name, at, promise.due_at)


def _day_steps(promise: Promise) -> Iterator[Step]:
    told_at = promise.promised_at
    planned = [
        (name, day_at(promise.due_on + timedelta(days=days))) for name, days in DAY_STEPS[promise.kind]
    ]
    late = not any(at > told_at and at <= day_at(promise.due_on) for _name, at in planned)
    if late:
        yield Step(LATE, told_at, told_at + STAYS_TRUE)
    to_come = [(name, at) for name, at in planned if at >= told_at + (RESPITE if late else timedelta())]
    if late and not to_come:
        to_come = [(name, told_at + timedelta(days=days)) for name, days in LATE_AGAIN[promise.kind]]
    for name, at in to_come:
        yield Step(name, at, at + STAYS_TRUE)


def next_step(
    promise: Promise, past: Collection[str], now: datetime, after: datetime | None = None
) -> Step | None:
    """The step to take next: not yet taken (`past` holds names), not expired, later than `after`.

    Of several whose moment has passed, after an outage, only the newest is taken.
    """
    open_steps = [
        step
        for step in steps(promise)
        if step.name not in past and step.expires_at > now and (after is None or step.at > after)
    ]
    missed = [step for step in open_steps if step.at <= now]
    return missed[-1] if missed else next(iter(open_steps), None)


def day_at(on: date) -> datetime:
    return datetime.combine(on, STEP_TIME, TASHKENT)


def later(number: int, now: datetime, days: int) -> Step:
    """The step a person asked for: not now, in `days` days."""
    at = now + timedelta(days=days)
    return Step(f"later{number}", at, at + STAYS_TRUE)


def follow_up(kind: Kind, step: str, sent_at: datetime) -> Step | None:
    """One SMS when an important step on Telegram stays unconfirmed."""
    if step not in IMPORTANT[kind]:
        return None
    at = sent_at + UNCONFIRMED_AFTER
    return Step(UNCONFIRMED, at, at + STAYS_TRUE)


def promises_from(recommended_on: date, kind: Kind) -> datetime:
    """From when on the promise of something recommended for that day is made."""
    first = DAY_STEPS[kind][0][1]
    return day_at(recommended_on + timedelta(days=first)) - AHEAD


def recipients(
    age_years: int, guardians: Collection[int], person_id: int, reachable: bool
) -> tuple[int, ...]:
    """Who is told: a child's guardians; an adult themselves, or, when nobody can reach them, who cares for them."""
    if guardians and (age_years < ADULT_YEARS or not reachable):
        return tuple(sorted(guardians))
    return (person_id,)
