"""Whether a difference is more than chance, said honestly."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import effect

COMPARED = [
    ((0, 0, 0, 0), "too_few"),
    ((9, 49, 30, 1000), "too_few"),
    ((4, 500, 5, 500), "too_few"),
    ((50, 500, 55, 500), "chance"),
    ((50, 500, 100, 500), "b"),
    ((100, 500, 50, 500), "a"),
]


@pytest.mark.parametrize(("counts", "verdict"), COMPARED)
def test_two_texts_are_compared(counts, verdict):
    found = effect.difference(*counts)
    assert found.verdict == verdict
    assert effect.in_words(found).render("ru")
    assert effect.in_words(found).render("uz")


def test_newcombes_own_example():
    """56 of 70 against 48 of 80: 0.2, between 0.0524 and 0.3339 (Newcombe 1998, table II (a), method 10)."""
    found = effect.difference(48, 80, 56, 70)
    assert (found.verdict, found.low, found.high) == ("b", 5, 33)


def test_the_words_name_the_better_text_and_how_many_more():
    better = effect.in_words(effect.difference(50, 500, 100, 500)).render("ru")
    assert "Второй текст лучше" in better
    assert "6–14" in better
    assert "Первый текст лучше" in effect.in_words(effect.difference(100, 500, 50, 500)).render("ru")


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_true_share_of_those_seen_lies_in_its_interval(a, b):
    came, told = min(a, b), max(a, b)
    low, high = effect.interval(came, told)
    assert 0 <= low <= high <= 1
    if told:
        assert low - 1e-9 <= came / told <= high + 1e-9


@given(st.tuples(*[st.integers(0, 300)] * 4))
def test_exchanging_the_texts_exchanges_the_verdict(counts):
    came_a, told_a, came_b, told_b = counts
    told_a, told_b = told_a + came_a, told_b + came_b
    there, back = (
        effect.difference(came_a, told_a, came_b, told_b),
        effect.difference(came_b, told_b, came_a, told_a),
    )
    assert {"a": "b", "b": "a"}.get(there.verdict, there.verdict) == back.verdict
    assert (there.low, there.high) == (-back.high, -back.low)


def test_a_share_of_few_is_not_shown():
    assert effect.percent(24, 24) is None
    assert effect.percent(10, 25) == 40


@pytest.mark.parametrize(("since", "until"), [(2, 1), (1, 400)])
def test_a_period_that_makes_no_sense_is_refused(since, until):
    first = date(2026, 1, 1).toordinal()
    with pytest.raises(effect.BadPeriod):
        effect.check_period(date.fromordinal(first + since), date.fromordinal(first + until))
