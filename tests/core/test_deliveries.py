"""The rules between a due moment and a message: hours, consent, expiry, caps, channels, retries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import deliveries as rules
from core.deliveries import Drop, Due, Hours, Recipient, Send, Sent, Wait
from core.i18n import TASHKENT

NOON = datetime(2026, 11, 23, 12, tzinfo=TASHKENT)  # a Monday


def at(hour: int, minute: int = 0, day: int = 23, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=TASHKENT)


BORIS = Recipient(1, "ru", "auto", 77, "+998971234567", Hours(), consented=True, paused=False, deceased=False)
DUE = Due(expires_at=NOON + timedelta(days=7))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(at(8, 59), False), (at(9), True), (at(19, 59), True), (at(20), False), (at(0), False)],
)
def test_decent_hours_are_nine_to_twenty_in_tashkent(moment, is_open):
    assert Hours().is_open(moment) is is_open


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (Hours(), at(12), at(12)),
        (Hours(), at(21), at(9, day=24)),
        (Hours(), at(3), at(9)),
        (Hours(14, 16), at(15), at(16)),
        (Hours(22, 7), at(6, 30), at(7)),
        (Hours(24, 0), at(3), at(3)),
        (Hours(0, 0), at(3), at(3)),
    ],
)
def test_what_is_due_in_quiet_hours_waits_for_their_end(hours, moment, opens):
    assert hours.next_open(moment) == opens


def test_only_appointments_are_spoken_of_on_a_public_holiday():
    new_year = datetime(2027, 1, 1, 12, tzinfo=TASHKENT)
    assert rules.is_holiday(date(2027, 1, 1))
    assert Hours().next_open(new_year) == new_year
    later = Hours().next_open(new_year, workdays=True)
    assert later > new_year
    assert not rules.is_holiday(later.date())
    assert later.hour == 9


@pytest.mark.parametrize(
    ("moment", "event", "sent"),
    [
        (at(7), at(9), at(19, day=22)),  # a visit at nine: the evening before
        (at(7, 30), at(9, 30), at(9)),
        (at(10), at(12), at(10)),
        (at(22), None, at(9, day=24)),
    ],
)
def test_a_message_that_would_miss_its_event_goes_out_in_the_window_before(moment, event, sent):
    assert rules.send_at(moment, Hours(), event, workdays=False) == sent


@pytest.mark.parametrize(
    ("due", "to", "now", "expected"),
    [
        (DUE, BORIS, NOON, Send("telegram", "77")),
        (DUE, replace(BORIS, chat_id=None), NOON, Send("sms", "+998971234567")),
        (DUE, replace(BORIS, choice="sms"), NOON, Send("sms", "+998971234567")),
        (DUE, replace(BORIS, choice="telegram", chat_id=None), NOON, Send("sms", "+998971234567")),
        (DUE, replace(BORIS, chat_id=None, phone=None), NOON, Drop("unreachable")),
        (replace(DUE, way="sms"), BORIS, NOON, Send("sms", "+998971234567")),
        (replace(DUE, way="sms", only=True), replace(BORIS, phone=None), NOON, Drop("unreachable")),
        (replace(DUE, stopped=True), BORIS, NOON, Drop("acted_on")),
        (DUE, replace(BORIS, consented=False), NOON, Drop("no_consent")),
        (DUE, replace(BORIS, paused=True), NOON, Drop("paused")),
        (DUE, replace(BORIS, deceased=True), NOON, Drop("deceased")),
        (DUE, BORIS, at(21), Wait(at(9, day=24), "hours")),
        (replace(DUE, expires_at=at(8, day=24)), BORIS, at(21), Drop("hours")),
        (replace(DUE, expires_at=NOON), BORIS, NOON, Drop("expired")),
        (replace(DUE, expires_at=NOON + timedelta(seconds=1)), BORIS, NOON, Send("telegram", "77")),
    ],
)
def test_every_try_looks_at_everything_again(due, to, now, expected):
    assert rules.decide(due, to, now) == expected


HELD = replace(DUE, held=True)
BARRED = replace(BORIS, barred=True)
VISIT = replace(DUE, capped=False)
IN_AN_HOUR = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("due", "to", "now", "expected"),
    [
        (HELD, BORIS, NOON, Wait(IN_AN_HOUR, "held")),
        (replace(HELD, capped=False), BORIS, NOON, Wait(IN_AN_HOUR, "held")),
        (replace(HELD, expires_at=at(12, 30)), BORIS, NOON, Wait(at(12, 30), "held")),
        (replace(HELD, expires_at=NOON), BORIS, NOON, Drop("expired")),
        (HELD, replace(BORIS, paused=True), NOON, Drop("paused")),
        (replace(HELD, urged=True, any_hour=True), BORIS, NOON, Wait(IN_AN_HOUR, "held")),
        (DUE, BARRED, NOON, Wait(IN_AN_HOUR, "trial")),
        (VISIT, BARRED, NOON, Send("telegram", "77")),
        (replace(DUE, expires_at=at(12, 30)), BARRED, NOON, Wait(at(12, 30), "trial")),
        (DUE, replace(BARRED, consented=False), NOON, Drop("no_consent")),
        (replace(DUE, urged=True), BARRED, NOON, Wait(IN_AN_HOUR, "trial")),
    ],
)
def test_what_staff_hold_back_and_who_is_not_in_the_trial_waits_but_is_never_forgotten(
    due, to, now, expected
):
    assert rules.decide(due, to, now) == expected


URGED = replace(DUE, urged=True)
AT_ONCE = replace(URGED, any_hour=True)
TOLD_OFTEN = replace(BORIS, sent=[Sent(at(hour), "telegram") for hour in (9, 10, 11)])


@pytest.mark.parametrize(
    ("due", "to", "now", "expected"),
    [
        (URGED, TOLD_OFTEN, NOON, Send("telegram", "77")),
        (URGED, BORIS, at(21), Wait(at(9, day=24), "hours")),
        (AT_ONCE, BORIS, at(21), Send("telegram", "77")),
        (AT_ONCE, replace(BORIS, consented=False), NOON, Drop("no_consent")),
        (AT_ONCE, replace(BORIS, paused=True), NOON, Drop("paused")),
        (AT_ONCE, replace(BORIS, deceased=True), NOON, Drop("deceased")),
        (replace(AT_ONCE, expires_at=NOON), BORIS, NOON, Drop("expired")),
        (replace(AT_ONCE, stopped=True), BORIS, NOON, Drop("acted_on")),
    ],
)
def test_what_staff_send_now_passes_the_caps_and_the_night_only_when_they_say_so(due, to, now, expected):
    assert rules.decide(due, to, now) == expected


def test_a_fourth_unasked_message_waits_for_tomorrow_and_an_appointment_does_not():
    to = replace(BORIS, sent=[Sent(at(hour), "telegram") for hour in (9, 10, 11)])
    assert rules.decide(DUE, to, NOON) == Wait(at(0, day=24), "cap")
    assert rules.decide(replace(DUE, capped=False), to, NOON) == Send("telegram", "77")
    assert rules.decide(DUE, replace(to, sent=to.sent[1:]), NOON) == Send("telegram", "77")


def test_a_third_sms_in_seven_days_waits_for_the_first_of_the_last_two_to_be_a_week_old():
    sent = [Sent(at(10, day=17), "sms"), Sent(at(10, day=20), "sms")]
    to = replace(BORIS, chat_id=None, sent=sent)
    expires = replace(DUE, expires_at=NOON + timedelta(days=9))
    assert rules.decide(expires, to, NOON) == Wait(at(10, day=24), "cap")
    assert rules.decide(expires, replace(to, chat_id=77), NOON) == Send("telegram", "77")


@pytest.mark.parametrize(("failed", "minutes"), [(1, 5), (2, 15), (3, 60), (4, 240), (5, None), (0, None)])
def test_retries_wait_five_and_fifteen_minutes_one_and_four_hours(failed, minutes):
    expected = None if minutes is None else NOON + timedelta(minutes=minutes)
    assert rules.retry_at(failed, NOON, NOON + timedelta(days=1), 0.0) == expected


def test_a_retry_that_would_come_after_the_visit_is_not_made():
    assert rules.retry_at(1, NOON, NOON + timedelta(minutes=4), 0.0) is None


@given(failed=st.integers(1, 4), chance=st.floats(0, 1, exclude_max=True))
def test_jitter_only_ever_delays_and_by_at_most_a_fifth(failed, chance):
    plain = rules.RETRY_AFTER[failed - 1]
    found = rules.retry_at(failed, NOON, NOON + timedelta(days=7), chance)
    assert plain <= found - NOON <= plain * 1.2


@given(
    quiet_from=st.integers(0, 24),
    quiet_to=st.integers(0, 24),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(TASHKENT)),  # noqa: DTZ001 – the strategy adds the zone
)
def test_the_next_open_moment_is_open_and_never_earlier(quiet_from, quiet_to, moment):
    hours = Hours(quiet_from, quiet_to)
    found = hours.next_open(moment)
    assert found >= moment
    assert hours.is_open(found)
    assert found - moment <= timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "losses", "setting", "again"),
    [
        ("appointment", 1, "appointments", True),
        ("appointment", 2, "appointments", False),
        ("vaccination", 1, "appointments", False),
        ("vaccination", 1, "always", True),
        ("vaccination", 2, "always", False),
        ("appointment", 1, "never", False),
    ],
)
def test_what_nobody_can_know_is_repeated_once_for_appointments_and_never_for_others(
    kind, losses, setting, again
):
    assert rules.repeat_unknown(kind, losses, setting) is again
