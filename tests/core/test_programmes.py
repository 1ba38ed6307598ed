"""The national calendar at its limits: one day before, on and after, for every dose and both sexes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import programmes
from core.ages import parse, reach, take_apart
from core.programmes import (
    Booking,
    Dose,
    Exemption,
    Person,
    Recommendation,
    Refusal,
    ScreeningResult,
)

BORN = date(2024, 5, 14)
DAY = timedelta(days=1)
NATIONAL = programmes.national()
SEXES = ("female", "male")


def at(age: str, born: date = BORN) -> date:
    """The day on which who was born on `born` reaches an age."""
    return date.fromordinal(reach(take_apart(born), parse(age)))


def next_of(series: str, person: Person, doses=(), *, on: date, **record) -> Recommendation:
    found = programmes.forecast(NATIONAL, person, doses, on=on, **record)
    return next(r for r in found if r.series == series)


def given(*history: tuple[str, str], born: date = BORN) -> list[Dose]:
    """("penta", "2 months") … as doses of who was born on `born`."""
    return [Dose(vaccine, at(age, born)) for vaccine, age in history]


# series, doses before (vaccine and age), item, number, recommended, overdue from, too late from (None: never)
PLANNED = [
    ("hepatitis_b", [], "hepb", 1, "0 days", "2 days", "6 weeks - 4 days"),
    ("hepatitis_b", [("hepb", "0 days")], "penta", 2, "2 months", "2 months + 4 weeks", "18 years"),
    (
        "hepatitis_b",
        [("hepb", "0 days"), ("penta", "2 months")],
        "penta",
        3,
        "3 months",
        "3 months + 4 weeks",
        "18 years",
    ),
    (
        "hepatitis_b",
        [("hepb", "0 days"), ("penta", "2 months"), ("penta", "3 months")],
        "penta",
        4,
        "4 months",
        "4 months + 4 weeks",
        "18 years",
    ),
    ("tuberculosis", [], "bcg", 1, "2 days", "6 days", "5 years"),
    ("polio", [], "opv", 1, "2 months", "2 months + 4 weeks", None),
    ("polio", [("opv", "2 months")], "opv", 2, "3 months", "3 months + 4 weeks", "18 years"),
    (
        "polio",
        [("opv", "2 months"), ("opv", "3 months")],
        "opv",
        3,
        "4 months",
        "4 months + 4 weeks",
        "18 years",
    ),
    (
        "polio",
        [("opv", "2 months"), ("opv", "3 months"), ("opv", "4 months")],
        "opv",
        4,
        "16 months",
        "16 months + 4 weeks",
        None,
    ),
    (
        "polio",
        [("opv", "2 months"), ("opv", "3 months"), ("opv", "4 months"), ("opv", "16 months")],
        "opv",
        5,
        "7 years",
        "8 years",
        "18 years",
    ),
    ("polio_injected", [], "ipv", 1, "4 months", "4 months + 4 weeks", "18 years"),
    ("rotavirus", [], "rota", 1, "2 months", "2 months + 4 weeks", "15 weeks"),
    ("rotavirus", [("rota", "2 months")], "rota", 2, "3 months", "3 months + 4 weeks", "8 months"),
    (
        "rotavirus",
        [("rota", "2 months"), ("rota", "3 months")],
        "rota",
        3,
        "4 months",
        "4 months + 4 weeks",
        "8 months",
    ),
    ("dtp", [], "penta", 1, "2 months", "2 months + 4 weeks", None),
    ("dtp", [("penta", "2 months")], "penta", 2, "3 months", "3 months + 4 weeks", None),
    (
        "dtp",
        [("penta", "2 months"), ("penta", "3 months")],
        "penta",
        3,
        "4 months",
        "4 months + 4 weeks",
        None,
    ),
    (
        "dtp",
        [("penta", "2 months"), ("penta", "3 months"), ("penta", "4 months")],
        "dtp",
        4,
        "16 months",
        "16 months + 4 weeks",
        None,
    ),
    (
        "dtp",
        [("penta", "2 months"), ("penta", "3 months"), ("penta", "4 months"), ("dtp", "16 months")],
        "td",
        5,
        "7 years",
        "8 years",
        None,
    ),
    (
        "dtp",
        [
            ("penta", "2 months"),
            ("penta", "3 months"),
            ("penta", "4 months"),
            ("dtp", "16 months"),
            ("td", "7 years"),
        ],
        "td",
        6,
        "16 years",
        "17 years",
        None,
    ),
    ("hib", [], "penta", 1, "2 months", "2 months + 4 weeks", None),
    ("hib", [("penta", "2 months")], "penta", 2, "3 months", "3 months + 4 weeks", "5 years"),
    (
        "hib",
        [("penta", "2 months"), ("penta", "3 months")],
        "penta",
        3,
        "4 months",
        "4 months + 4 weeks",
        "5 years",
    ),
    ("pneumococcal", [], "pcv", 1, "2 months", "2 months + 4 weeks", None),
    ("pneumococcal", [("pcv", "2 months")], "pcv", 2, "3 months", "3 months + 4 weeks", "5 years"),
    (
        "pneumococcal",
        [("pcv", "2 months"), ("pcv", "3 months")],
        "pcv",
        3,
        "12 months",
        "12 months + 4 weeks",
        "5 years",
    ),
    ("mmr", [], "mmr", 1, "12 months", "12 months + 4 weeks", "18 years"),
    ("mmr", [("mmr", "12 months")], "mmr", 2, "6 years", "7 years", "18 years"),
]


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize(("series", "before", "item", "number", "due", "overdue", "too_late"), PLANNED)
def test_a_dose_is_due_on_its_day_not_the_day_before(
    series, before, item, number, due, overdue, too_late, sex
):
    person, doses = Person(BORN, sex), given(*before)
    on_its_day = next_of(series, person, doses, on=at(due))
    assert (on_its_day.item, on_its_day.dose, on_its_day.status) == (item, number, "due")
    assert on_its_day.recommended_on == at(due)
    assert next_of(series, person, doses, on=at(due) + DAY).status == "due"
    if at(due) > BORN:
        before_it = next_of(series, person, doses, on=max(at(due) - DAY, doses[-1].on if doses else BORN))
        assert (before_it.status, before_it.recommended_on) == ("not_yet", at(due))


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize(("series", "before", "item", "number", "due", "overdue", "too_late"), PLANNED)
def test_a_dose_is_overdue_from_its_day_on(series, before, item, number, due, overdue, too_late, sex):
    person, doses = Person(BORN, sex), given(*before)
    assert next_of(series, person, doses, on=at(overdue) - DAY).status == "due"
    assert next_of(series, person, doses, on=at(overdue)).status == "overdue"
    assert next_of(series, person, doses, on=at(overdue) + DAY).status == "overdue"
    assert next_of(series, person, doses, on=at(due)).overdue_on == at(overdue)


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize(
    ("series", "before", "item", "number", "too_late"),
    [(s, b, i, n, t) for s, b, i, n, _due, _over, t in PLANNED if t and s != "hepatitis_b"],
)
def test_a_dose_is_too_late_after_its_last_day(series, before, item, number, too_late, sex):
    person, doses = Person(BORN, sex), given(*before)
    last = next_of(series, person, doses, on=at(too_late) - DAY)
    assert last.status in ("due", "overdue")
    assert last.latest_on == at(too_late) - DAY
    assert next_of(series, person, doses, on=at(too_late)).status == "too_late"
    assert next_of(series, person, doses, on=at(too_late) + DAY).status == "too_late"


# series, doses before, vaccine, the first day on which it counts (grace of four days off the minimum)
FIRST_DAYS = [
    ("hepatitis_b", [], "hepb", "0 days"),
    ("hepatitis_b", [("hepb", "0 days")], "penta", "6 weeks - 4 days"),
    ("tuberculosis", [], "bcg", "0 days"),
    ("polio", [], "opv", "6 weeks - 4 days"),
    ("polio", [("opv", "6 weeks")], "opv", "10 weeks - 4 days"),
    ("polio", [("opv", "6 weeks"), ("opv", "10 weeks")], "opv", "14 weeks - 4 days"),
    (
        "polio",
        [("opv", "6 weeks"), ("opv", "10 weeks"), ("opv", "14 weeks")],
        "opv",
        "12 months - 4 days",
    ),
    ("polio_injected", [], "ipv", "14 weeks - 4 days"),
    ("rotavirus", [], "rota", "6 weeks - 4 days"),
    ("dtp", [], "penta", "6 weeks - 4 days"),
    ("dtp", [("penta", "6 weeks")], "penta", "10 weeks - 4 days"),
    ("dtp", [("penta", "6 weeks"), ("penta", "10 weeks")], "penta", "14 weeks - 4 days"),
    (
        "dtp",
        [("penta", "6 weeks"), ("penta", "10 weeks"), ("penta", "14 weeks")],
        "dtp",
        "12 months - 4 days",
    ),
    (
        "dtp",
        [("penta", "6 weeks"), ("penta", "10 weeks"), ("penta", "14 weeks"), ("dtp", "16 months")],
        "td",
        "7 years - 4 days",
    ),
    ("hib", [], "penta", "6 weeks - 4 days"),
    ("pneumococcal", [], "pcv", "6 weeks - 4 days"),
    ("pneumococcal", [("pcv", "6 weeks"), ("pcv", "10 weeks")], "pcv", "12 months - 4 days"),
    ("mmr", [], "mmr", "12 months - 4 days"),
    ("mmr", [("mmr", "12 months")], "mmr", "13 months - 4 days"),
]


@pytest.mark.parametrize(("series", "before", "vaccine", "first"), FIRST_DAYS)
def test_a_dose_counts_from_its_first_day_with_grace(series, before, vaccine, first):
    person = Person(BORN, "female")

    def last_verdict(day: date):
        verdicts = programmes.evaluate(NATIONAL, person, [*given(*before), Dose(vaccine, day)])
        return [v for v in verdicts if v.series == series][-1]

    assert last_verdict(at(first)).valid
    assert last_verdict(at(first) + DAY).valid
    if at(first) > BORN:
        assert last_verdict(at(first) - DAY).reason_code == "too_young"


@pytest.mark.parametrize(
    ("series", "vaccine", "first", "days"),
    [
        ("polio", "opv", "3 months", 28),
        ("rotavirus", "rota", "3 months", 28),
        ("dtp", "penta", "3 months", 28),
        ("pneumococcal", "pcv", "3 months", 28),
        ("mmr", "mmr", "2 years", 28),
    ],
)
def test_two_doses_keep_their_interval_less_four_days(series, vaccine, first, days):
    person, start = Person(BORN, "male"), at(first)

    def second(apart: int):
        doses = [Dose(vaccine, start), Dose(vaccine, start + timedelta(days=apart))]
        return [v for v in programmes.evaluate(NATIONAL, person, doses) if v.series == series][-1]

    assert second(days - 5).reason_code == "interval_too_short"
    assert second(days - 4).valid
    assert second(days).valid
    forecast = next_of(series, person, [Dose(vaccine, start)], on=start)
    assert forecast.earliest_on == start + timedelta(days=days)


def test_a_dose_that_came_too_soon_moves_the_next_one_and_restarts_nothing():
    person = Person(BORN, "female")
    first = at("2 months")
    doses = [Dose("penta", first), Dose("penta", first + timedelta(days=10))]
    following = next_of("dtp", person, doses, on=first + timedelta(days=11))
    assert following.dose == 2
    assert following.earliest_on == first + timedelta(days=10 + 28)


def test_penta_counts_for_three_diseases():
    verdicts = programmes.evaluate(NATIONAL, Person(BORN, "male"), given(("penta", "2 months")))
    assert [(v.series, v.dose, v.valid) for v in verdicts] == [
        ("dtp", 1, True),
        ("hepatitis_b", 1, True),
        ("hib", 1, True),
    ]


def test_who_missed_the_first_day_needs_three_doses_against_hepatitis_b():
    person = Person(BORN, "male")
    doses = given(("penta", "2 months"), ("penta", "3 months"), ("penta", "4 months"))
    assert next_of("hepatitis_b", person, doses, on=at("5 months")).status == "complete"
    with_first_day = [*given(("hepb", "0 days")), *doses[:2]]
    assert next_of("hepatitis_b", person, with_first_day, on=at("5 months")).dose == 4


def test_live_vaccines_are_given_together_or_four_weeks_apart():
    person = Person(BORN, "female")
    mmr = Dose("mmr", at("13 months"))

    def bcg(days: int):
        verdicts = programmes.evaluate(NATIONAL, person, [mmr, Dose("bcg", mmr.on + timedelta(days=days))])
        return next(v for v in verdicts if v.vaccine == "bcg")

    assert bcg(0).valid
    assert bcg(1).reason_code == "live_vaccine_conflict"
    assert bcg(27).reason_code == "live_vaccine_conflict"
    assert bcg(28).valid
    late = next_of("tuberculosis", person, [mmr], on=mmr.on)
    assert late.earliest_on == mmr.on + timedelta(days=28)


def test_the_same_dose_twice_is_a_warning_and_changes_nothing():
    person = Person(BORN, "female")
    twice = given(("opv", "2 months"), ("opv", "2 months"))
    assert [v.reason_code for v in programmes.evaluate(NATIONAL, person, twice)] == [None, "extraneous"]
    assert next_of("polio", person, twice, on=at("3 months")) == next_of(
        "polio", person, twice[:1], on=at("3 months")
    )


# age on the day, doses given, series → (item, number, status)
LATE_STARTS = [
    ("8 months", [], "dtp", ("penta", 1, "overdue")),
    ("12 months", [], "hib", ("penta", 1, "overdue")),
    ("12 months", [], "pneumococcal", ("pcv", 1, "overdue")),
    ("12 months", [("pcv", "12 months")], "pneumococcal", ("pcv", 2, "not_yet")),
    ("2 years", [("pcv", "24 months")], "pneumococcal", ("pcv", 1, "complete")),
    ("2 years", [("penta", "18 months")], "hib", ("penta", 1, "complete")),
    ("5 years", [], "hib", ("penta", 1, "too_late")),
    ("5 years", [], "dtp", ("dtp", 1, "overdue")),
    ("5 years", [("penta", "2 months")], "hepatitis_b", ("hepb", 2, "overdue")),
    ("7 years", [], "dtp", ("td", 1, "overdue")),
    ("7 years", [("penta", "2 months")], "dtp", ("td", 2, "overdue")),
    ("8 years", [("td", "7 years"), ("td", "88 months")], "dtp", ("td", 3, "overdue")),
    ("8 years", [("td", "7 years"), ("td", "86 months"), ("td", "92 months")], "dtp", ("td", 4, "not_yet")),
    ("8 years", [("opv", "7 years")], "polio", ("opv", 2, "overdue")),
    ("10 months", [], "rotavirus", ("rota", 1, "too_late")),
    ("10 years", [], "mmr", ("mmr", 1, "overdue")),
    ("10 years", [("mmr", "10 years")], "mmr", ("mmr", 2, "not_yet")),
]


@pytest.mark.parametrize(("age", "history", "series", "expected"), LATE_STARTS)
def test_a_late_start_is_caught_up(age, history, series, expected):
    found = next_of(series, Person(BORN, "female"), given(*history), on=at(age))
    assert (found.item, found.dose, found.status) == expected


@pytest.mark.parametrize(
    ("age", "status"),
    [
        ("9 years - 1 day", "not_yet"),
        ("9 years", "due"),
        ("10 years - 1 day", "due"),
        ("10 years", "overdue"),
        ("14 years - 1 day", "overdue"),
        ("14 years", "too_late"),
    ],
)
def test_girls_are_due_for_hpv_from_nine_and_boys_never(age, status):
    assert next_of("hpv", Person(BORN, "female"), on=at(age)).status == status
    boy = next_of("hpv", Person(BORN, "male"), on=at(age))
    assert (boy.status, boy.item, boy.recommended_on) == ("not_for_person", "hpv", None)


def test_the_second_hpv_dose_comes_six_months_later_and_counts_after_five():
    girl, first = Person(BORN, "female"), at("9 years")
    second = next_of("hpv", girl, [Dose("hpv", first)], on=first)
    assert (second.dose, second.earliest_on, second.recommended_on) == (2, at("113 months"), at("114 months"))
    assert second.status == "not_yet"
    both = [Dose("hpv", first), Dose("hpv", at("114 months"))]
    assert next_of("hpv", girl, both, on=at("10 years")).status == "complete"


@pytest.mark.parametrize(
    ("age", "doses", "status", "number"),
    [
        ("25 years", [], "not_yet", 7),
        ("26 years", [], "due", 7),
        ("27 years", [], "overdue", 7),
        ("30 years", [("td", "26 years")], "not_yet", 8),
        ("36 years", [("td", "26 years")], "due", 8),
        ("46 years", [("td", "26 years"), ("td", "36 years")], "due", 9),
    ],
)
def test_adults_repeat_td_every_ten_years(age, doses, status, number):
    born = date(1970, 2, 1)
    found = next_of("dtp", Person(born, "male"), given(*doses, born=born), on=at(age, born))
    assert (found.item, found.dose, found.status) == ("td", number, status)
    assert found.rule.status == "to_verify"


@pytest.mark.parametrize(
    ("born", "conditions", "pregnant", "on", "status"),
    [
        (date(2026, 1, 10), (), False, date(2026, 11, 21), "due"),
        (date(2026, 1, 10), (), False, date(2026, 12, 1), "overdue"),
        (date(2026, 8, 1), (), False, date(2026, 11, 21), "not_yet"),
        (date(1990, 1, 1), (), False, date(2026, 11, 21), "not_for_person"),
        (date(1990, 1, 1), (), True, date(2026, 11, 21), "due"),
        (date(1990, 1, 1), ("health_worker",), False, date(2026, 11, 21), "due"),
        (date(1990, 1, 1), ("something_else",), False, date(2026, 11, 21), "not_for_person"),
        (date(1960, 1, 1), (), False, date(2026, 9, 30), "not_yet"),
        (date(1960, 1, 1), (), False, date(2026, 10, 1), "due"),
    ],
)
def test_influenza_is_for_risk_groups_in_its_season(born, conditions, pregnant, on, status):
    person = Person(born, "female", pregnant, frozenset(conditions))
    assert next_of("influenza", person, on=on).status == status


def test_a_dose_against_influenza_is_enough_for_its_season():
    person = Person(date(1950, 1, 1), "male")
    found = next_of("influenza", person, [Dose("influenza", date(2026, 10, 20))], on=date(2026, 11, 21))
    assert (found.status, found.recommended_on) == ("not_yet", date(2027, 10, 1))


def test_an_exemption_ends_on_its_day_and_moves_the_dates():
    person, until = Person(BORN, "female"), date(2025, 9, 1)
    record = {"exemptions": [Exemption("mmr", "medical", until)]}
    before = next_of("mmr", person, on=until - DAY, **record)
    assert (before.status, before.earliest_on, before.recommended_on) == ("exempt", until, until)
    assert next_of("mmr", person, on=until, **record).status == "overdue"


def test_an_exemption_for_good_has_no_dates_and_is_said_before_a_refusal():
    found = next_of(
        "mmr",
        Person(BORN, "female"),
        on=at("2 years"),
        exemptions=[Exemption("mmr", "medical", date(2027, 1, 1)), Exemption("mmr")],
        refusals=[Refusal("mmr")],
    )
    assert (found.status, found.earliest_on, found.latest_on) == ("exempt", None, None)


def test_a_refusal_stands_until_it_is_taken_back():
    found = next_of("mmr", Person(BORN, "male"), on=at("2 years"), refusals=[Refusal("mmr")])
    assert found.status == "refused"
    assert (
        next_of("polio", Person(BORN, "male"), on=at("2 years"), refusals=[Refusal("mmr")]).status
        == "overdue"
    )


def test_a_booked_dose_is_on_the_way():
    day = at("2 years")
    found = next_of("mmr", Person(BORN, "male"), on=day, bookings=[Booking("mmr", day + DAY)])
    assert (found.status, found.booked_on) == ("not_yet", day + DAY)
    assert (
        next_of("mmr", Person(BORN, "male"), on=day, bookings=[Booking("mmr", day - DAY)]).status == "overdue"
    )


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2024, 2, 29), "12 months", date(2025, 3, 1)),
        (date(2024, 2, 29), "4 years", date(2028, 2, 29)),
        (date(2024, 12, 31), "2 months", date(2025, 3, 1)),
        (date(2024, 1, 31), "1 month", date(2024, 3, 1)),
        (date(2024, 8, 31), "6 months", date(2025, 3, 1)),
        (date(2024, 5, 31), "16 months", date(2025, 10, 1)),
        (date(2024, 3, 1), "12 months - 4 days", date(2025, 2, 25)),
        (date(2024, 3, 1), "12 months", date(2025, 3, 1)),
    ],
)
def test_an_age_is_reached_on_the_first_of_the_next_month_where_its_day_is_missing(born, age, day):
    assert at(age, born) == day


def test_every_recommendation_says_where_it_comes_from_in_both_languages():
    for one in programmes.forecast(NATIONAL, Person(BORN, "female"), on=at("16 months")):
        assert one.rule.id.startswith(("uz-2019/", "uz-screening-2025/"))
        assert one.rule.source
        assert one.rule.status in ("verified", "to_verify")
        for language in ("uz", "ru"):
            assert "{" not in one.reason.render(language)


def test_a_result_before_birth_belongs_to_somebody_else():
    found = programmes.forecast(
        NATIONAL,
        Person(BORN, "female"),
        screenings=[ScreeningResult("mammography", BORN - DAY, "normal")],
        on=BORN,
    )
    assert next(r for r in found if r.item == "mammography").status == "not_yet"
