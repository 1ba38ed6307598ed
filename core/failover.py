"""When messages move from one SMS provider to another: by errors and by delay, in small steps, as GOV.UK Notify does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STEP = 10
ERRORS = 50
ERRORS_WITHIN_S = 60.0
SLOW_SHARE = 0.15
SLOW_AFTER_S = 300.0
FEWEST_TO_JUDGE = 20
BETWEEN_STEPS_S = 60.0
QUIET_S = 900.0


@dataclass(frozen=True, slots=True)
class Count:
    """What one provider took, and errors that were its own, in some span."""

    taken: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one provider: errors in the last minute, and of its recent messages how many were slow."""

    errors: int = 0
    recent: int = 0
    slow: int = 0

    @property
    def is_bad(self) -> bool:
        is_slow = self.recent >= FEWEST_TO_JUDGE and self.slow >= SLOW_SHARE * self.recent
        return self.errors >= ERRORS or is_slow


def judged(
    weights: Mapping[str, int],
    resting: Mapping[str, int],
    health: Mapping[str, Health],
    since_step_s: float,
    since_bad_s: float,
) -> dict[str, int]:
    """The weights to use from now on; they keep their sum. Unchanged while all are bad, and within a minute of a step."""
    bad = [name for name in weights if health.get(name, Health()).is_bad]
    good = [name for name in weights if name not in bad]
    if since_step_s < BETWEEN_STEPS_S or not good:
        return dict(weights)
    if bad:
        return _moved(weights, bad, good)
    return _towards(weights, resting) if since_bad_s >= QUIET_S else dict(weights)


def _moved(weights: Mapping[str, int], bad: list[str], good: list[str]) -> dict[str, int]:
    found = dict(weights)
    for name in bad:
        step = min(STEP, found[name])
        found[name] -= step
        taker = max(good, key=lambda one: (found[one], one))
        found[taker] += step
    return found


def _towards(weights: Mapping[str, int], resting: Mapping[str, int]) -> dict[str, int]:
    found = dict(weights)
    over = max(found, key=lambda name: found[name] - resting[name])
    under = min(found, key=lambda name: found[name] - resting[name])
    step = min(STEP, found[over] - resting[over], resting[under] - found[under])
    if step > 0:
        found[over] -= step
        found[under] += step
    return found
