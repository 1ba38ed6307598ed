"""The rules of promises: which step falls when, and what is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import reminders as rules
from core.i18n import TASHKENT
from core.reminders import Promise

DUE = date(2026, 12, 12)


def at(day: int, month: int = 12, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=TASHKENT)


def named(promise: Promise) -> list[tuple[str, datetime]]:
    return [(step.name, step.at) for step in rules.steps(promise)]


def test_a_vaccination_promised_in_time_has_six_steps():
    steps = named(Promise("vaccination", DUE, at(1, 11)))
    assert steps == [
        ("day-7", at(5)),
        ("day-1", at(11)),
        ("day+3", at(15)),
        ("day+14", at(26)),
        ("day+44", at(12) + timedelta(days=44)),
        ("day+74", at(12) + timedelta(days=74)),
    ]


def test_a_screening_has_a_step_on_its_day_and_two_after():
    assert [name for name, _at in named(Promise("screening", DUE, at(1, 11)))] == [
        "day+0",
        "day+14",
        "day+60",
    ]


@pytest.mark.parametrize(
    ("promised_at", "expected"),
    [
        (at(5, hour=9), ["day-7", "day-1", "day+3", "day+14", "day+44", "day+74"]),
        (at(5, hour=11), ["day-1", "day+3", "day+14", "day+44", "day+74"]),
        # too late even for the day before: one message at once, and peace for two days
        (at(11, hour=11), ["late", "day+3", "day+14", "day+44", "day+74"]),
        (at(14), ["late", "day+14", "day+44", "day+74"]),
        (at(25), ["late", "day+44", "day+74"]),
        (at(12) + timedelta(days=80), ["late", "late+30", "late+60"]),
    ],
)
def test_a_step_whose_moment_had_passed_is_left_out_and_the_late_get_one_message(promised_at, expected):
    assert [name for name, _at in named(Promise("vaccination", DUE, promised_at))] == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(days=3), ["hour-24", "hour-2"]),
        (timedelta(hours=24), ["hour-24", "hour-2"]),
        (timedelta(hours=23, minutes=59), ["hour-2"]),
        (timedelta(hours=1), []),
    ],
)
def test_an_appointment_is_reminded_of_a_day_and_two_hours_before(before, expected):
    starts_at = at(12)
    steps = rules.steps(Promise("appointment", DUE, starts_at - before, starts_at))
    assert [step.name for step in steps] == expected
    assert all(step.expires_at == starts_at for step in steps)


def test_a_missed_appointment_gets_one_word_after_three_days():
    starts_at = at(12)
    (step,) = rules.steps(Promise("appointment", DUE, at(1), starts_at, missed_at=starts_at))
    assert (step.name, step.at, step.expires_at) == ("missed+3", at(15), at(22))


def test_the_next_step_is_the_first_not_taken_that_is_still_true():
    promise = Promise("vaccination", DUE, at(1, 11))
    assert rules.next_step(promise, (), at(1)).name == "day-7"
    assert rules.next_step(promise, {"day-7"}, at(1)).name == "day-1"
    # after an outage until the 11th two steps are still true: one message is enough
    assert rules.next_step(promise, (), at(11)).name == "day-1"
    # until the 20th: the steps of the 5th and 11th have expired, that of the 15th is still true
    assert rules.next_step(promise, (), at(20)).name == "day+3"
    assert rules.next_step(promise, (), at(20), after=at(15)).name == "day+14"
    assert rules.next_step(promise, {s.name for s in rules.steps(promise)}, at(20)) is None


@given(
    kind=st.sampled_from(["vaccination", "screening"]),
    due=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    promised=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 – the strategy adds the zone
)
def test_no_step_lies_before_the_promise_names_are_unique_and_every_step_expires_after_its_moment(
    kind, due, promised
):
    steps = rules.steps(Promise(kind, due, promised))
    assert len({step.name for step in steps}) == len(steps) <= 6
    assert all(promised <= step.at < step.expires_at for step in steps)
    assert list(steps) == sorted(steps, key=lambda step: step.at)


@pytest.mark.parametrize(
    ("age", "guardians", "reachable", "told"),
    [
        (1, {7}, False, (7,)),
        (1, {9, 7}, True, (7, 9)),
        (1, set(), False, (1,)),
        (17, {7}, True, (7,)),
        (18, {7}, True, (1,)),
        (70, {7}, False, (7,)),
        (70, set(), False, (1,)),
    ],
)
def test_a_child_is_spoken_of_to_its_guardians_an_adult_is_told_themselves(age, guardians, reachable, told):
    assert rules.recipients(age, guardians, 1, reachable) == told
