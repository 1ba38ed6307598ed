"""The forecast: days and steps as tables, one message a person a day, and no cost without a price."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import forecast_messages as rules
from core.forecast_messages import Live, Total
from core.reminders import day_at

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # Monday noon in Tashkent
TODAY = date(2026, 11, 23)


def live(due_on: date, step: str | None, at: datetime, **more) -> Live:
    values = {
        "person_id": 1,
        "way": "telegram",
        "language": "uz",
        "clinic_id": 1,
        "kind": "vaccination",
    } | more
    due_at: datetime | None = values.pop("due_at", None)
    promised_at: datetime = values.pop("promised_at", NOW - timedelta(days=60))
    return Live(
        due_on=due_on,
        due_s=due_at and int(due_at.timestamp()),
        missed=values.pop("missed", False),
        promised_h=int(promised_at.timestamp()) // 3600,
        next_step=step,
        next_s=int(at.timestamp()),
        **values,
    )


def days(*promises: Live, **more) -> list[int]:
    """On which of the fourteen days, counted from today, a message goes out."""
    found = rules.forecast(promises, NOW, rules.SEGMENTS, **more).by_day()
    return [number for number, on in enumerate(found) for _ in range(found[on].messages)]


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        (live(day(8), "day-7", day_at(day(1))), [1, 7, 11]),
        (live(day(0), "day+3", day_at(day(3))), [3]),
        (live(day(-1), "day+3", day_at(day(2))), [2, 13]),
        (live(day(30), "day-7", day_at(day(23))), []),
        (live(day(21), "day-7", day_at(day(14))), []),
        (live(day(20), "day-7", day_at(day(13))), [13]),
        (live(day(-3), "day+3", day_at(day(-1))), [0, 11]),
        (live(day(5), None, NOW + timedelta(hours=1)), [0]),
        (live(day(2), "day+0", day_at(day(2)), kind="screening"), [2]),
        (live(day(-10), "day+14", day_at(day(4)), kind="screening"), [4]),
        (live(day(2), "missed+3", NOW + timedelta(days=1), kind="appointment", due_at=NOW, missed=True), [1]),
        (live(day(2), "day-1", day_at(day(1)), way=None), []),
        # New Year is a public holiday: the next working day
        (live(day(9), "later1", day_at(day(2))), [2, 8, 12]),
    ],
)
def test_a_promise_brings_its_next_step_and_those_after_it(promise, expected):
    assert days(promise) == expected


def test_a_visit_brings_the_day_before_and_two_hours_before_and_stands_apart():
    at = NOW + timedelta(days=3)
    visit = {"kind": "appointment", "due_at": at}
    one = live(at.date(), "hour-24", at - timedelta(hours=24), **visit)
    same_day = live(day(3), "day-1", day_at(day(2)))
    assert days(one, same_day) == [2, 2, 3, 6]


def test_a_morning_visit_is_spoken_of_the_evening_before():
    at = day_at(day(3)).replace(hour=9)
    one = live(at.date(), "hour-2", at - timedelta(hours=2), kind="appointment", due_at=at)
    assert days(one) == [2]


def test_a_public_holiday_moves_the_message_to_the_next_working_day():
    eve = datetime(2026, 12, 31, 7, 0, tzinfo=UTC)
    one = live(date(2027, 1, 2), "day-1", day_at(date(2027, 1, 1)), promised_at=eve - timedelta(days=60))
    found = rules.forecast([one], eve, rules.SEGMENTS, 4).by_day()
    assert found[date(2027, 1, 1)] == Total()


def test_everything_of_one_person_on_one_day_is_one_message():
    at = day_at(day(2))
    same = [live(day(3), "day-1", at), live(day(3), "day-1", at), live(day(3), "day-1", at, person_id=2)]
    assert days(*same, days=4) == [2, 2]


def test_channels_clinics_and_parts_are_counted_apart():
    at = day_at(day(1))
    found = rules.forecast(
        [
            live(day(2), "day-1", at, person_id=1, clinic_id=1),
            live(day(2), "day-1", at, person_id=2, clinic_id=2, way="sms"),
            live(day(2), "day-1", at, person_id=3, clinic_id=2, way="sms", language="ru"),
            live(day(2), "day-1", at, person_id=4, clinic_id=None, way="sms", language="uz_Cyrl"),
        ],
        NOW,
        rules.SEGMENTS,
        3,
    )
    assert found.by_clinic() == {2: Total(0, 2, 3), 1: Total(1), None: Total(0, 1, 1)}
    assert found.total() == Total(1, 3, 4)
    assert found.total(2) == Total(0, 2, 3)
    assert found.by_day(1)[day(1)] == Total(1)
    assert found.by_day(1)[day(2)] == Total()


@pytest.mark.parametrize(
    ("segments", "shares", "prices", "expected"),
    [
        (10, {"eskiz": 100}, {"eskiz": 2.5}, {"eskiz": Decimal("25")}),
        (
            10,
            {"eskiz": 70, "twilio": 30},
            {"eskiz": 2.0, "twilio": 0.1},
            {"eskiz": 14, "twilio": Decimal("0.3")},
        ),
        (10, {"eskiz": 100}, {"eskiz": None}, {"eskiz": None}),
        (10, {"eskiz": 50, "twilio": 50}, {"eskiz": 1.0}, {"eskiz": 5, "twilio": None}),
        (10, {}, {}, {}),
        (0, {"eskiz": 100}, {"eskiz": 2.5}, {"eskiz": 0}),
        (
            3,
            {"eskiz": 33, "twilio": 33, "playmobile": 33},
            dict.fromkeys(("eskiz", "twilio", "playmobile"), 1.0),
            {"eskiz": 1, "twilio": 1, "playmobile": 1},
        ),
    ],
)
def test_a_cost_is_the_price_times_the_parts_and_is_never_made_up(segments, shares, prices, expected):
    assert rules.costs(segments, shares, prices) == expected


@given(
    st.lists(
        st.builds(
            live,
            st.integers(-40, 40).map(day),
            st.sampled_from(["day-7", "day-1", "day+3", "late"]),
            st.integers(-5, 30).map(lambda n: day_at(day(n))),
            person_id=st.integers(1, 4),
            way=st.sampled_from(["telegram", "sms"]),
            language=st.sampled_from(["uz", "uz_Cyrl", "ru"]),
            clinic_id=st.sampled_from([None, 1, 2]),
        ),
        max_size=30,
    )
)
def test_days_and_clinics_add_up_to_the_same(promises):
    found = rules.forecast(promises, NOW, rules.SEGMENTS)
    assert sum(found.by_clinic().values(), Total()) == found.total()
    assert len(found.by_day()) == rules.DAYS
    assert found.total().sms <= found.total().segments <= 2 * found.total().sms
    assert all(one.messages <= 4 for one in found.by_day().values())
