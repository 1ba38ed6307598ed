"""When messages move between SMS providers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import failover as rules
from core.failover import Health

EVEN = {"eskiz": 50, "playmobile": 50}
BAD, GOOD = Health(errors=50), Health()
LONG = float("inf")


@pytest.mark.parametrize(
    ("health", "bad"),
    [
        (Health(errors=49), False),
        (Health(errors=50), True),
        (Health(recent=100, slow=14), False),
        (Health(recent=100, slow=15), True),
        (Health(recent=19, slow=19), False),
    ],
)
def test_fifty_errors_in_a_minute_or_fifteen_percent_slow_are_bad(health, bad):
    assert health.is_bad is bad


@pytest.mark.parametrize(
    ("weights", "health", "since_step_s", "since_bad_s", "expected"),
    [
        (EVEN, {"eskiz": BAD}, LONG, 0, {"eskiz": 40, "playmobile": 60}),
        (EVEN, {"eskiz": BAD}, 59, 0, EVEN),
        (EVEN, {"eskiz": BAD, "playmobile": BAD}, LONG, 0, EVEN),
        ({"eskiz": 0, "playmobile": 100}, {"eskiz": BAD}, LONG, 0, {"eskiz": 0, "playmobile": 100}),
        ({"eskiz": 5, "playmobile": 95}, {"eskiz": BAD}, LONG, 0, {"eskiz": 0, "playmobile": 100}),
        ({"eskiz": 20, "playmobile": 80}, {}, LONG, 899, {"eskiz": 20, "playmobile": 80}),
        ({"eskiz": 20, "playmobile": 80}, {}, LONG, 900, {"eskiz": 30, "playmobile": 70}),
        ({"eskiz": 45, "playmobile": 55}, {}, LONG, 900, EVEN),
        (EVEN, {}, LONG, LONG, EVEN),
    ],
)
def test_weight_moves_in_steps_and_comes_back_after_a_quiet_quarter_of_an_hour(
    weights, health, since_step_s, since_bad_s, expected
):
    assert rules.judged(weights, EVEN, health, since_step_s, since_bad_s) == expected


@given(
    weights=st.lists(st.integers(0, 100), min_size=2, max_size=4),
    bad=st.lists(st.booleans(), min_size=4, max_size=4),
    since_bad_s=st.floats(0, 2000),
)
def test_weights_keep_their_sum_and_are_never_negative(weights, bad, since_bad_s):
    named = {f"p{n}": weight for n, weight in enumerate(weights)}
    resting = {name: sum(weights) // len(weights) for name in named}
    resting["p0"] += sum(weights) - sum(resting.values())
    health = {f"p{n}": BAD if bad[n] else GOOD for n in range(len(weights))}
    found = rules.judged(named, resting, health, LONG, since_bad_s)
    assert sum(found.values()) == sum(weights)
    assert min(found.values()) >= 0
