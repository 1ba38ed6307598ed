"""People in two halves: the same one always, about as many in each, and by chance under another name."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.halves import half

NAMES = st.text(max_size=20)


@settings(deadline=None)
@given(NAMES, st.integers(0, 2**62))
def test_a_person_is_always_in_the_same_half(name, person):
    assert half(name, person) == half(name, person) in ("a", "b")


@settings(deadline=None)
@given(NAMES, st.integers(0, 2**40))
def test_each_half_has_about_as_many(name, first):
    """Of 1,000 people 380 are fewer than chance leaves in one half once in 10¹³ names."""
    chosen = [half(name, person) for person in range(first, first + 1000)]
    assert 380 <= chosen.count("a") <= 620


@settings(deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_halves_of_two_names_have_nothing_to_do_with_each_other(names):
    one, other = names
    same = sum(half(one, person) == half(other, person) for person in range(1000))
    assert 380 <= same <= 620
