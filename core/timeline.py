"""A person's vaccinations or checks in the order of time: what was done, what it is time for, what is coming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core import programme_words
from core.ages import age_on
from core.i18n import Text, Words, _, join
from core.passport import NextStep, Passport
from core.visits import Visit

State = Literal["done", "overdue", "due", "coming"]
STATES: dict[State, Text] = {
    "done": _("Done"),
    "overdue": _("Do not put off"),
    "due": _("It is time"),
    "coming": _("Coming"),
}
OPEN = ("overdue", "due", "not_yet")
MOST_DONE, MOST_COMING = 8, 5
"""The picture stays readable on a small phone: the last days on which something was done, the next ones to come."""


@dataclass(frozen=True, slots=True)
class Row:
    """One day, or what waits now when `on` is None; `when` says how old the person is then."""

    state: State
    on: date | None
    names: tuple[Text | Words, ...]
    when: Text | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """`earlier` is how many more days with something done lie before the first row."""

    rows: tuple[Row, ...]
    earlier: int = 0


def vaccinations(card: Passport, ahead: Iterable[Visit], today: date) -> Timeline:
    """`ahead`: the visits that follow if what is due today is given today."""
    steps = [s for s in card.next_steps if s.programme == "vaccination"]
    given: dict[date, list[Text | Words]] = {}
    for dose in sorted(card.doses, key=lambda d: d.given_on):
        name = programme_words.short(dose.vaccine)
        given.setdefault(dose.given_on, []).append(name if dose.confirmed else _told(name))
    done = [Row("done", on, tuple(names), _age(card, on)) for on, names in given.items()]
    return _together(done, _waiting(steps), _coming(card, steps, ahead, today))


def checks(card: Passport) -> Timeline:
    steps = [s for s in card.next_steps if s.programme == "screening"]
    made: dict[date, list[Text | Words]] = {}
    for check in sorted(card.screenings, key=lambda s: s.done_on):
        made.setdefault(check.done_on, []).append(programme_words.short(check.screening))
    done = [Row("done", on, tuple(names)) for on, names in made.items()]
    planned: dict[date, list[Text | Words]] = {}
    for step in sorted(steps, key=lambda s: s.recommended_on or date.max):
        if step.status == "not_yet" and step.recommended_on is not None:
            planned.setdefault(step.recommended_on, []).append(programme_words.short(step.item))
    return _together(done, _waiting(steps), [Row("coming", on, tuple(n)) for on, n in planned.items()])


def _together(done: Sequence[Row], waiting: Sequence[Row], coming: Sequence[Row]) -> Timeline:
    earlier = max(0, len(done) - MOST_DONE)
    return Timeline((*done[earlier:], *waiting, *coming[:MOST_COMING]), earlier)


def _waiting(steps: Sequence[NextStep]) -> list[Row]:
    """What can be done today, an item once even where it counts for several diseases; the late first."""
    seen: set[str] = set()
    rows: list[Row] = []
    states: tuple[State, ...] = ("overdue", "due")
    for state in states:
        items = list(dict.fromkeys(s.item for s in steps if s.status == state and s.item not in seen))
        seen.update(items)
        if items:
            rows.append(Row(state, None, tuple(programme_words.short(code) for code in items)))
    return rows


def _coming(card: Passport, steps: Sequence[NextStep], ahead: Iterable[Visit], today: date) -> list[Row]:
    """The visits ahead without what already waits, and without series that are refused, exempt or not for citizens."""
    waits = {(s.series, s.dose) for s in steps if s.status in ("overdue", "due")}
    live = {s.series for s in steps if s.status in OPEN}
    rows: list[Row] = []
    for visit in ahead:
        found = [one for one in visit.given if one.series in live and (one.series, one.dose) not in waits]
        items = dict.fromkeys(one.item for one in found)
        if items and visit.on > today:
            names = tuple(programme_words.short(code) for code in items)
            rows.append(Row("coming", visit.on, names, _age(card, visit.on)))
    return rows


def _told(name: Text | Words) -> Text:
    return join("", Text("{name}", values={"name": name}), _(" (told by you)"))


def _age(card: Passport, on: date) -> Text:
    return programme_words.at_age(age_on(card.birth_date, on))
