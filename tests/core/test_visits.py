"""What is given together, and the years ahead."""

from __future__ import annotations

from datetime import date, timedelta

from core import programmes, visits
from core.programmes import Dose, Person

NATIONAL = programmes.national()
CALENDAR = NATIONAL.vaccination[0]
BORN = date(2026, 1, 20)


def _planned(doses, on: date):
    return visits.visits(CALENDAR, programmes.forecast(NATIONAL, Person(BORN, "female"), doses, on=on), on)


def test_what_is_due_at_two_months_is_one_visit():
    at_birth = [Dose("hepb", BORN), Dose("bcg", BORN + timedelta(days=2))]
    first = _planned(at_birth, date(2026, 3, 1))[0]
    assert first.on == date(2026, 3, 20)
    assert set(first.items) == {"opv", "rota", "penta", "pcv"}
    assert len(first.given) == 6


def test_a_visit_waits_a_few_days_for_a_dose_that_is_not_allowed_yet():
    doses = [Dose("opv", date(2026, 3, 20)), Dose("rota", date(2026, 3, 27))]
    found = _planned(doses, date(2026, 4, 18))
    together = next(v for v in found if "rota" in v.items)
    assert together.on == date(2026, 4, 24)
    assert "opv" in together.items


def test_nothing_becomes_overdue_by_waiting_and_nothing_is_given_before_its_day():
    on = date(2026, 4, 18)
    for visit in _planned([Dose("rota", date(2026, 3, 27))], on):
        for one in visit.given:
            assert one.earliest_on <= visit.on
            assert one.overdue_on <= on or visit.on < one.overdue_on
            assert one.latest_on is None or visit.on <= one.latest_on


def test_two_live_vaccines_share_a_day_or_keep_apart():
    found = _planned([], date(2027, 2, 1))
    live = [v for v in found if {"bcg", "mmr"} & set(v.items)]
    assert len(live) == 1 or live[1].on - live[0].on >= timedelta(days=28)


def test_the_years_ahead_are_the_national_calendar():
    person, until = Person(BORN, "female"), date(2044, 1, 1)
    coming = visits.ahead(NATIONAL, person, [], BORN, until)
    days = [visit.on for visit in coming]
    assert days == sorted(days)
    given = [item for visit in coming for item in visit.items if item != "influenza"]
    counts = {item: given.count(item) for item in set(given)}
    assert counts == {
        "hepb": 1,
        "bcg": 1,
        "opv": 5,
        "rota": 3,
        "penta": 3,
        "pcv": 3,
        "ipv": 1,
        "mmr": 2,
        "dtp": 1,
        "td": 2,
        "hpv": 2,
    }
    doses = [Dose(item, visit.on) for visit in coming for item in visit.items]
    assert all(v.valid for v in programmes.evaluate(NATIONAL, person, doses) if v.series != "influenza")
