"""What must hold for every record, whatever is in it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core import programmes
from core.programmes import STATUSES, Dose, Exemption, Person, ScreeningResult

NATIONAL = programmes.national()
VACCINES = sorted(NATIONAL.vaccine_codes)
CHECKS = sorted(NATIONAL.screening_codes)
TODAY = date(2026, 11, 21)

births = st.dates(date(1936, 1, 1), TODAY)


@st.composite
def records(draw):
    born = draw(births)
    sex = draw(st.sampled_from(["female", "male"]))
    pregnant = sex == "female" and draw(st.booleans())
    lived = (TODAY - born).days
    offsets = st.integers(0, min(lived, 20 * 366))
    doses = draw(
        st.lists(
            st.builds(Dose, st.sampled_from(VACCINES), offsets.map(lambda n: born + timedelta(n))),
            max_size=14,
        )
    )
    checks = draw(
        st.lists(
            st.builds(
                ScreeningResult,
                st.sampled_from(CHECKS),
                st.integers(0, lived).map(lambda n: born + timedelta(n)),
                st.sampled_from(["normal", "abnormal", "inadequate", None]),
            ),
            max_size=4,
        )
    )
    exempt = draw(
        st.lists(
            st.builds(
                Exemption, st.sampled_from(VACCINES), until=st.none() | st.dates(born, date(2030, 1, 1))
            ),
            max_size=2,
        )
    )
    return Person(born, sex, pregnant), doses, checks, exempt


@settings(max_examples=150, deadline=None)
@given(records(), st.randoms())
def test_the_order_of_the_input_changes_nothing(record, random):
    person, doses, checks, exempt = record
    numbered = [Dose(d.vaccine, d.on, n) for n, d in enumerate(doses)]
    shuffled = random.sample(numbered, len(numbered))
    once = programmes.assess(NATIONAL, person, numbered, checks, exempt, on=TODAY)
    mixed = random.sample(checks, len(checks))
    assert once == programmes.assess(NATIONAL, person, shuffled, mixed, exempt[::-1], on=TODAY)


@settings(max_examples=150, deadline=None)
@given(records())
def test_dates_stand_in_their_order_and_the_status_agrees_with_them(record):
    person, doses, checks, exempt = record
    found = programmes.forecast(NATIONAL, person, doses, checks, exempt, on=TODAY)
    assert len(found) == len({one.series for one in found})
    for one in found:
        assert one.status in STATUSES
        days = [d for d in (one.earliest_on, one.recommended_on, one.overdue_on, one.latest_on) if d]
        assert days == sorted(days)
        if one.recommended_on is None:
            assert one.status in ("complete", "too_late", "exempt", "refused", "not_for_person", "due")
        elif one.status == "not_yet":
            assert one.recommended_on > TODAY
        elif one.status == "due":
            assert one.recommended_on <= TODAY < one.overdue_on
        elif one.status == "overdue":
            assert one.overdue_on <= TODAY
        elif one.status == "too_late":
            assert one.latest_on < TODAY
        assert one.earliest_on is None or one.earliest_on >= person.birth_date


@settings(max_examples=150, deadline=None)
@given(records())
def test_a_dose_given_on_its_earliest_day_counts_and_the_next_is_not_sooner_than_allowed(record):
    person, doses, _checks, _exempt = record
    for one in programmes.forecast(NATIONAL, person, doses, on=TODAY):
        if one.dose is None or one.earliest_on is None or one.status == "too_late":
            continue
        day = max(one.earliest_on, TODAY)
        if one.latest_on is not None and day > one.latest_on:
            continue
        now = next(r for r in programmes.forecast(NATIONAL, person, doses, on=day) if r.series == one.series)
        if now.earliest_on is None or now.earliest_on > day:
            continue
        # Given later, another product may be the right one; it is the one recommended on that day that counts.
        with_it = [*doses, Dose(_product_on(person, doses, one.series, day), day)]
        verdicts = [v for v in programmes.evaluate(NATIONAL, person, with_it, day) if v.series == one.series]
        assert any(v.valid and v.on == day for v in verdicts), (one, verdicts)
        following = next(
            r for r in programmes.forecast(NATIONAL, person, with_it, on=day) if r.series == one.series
        )
        if following.earliest_on is not None and following.series not in ("influenza",):
            assert following.earliest_on >= day + timedelta(days=28)


def _product_on(person, doses, series, day):
    return next(r.item for r in programmes.forecast(NATIONAL, person, doses, on=day) if r.series == series)


@settings(max_examples=100, deadline=None)
@given(records())
def test_the_same_input_gives_the_same_answer_and_every_dose_a_verdict(record):
    person, doses, checks, exempt = record
    once = programmes.assess(NATIONAL, person, doses, checks, exempt, on=TODAY)
    assert once == programmes.assess(NATIONAL, person, doses, checks, exempt, on=TODAY)
    judged = {(v.vaccine, v.on) for v in once[0]}
    assert judged == {(d.vaccine, d.on) for d in doses}


@settings(max_examples=100, deadline=None)
@given(births, st.sampled_from(["female", "male"]), st.integers(0, 400))
def test_nothing_becomes_undue_by_waiting_but_by_being_too_late_or_in_season(born, sex, days):
    person, later = Person(born, sex), TODAY + timedelta(days)
    order = {"not_yet": 0, "due": 1, "overdue": 2, "too_late": 3}
    today = {r.series: r for r in programmes.forecast(NATIONAL, person, on=TODAY)}
    for one in programmes.forecast(NATIONAL, person, on=later):
        before = today[one.series]
        if one.series == "influenza" or before.dose != one.dose or before.rule.id != one.rule.id:
            continue
        if one.status in order and before.status in order:
            assert order[one.status] >= order[before.status]
