"""The budget's law: no second holds more than the rate, however reminders and answers reserve and however late they leave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import budget as rules
from core.budget import Budget, ForeignClock, Lanes

STEPS = st.lists(
    st.tuples(st.floats(0, 0.4), st.integers(0, 40), st.booleans()),
    min_size=1,
    max_size=120,
)


def reserved(budget: Budget, steps) -> list[tuple[float, bool]]:
    lanes, now_s, found = Lanes(), 1000.0, []
    for wait_s, many, answers in steps:
        now_s += wait_s
        lanes, granted = rules.reserve(lanes, budget, many, now_s, answers=answers)
        assert len(granted.slots_s) <= many
        assert all(slot >= now_s for slot in granted.slots_s)
        found += [(slot, answers) for slot in granted.slots_s]
    return found


def most_in_a_second(moments: list[float]) -> int:
    moments = sorted(moments)
    return max((sum(start <= at < start + 1.0 for at in moments) for start in moments), default=0)


@given(STEPS, st.integers(1, 40), st.integers(0, 10), st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_no_second_ever_holds_more_than_the_rate(steps, rate, kept, lateness):
    slots = [slot for slot, _answers in reserved(Budget("x", rate, kept), steps)]
    left = [slot + lateness[n % len(lateness)] * rules.TOLERANCE_S for n, slot in enumerate(slots)]
    assert most_in_a_second(left) <= rate


@given(STEPS, st.integers(2, 40))
def test_reminders_never_take_what_is_kept_for_answers(steps, rate):
    kept = min(3, rate - 1)
    slots = [slot for slot, answers in reserved(Budget("x", rate, kept), steps) if not answers]
    assert most_in_a_second(slots) <= rate - kept


def test_however_many_reminders_wait_the_first_answer_leaves_at_once_and_the_next_soon():
    budget, lanes = Budget("x", 30, 1), Lanes()
    for _ in range(3):
        lanes, _granted = rules.reserve(lanes, budget, 1500, 50.0)
    _lanes, answers = rules.reserve(lanes, budget, 3, 50.0, answers=True)
    assert answers.slots_s[0] == 50.0
    assert max(answers.slots_s) <= 50.0 + rules.AHEAD_S + 2 * budget.shared_gap_s


def test_many_answers_keep_reminders_waiting():
    budget = Budget("x", 30, 1)
    lanes, _granted = rules.reserve(Lanes(), budget, 100, 50.0, answers=True)
    _lanes, reminders = rules.reserve(lanes, budget, 5, 50.0)
    assert reminders.slots_s == ()
    assert reminders.free_s > 50.0 + rules.AHEAD_S


@pytest.mark.parametrize("answers", [False, True])
def test_in_a_pause_nothing_is_granted_that_would_leave_before_its_end(answers):
    lanes = Lanes(paused_until_s=80.0)
    _lanes, granted = rules.reserve(lanes, Budget("x", 30, 1), 5, 50.0, answers=answers)
    assert (granted.slots_s, granted.paused_until_s) == ((), 80.0)
    _lanes, granted = rules.reserve(lanes, Budget("x", 30, 1), 5, 79.95, answers=answers)
    assert min(granted.slots_s) >= 80.0


def test_a_clock_set_back_stops_nobody():
    budget = Budget("x", 30, 1)
    lanes, _granted = rules.reserve(Lanes(), budget, 3, 5000.0)
    _lanes, granted = rules.reserve(lanes, budget, 3, 1400.0)
    assert granted.slots_s[0] == 1400.0


def test_a_worker_alone_may_send_twenty_eight_a_second_of_thirty():
    assert 1 / Budget("x", 30, 1).shared_gap_s > 28.4


@given(st.floats(-1e6, 1e6), st.lists(st.tuples(st.floats(0, 0.05), st.floats(0, 0.05)), min_size=1))
def test_a_foreign_clock_is_never_thought_elsewhere_than_it_is(offset, ways):
    clock, at = ForeignClock(), 100.0
    for there, back in ways:
        clock.hear(at, at + there - offset, at + there + back)
        at += 1.0
    begins, ends = clock.span(500.0 - offset)
    assert begins >= 500.0 - 1e-6
    assert ends <= max(500.0 + rules.TOLERANCE_S, begins + rules.TOLERANCE_S / 4) + 1e-6


def test_a_foreign_clock_that_was_set_is_believed_again():
    clock = ForeignClock()
    clock.hear(10.0, 5.0, 10.001)
    clock.hear(11.0, 50.0, 11.001)
    assert clock.span(60.0)[0] == pytest.approx(21.001)
