"""What citizens are shown: nothing unverified to an adult, every dose to a child."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core import programmes
from core.programmes import Person
from core.recommendations import for_citizens

NATIONAL = programmes.national()
TODAY = date(2026, 11, 21)
OPEN = ("not_yet", "due", "overdue")


def shown(person: Person) -> tuple[set[str], set[str]]:
    """The open items a citizen sees, and those that only staff see."""
    found = [r for r in programmes.forecast(NATIONAL, person, on=TODAY) if r.status in OPEN]
    items = {r.item for r in for_citizens(found, person.birth_date, TODAY)}
    return items, {r.item for r in found} - items


@pytest.mark.parametrize(
    ("person", "seen", "hidden"),
    [
        # the ten-year boosters and the days of the flu season are from memory, the ages of the breast questionnaire too
        (Person(date(1958, 1, 1), "female"), {"targeted_check"}, {"td", "influenza"}),
        (Person(date(1990, 1, 1), "female"), {"hpv_test"}, {"td", "breast_questionnaire"}),
        (Person(date(1990, 1, 1), "female", pregnant=True), {"hpv_test"}, {"antenatal_1", "influenza"}),
        # a late starter is caught up by rules from memory, and the nurse decides
        (Person(date(2016, 11, 1), "female"), {"opv", "td", "mmr", "hpv"}, set()),
        (Person(date(2026, 11, 20), "male"), {"bcg", "hepb", "penta"}, {"newborn", "newborn_hearing"}),
    ],
    ids=["over 60", "woman of 36", "pregnant", "ten years, nothing given", "newborn"],
)
def test_an_unverified_rule_speaks_to_no_adult_and_no_unverified_check_to_anybody(person, seen, hidden):
    items, unseen = shown(person)
    assert seen <= items
    assert hidden <= unseen
    assert not items & hidden


@pytest.mark.parametrize(
    ("born", "kept"),
    [(date(2008, 11, 22), True), (date(2008, 11, 21), False), (date(2008, 11, 20), False)],
    ids=["the day before 18", "18 today", "the day after"],
)
def test_a_dose_by_an_unverified_rule_is_shown_until_the_eighteenth_birthday(born, kept):
    found = programmes.forecast(NATIONAL, Person(born, "male"), on=TODAY)
    (dtp,) = [r for r in found if r.series == "dtp"]
    changed = dtp._replace(rule=_unverified(dtp), recommended_on=TODAY, status="due")
    assert bool(for_citizens([changed], born, TODAY)) is kept


def test_a_booster_planned_for_an_adult_is_not_a_childs():
    born = date(2009, 6, 1)
    found = programmes.forecast(NATIONAL, Person(born, "male"), on=TODAY)
    (dtp,) = [r for r in found if r.series == "dtp"]
    changed = dtp._replace(rule=_unverified(dtp), recommended_on=date(2035, 6, 1), status="not_yet")
    assert not for_citizens([changed], born, TODAY)


def _unverified(one):
    return replace(one.rule, status="to_verify")
