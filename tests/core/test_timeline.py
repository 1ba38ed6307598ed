"""What stands on the picture of the timeline, in the order of time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import programmes, timeline, visits
from core.passport import DoneScreening, GivenDose, NextStep, Passport
from core.programmes import Dose, Person, Refusal, ScreeningResult
from core.recommendations import for_citizens

NATIONAL = programmes.national()
TODAY = date(2026, 11, 21)


def card(person: Person, doses=(), results=(), refusals=()) -> Passport:
    found = programmes.forecast(NATIONAL, person, doses, results, refusals=refusals, on=TODAY)
    return Passport(
        name="Madina Karimova",
        birth_date=person.birth_date,
        sex=person.sex,
        doses=tuple(GivenDose(d.vaccine, d.on, True) for d in doses),
        screenings=tuple(DoneScreening(r.screening, r.on, "normal") for r in results),
        next_steps=tuple(
            NextStep(
                "screening" if r.item in NATIONAL.screening_codes else "vaccination",
                r.item,
                r.series,
                r.dose,
                r.status,
                r.recommended_on,
                r.reason,
            )
            for r in for_citizens(found, person.birth_date, TODAY)
        ),
    )


def line(person: Person, doses=(), refusals=()) -> timeline.Timeline:
    ahead = visits.ahead(NATIONAL, person, doses, TODAY, TODAY + timedelta(days=6570))
    return timeline.vaccinations(card(person, doses, refusals=refusals), ahead, TODAY)


def shown(row: timeline.Row) -> tuple[str, date | None, list[str]]:
    return row.state, row.on, [name.render("ru") for name in row.names]


def test_a_newborn_sees_what_waits_and_the_visits_of_the_first_year():
    born = date(2026, 11, 19)
    rows = line(Person(born, "female"), [Dose("hepb", born)]).rows
    assert [row.state for row in rows] == ["done", "due"] + ["coming"] * timeline.MOST_COMING
    assert shown(rows[1]) == ("due", None, ["туберкулёз"])
    assert rows[2].on == date(2027, 1, 19)
    assert {name.render("ru") for name in rows[2].names} == {
        "полиомиелит (капли)",
        "ротавирус",
        "пять болезней (Пента)",
        "пневмококк",
    }


def test_what_waits_today_is_not_told_again_as_coming():
    rows = line(Person(date(2025, 11, 20), "male")).rows
    waiting = [name for row in rows if row.on is None for name in row.names]
    assert len(waiting) == len(set(waiting))
    assert all(row.on > TODAY for row in rows if row.state == "coming")


def test_what_was_refused_is_not_told_as_coming():
    person = Person(date(2020, 1, 1), "female")
    assert any("папиллом" in name for row in line(person).rows for name in shown(row)[2])
    rows = line(person, refusals=[Refusal("hpv")]).rows
    assert not any("папиллом" in name for row in rows for name in shown(row)[2])


def test_an_adult_is_told_no_unverified_booster():
    assert line(Person(date(1990, 1, 1), "male")).rows == ()


def test_of_a_long_past_the_last_days_are_shown_and_the_rest_counted():
    born = date(2010, 1, 1)
    doses = [Dose("influenza", date(2011 + year, 10, 5)) for year in range(12)]
    found = line(Person(born, "male"), doses)
    done = [row for row in found.rows if row.state == "done"]
    assert len(done) == timeline.MOST_DONE
    assert found.earlier == 12 - timeline.MOST_DONE
    assert done[-1].on == date(2022, 10, 5)


def test_what_a_person_told_is_marked_so():
    born = date(2026, 1, 1)
    one = Passport("Madina", born, "female", doses=(GivenDose("bcg", born, False),))
    assert shown(timeline.vaccinations(one, (), TODAY).rows[0])[2] == ["туберкулёз (с ваших слов)"]


def test_checks_stand_by_day_the_open_ones_first():
    woman = Person(date(1976, 5, 14), "female")
    results = [ScreeningResult("mammography", date(2026, 3, 1), "normal")]
    rows = timeline.checks(card(woman, results=results)).rows
    assert shown(rows[0]) == ("done", date(2026, 3, 1), ["маммография"])
    coming = [shown(row) for row in rows if row.state == "coming"]
    assert ("coming", date(2028, 3, 1), ["маммография"]) in coming
    assert coming == sorted(coming, key=lambda row: row[1])


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2026, 1, 31), date(2026, 1, 31), "при рождении"),
        (date(2026, 1, 31), date(2026, 2, 3), "в 3 дня"),
        (date(2026, 1, 31), date(2026, 2, 28), "в 4 недели"),
        (date(2026, 1, 31), date(2026, 3, 31), "в 2 месяца"),
        (date(2024, 2, 29), date(2026, 2, 27), "в 23 месяца"),
        (date(2024, 2, 29), date(2026, 3, 1), "в 2 года"),
    ],
)
def test_an_age_is_told_as_people_say_it(born, on, age):
    one = Passport("Madina", born, "female", doses=(GivenDose("opv", on, True),))
    when = timeline.vaccinations(one, (), TODAY).rows[0].when
    assert when is not None
    assert when.render("ru") == age
