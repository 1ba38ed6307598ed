"""From single doses to visits: what is given together, and what the years ahead bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core import programmes
from core.programmes import Calendar, Calendars, Dose, Person, Recommendation

WITHIN_DAYS = 14
_MOST_VISITS = 200
_TO_GIVE = ("not_yet", "due", "overdue")


@dataclass(frozen=True, slots=True)
class Visit:
    """One day, and what is given on it; a product that counts for several series stands once for each."""

    on: date
    given: tuple[Recommendation, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The products, each once."""
        return tuple(dict.fromkeys(one.item for one in self.given))


def visits(
    calendar: Calendar, found: Iterable[Recommendation], on: date, within_days: int = WITHIN_DAYS
) -> tuple[Visit, ...]:
    """Doses due within `within_days` of each other, put on one day where the rules allow.

    The day is the first on which all of them may be given: none before its earliest day or after its latest, and none
    that waits for the others becomes overdue by it. Two live vaccines that cannot be given on one day are kept apart.
    """
    waiting = sorted(
        (one for one in found if _is_to_give(one)), key=lambda one: (_day(one, on), one.item, one.series)
    )
    made: list[Visit] = []
    last_live: date | None = None
    while waiting:
        first = waiting[0]
        day = _day(first, on)
        pause = last_live and last_live + timedelta(days=calendar.live_conflict_days)
        if pause and first.item in calendar.live_products and day < pause:
            day = pause
        together = [first]
        for one in waiting[1:]:
            shared = max(day, one.earliest_on or day)
            if pause and one.item in calendar.live_products and shared < pause:
                continue
            if _day(one, on) - day <= timedelta(days=within_days) and all(
                _can_wait(other, shared, on) for other in (*together, one)
            ):
                together.append(one)
                day = shared
        waiting = [one for one in waiting if one not in together]
        if any(one.item in calendar.live_products for one in together):
            last_live = day
        made.append(Visit(day, tuple(together)))
    return tuple(made)


def ahead(
    calendars: Calendars, person: Person, doses: Sequence[Dose], on: date, until: date
) -> tuple[Visit, ...]:
    """The visits to come if each is kept on its day: what a timeline shows as coming."""
    calendar = calendars.vaccination_on(on)
    given, today = list(doses), on
    made: list[Visit] = []
    while len(made) < _MOST_VISITS:
        found = programmes.forecast(calendars, person, given, on=today)
        planned = visits(calendar, found, today)
        if not planned or planned[0].on > until:
            break
        visit = planned[0]
        made.append(visit)
        given += [Dose(item, visit.on) for item in visit.items]
        today = visit.on
    return tuple(made)


def _is_to_give(one: Recommendation) -> bool:
    return (
        one.dose is not None
        and one.status in _TO_GIVE
        and one.recommended_on is not None
        and one.booked_on is None
    )


def _day(one: Recommendation, on: date) -> date:
    assert one.recommended_on is not None
    return max(one.recommended_on, on)


def _can_wait(one: Recommendation, until: date, on: date) -> bool:
    if one.latest_on is not None and until > one.latest_on:
        return False
    return one.overdue_on is None or one.overdue_on <= on or until < one.overdue_on
