"""Whom a rule is for: the groups of a calendar against one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from core.calendar import Calendar, Group
from core.recommendations import Person

FAR = date(2399, 12, 31).toordinal()
# One entry for each series or screening: () for everybody, None when no group fits at any age.
Audience = tuple["tuple[Group, ...] | None", ...]
_ANYBODY = Group()
# Sex, pregnant, the conditions and the region that matter.
Kind = tuple[str, bool, frozenset[str], "str | None"]


def kind_of(calendar: Calendar, person: Person) -> Kind:
    """All of a person but their age that the calendar's rules can tell apart."""
    region = person.region
    if region is not None and region not in calendar.named_regions:
        # A district's code begins with its region's.
        region = region[:4] if region[:4] in calendar.named_regions else None
    return person.sex, person.pregnant, person.conditions & calendar.conditions, region


@lru_cache(maxsize=4096)
def audience(calendar: Calendar, kind: Kind) -> Audience:
    """The groups left of every series and then every screening, all but ages and dates decided."""
    every = [*(s.who for s in calendar.series), *(s.who for s in calendar.screenings)]
    return tuple(_left(who, kind) for who in every)


def _left(who: tuple[Group, ...], kind: Kind) -> tuple[Group, ...] | None:
    left = tuple(group for group in who if _fits(group, *kind))
    if any(
        replace(g, sex=None, pregnant=None, conditions=frozenset(), regions=frozenset()) == _ANYBODY
        for g in left
    ):
        return ()
    return left or (None if who else ())


def _fits(group: Group, sex: str, pregnant: bool, conditions: frozenset[str], region: str | None) -> bool:
    return (
        (group.sex is None or group.sex == sex)
        and (group.pregnant is None or group.pregnant == pregnant)
        and (not group.conditions or not group.conditions.isdisjoint(conditions))
        and (not group.regions or region in group.regions)
    )


def window(groups: Sequence[Group], birth: int, ages: Sequence[int], on: int) -> tuple[int, int] | None:
    """From which day (inside) to which (outside) the person belongs to one of the groups: the stretch of today, else the
    next, else the last; None when no group fits at any age.
    """
    if not groups:
        return birth, FAR
    if len(groups) == 1:
        return _stretch(groups[0], birth, ages)
    best: tuple[int, int] | None = None
    for group in groups:
        stretch = _stretch(group, birth, ages)
        if stretch is None:
            continue
        start, end = stretch
        if start <= on < end:
            return stretch
        ahead = start > on
        if best is None or (ahead and (best[1] <= on or start < best[0])) or (not ahead and best[1] < end):
            best = stretch
    return best


def _stretch(group: Group, birth: int, ages: Sequence[int]) -> tuple[int, int] | None:
    if (group.born_from is not None and birth < group.born_from) or (
        group.born_until is not None and birth > group.born_until
    ):
        return None
    start = birth if group.from_age is None else ages[group.from_age]
    end = FAR if group.until_age is None else ages[group.until_age]
    if group.during is not None:
        start, end = max(start, group.during[0]), min(end, group.during[1] + 1)
    return (start, end) if start < end else None
