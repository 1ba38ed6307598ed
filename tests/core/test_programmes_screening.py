"""The state's checks at their limits: by age, by the last result, in pregnancy, for newborns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import programmes
from core.ages import parse, reach, take_apart
from core.programmes import Booking, Person, ScreeningResult

BORN = date(1980, 7, 19)
DAY = timedelta(days=1)
NATIONAL = programmes.national()


def at(age: str, born: date = BORN) -> date:
    return date.fromordinal(reach(take_apart(born), parse(age)))


def check(code: str, person: Person, *, on: date, done=(), bookings=()):
    results = [ScreeningResult(code, day, result) for day, result in done]
    found = programmes.forecast(NATIONAL, person, screenings=results, bookings=bookings, on=on)
    return next(r for r in found if r.item == code)


# code, for men too, from age, to before age
BY_AGE = [
    ("hpv_test", False, "30 years", "51 years"),
    ("mammography", False, "45 years", "66 years"),
    ("womens_assessment", False, "30 years", "66 years"),
    ("health_profile", True, "18 years", "41 years"),
    ("targeted_check", True, "41 years", None),
    ("cvd_risk", True, "40 years", "75 years"),
    ("diabetes_risk", True, "40 years", None),
    ("breast_questionnaire", False, "30 years", "66 years"),
]


@pytest.mark.parametrize(("code", "men", "first", "last"), BY_AGE)
def test_a_check_begins_and_ends_with_its_age(code, men, first, last):
    woman = Person(BORN, "female")
    assert check(code, woman, on=at(first) - DAY).status == "not_yet"
    begun = check(code, woman, on=at(first))
    assert (begun.status, begun.recommended_on, begun.dose, begun.series) == ("due", at(first), None, code)
    assert check(code, woman, on=at(first) + DAY).status == "due"
    if last:
        assert check(code, woman, on=at(last) - DAY).status == "overdue"
        assert check(code, woman, on=at(last)).status == "too_late"
    man = check(code, Person(BORN, "male"), on=at(first))
    assert man.status == ("due" if men else "not_for_person")


# code, result, interval to the next
BY_RESULT = [
    ("hpv_test", "normal", "10 years"),
    ("hpv_test", None, "10 years"),
    ("hpv_test", "abnormal", "1 year"),
    ("hpv_test", "inadequate", "1 month"),
    ("mammography", "normal", "2 years"),
    ("mammography", "abnormal", "6 months"),
    ("mammography", "inadequate", "1 month"),
    ("womens_assessment", "normal", "2 years"),
    ("targeted_check", "normal", "1 year"),
    ("targeted_check", "abnormal", "1 year"),
    ("cvd_risk", "normal", "1 year"),
    ("cvd_risk", "abnormal", "3 months"),
]


@pytest.mark.parametrize(("code", "result", "interval"), BY_RESULT)
def test_the_next_check_follows_the_last_result(code, result, interval):
    born = date(1990, 3, 31) if code == "hpv_test" else date(1978, 3, 31)
    person, done = Person(born, "female"), date(2025, 1, 10)
    again = at(interval, done)
    before = check(code, person, on=again - DAY, done=[(done, result)])
    assert (before.status, before.recommended_on) == ("not_yet", again)
    assert check(code, person, on=again, done=[(done, result)]).status == "due"
    assert check(code, person, on=again + DAY, done=[(done, result)]).status == "due"


def test_only_the_last_result_counts():
    person = Person(BORN, "female")
    done = [(date(2026, 3, 1), "normal"), (date(2025, 3, 1), "abnormal")]
    assert check("mammography", person, on=date(2026, 11, 21), done=done).recommended_on == date(2028, 3, 1)


def test_of_two_results_of_one_day_the_graver_counts():
    person, day = Person(BORN, "female"), date(2026, 3, 1)
    for done in ([(day, "normal"), (day, "abnormal")], [(day, "abnormal"), (day, "normal")]):
        found = check("mammography", person, on=date(2026, 5, 1), done=done)
        assert found.recommended_on == date(2026, 9, 1)


def test_after_the_last_planned_check_it_is_complete():
    person, done = Person(BORN, "female"), at("64 years")
    found = check("mammography", person, on=done, done=[(done, "normal")])
    assert (found.status, found.recommended_on) == ("complete", None)


def test_a_booked_check_is_on_the_way():
    person, day = Person(BORN, "female"), date(2026, 11, 21)
    found = check("mammography", person, on=day, bookings=[Booking("mammography", day)])
    assert (found.status, found.booked_on) == ("not_yet", day)
    assert (
        check("mammography", person, on=day + DAY, bookings=[Booking("mammography", day)]).status == "overdue"
    )


@pytest.mark.parametrize("code", ["antenatal_1", "antenatal_2", "antenatal_3"])
def test_checks_of_pregnancy_are_only_for_the_pregnant(code):
    on = date(2026, 11, 21)
    assert check(code, Person(BORN, "female"), on=on).status == "not_for_person"
    assert check(code, Person(BORN, "male"), on=on).status == "not_for_person"
    unknown_week = check(code, Person(BORN, "female", pregnant=True), on=on)
    assert (unknown_week.status, unknown_week.recommended_on) == ("due", None)
    done = check(code, Person(BORN, "female", pregnant=True), on=on, done=[(on - 30 * DAY, "normal")])
    assert done.status == "complete"
    last_child = check(code, Person(BORN, "female", pregnant=True), on=on, done=[(on - 400 * DAY, "normal")])
    assert last_child.status == "due"


@pytest.mark.parametrize(
    ("code", "week", "status"),
    [
        ("antenatal_1", 10, "not_yet"),
        ("antenatal_1", 11, "due"),
        ("antenatal_1", 13, "overdue"),
        ("antenatal_1", 14, "too_late"),
        ("antenatal_2", 17, "not_yet"),
        ("antenatal_2", 18, "due"),
        ("antenatal_2", 22, "too_late"),
        ("antenatal_3", 29, "not_yet"),
        ("antenatal_3", 30, "due"),
        ("antenatal_3", 35, "too_late"),
    ],
)
def test_the_weeks_of_a_pregnancy_decide_where_its_start_is_known(code, week, status):
    began = date(2026, 6, 1)
    person = Person(BORN, "female", pregnant=True, pregnancy_started_on=began)
    assert check(code, person, on=began + week * 7 * DAY).status == status


@pytest.mark.parametrize("code", ["newborn", "newborn_hearing"])
def test_newborns_are_checked_once_and_not_later(code):
    born = date(2026, 11, 1)
    baby = Person(born, "male")
    assert check(code, baby, on=born).status == "not_yet"
    assert check(code, baby, on=born + 3 * DAY).status == "due"
    assert check(code, baby, on=born + 7 * DAY).status == "overdue"
    assert check(code, baby, on=born + 27 * DAY).status == "overdue"
    assert check(code, baby, on=born + 28 * DAY).status == "too_late"
    assert check(code, baby, on=born + 9 * DAY, done=[(born + 4 * DAY, "normal")]).status == "complete"
    again = check(code, baby, on=born + 9 * DAY, done=[(born + 4 * DAY, "inadequate")])
    assert again.recommended_on == born + 11 * DAY
