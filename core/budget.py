"""The budget of messages a second that a bot's answers and any number of workers share.

Two lanes of evenly spaced slots. Reminders take slots of the shared lane, answers whichever lane has the sooner slot: the kept
lane is theirs alone. A slot may be used a little late, and the lanes are spaced for that: each holds at most its own rate in
any second, however the slots are used, so both together at most the whole rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

TOLERANCE_S = 0.02
"""A slot not used by then is lost: nothing that was held up may leave together with what follows."""
AHEAD_S = 0.06
"""Reminders reserve no further ahead: so long does an answer wait at most before it comes first."""
ANSWERS_AHEAD_S = 1.0
HORIZON_S = 3.0
"""A lane is never filled so far: a slot beyond says that the clock was set back."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`rate_per_s` messages in any second for the bot `name`; of these `kept_per_s` for answers alone."""

    name: str
    rate_per_s: int
    kept_per_s: int = 0

    @property
    def shared_gap_s(self) -> float:
        return (1 + TOLERANCE_S) / max(1, self.rate_per_s - self.kept_per_s)

    @property
    def kept_gap_s(self) -> float | None:
        """None where nothing can be kept: a budget of one message a second is shared."""
        kept = min(self.kept_per_s, self.rate_per_s - 1)
        return (1 + TOLERANCE_S) / kept if kept > 0 else None


@dataclass(frozen=True, slots=True)
class Lanes:
    """The next free slot of each lane, and until when nothing may leave; seconds of one clock."""

    shared_s: float = -math.inf
    kept_s: float = -math.inf
    paused_until_s: float = -math.inf


@dataclass(frozen=True, slots=True)
class Granted:
    """Slots in order, by the clock that said `now_s`; `free_s`: where the shared lane is free after them."""

    now_s: float
    slots_s: tuple[float, ...]
    free_s: float
    paused_until_s: float


def reserve(
    lanes: Lanes, budget: Budget, many: int, now_s: float, *, answers: bool = False
) -> tuple[Lanes, Granted]:
    """Up to `many` slots for reminders or for answers, and the lanes without them."""
    ahead_s = ANSWERS_AHEAD_S if answers else AHEAD_S
    start_s = _start(lanes.shared_s, lanes, now_s)
    kept_s, kept_gap_s = _start(lanes.kept_s, lanes, now_s), budget.kept_gap_s
    kept = answers and kept_gap_s is not None and many > 0 and kept_s <= min(start_s, now_s + ahead_s)
    room = math.floor((now_s + ahead_s - start_s) / budget.shared_gap_s) + 1
    shared = max(0, min(many - kept, room))
    free_s = start_s + shared * budget.shared_gap_s
    slots = (kept_s,) * kept + slots_from(start_s, shared, budget.shared_gap_s)
    after = replace(lanes, shared_s=free_s if shared else lanes.shared_s)
    if kept and kept_gap_s is not None:
        after = replace(after, kept_s=kept_s + kept_gap_s)
    return after, Granted(now_s, slots, free_s, lanes.paused_until_s)


def slots_from(start_s: float, many: int, gap_s: float) -> tuple[float, ...]:
    return tuple(start_s + number * gap_s for number in range(many))


def _start(free_s: float, lanes: Lanes, now_s: float) -> float:
    return max(now_s, lanes.paused_until_s, free_s if free_s <= now_s + HORIZON_S else now_s)


@dataclass(slots=True)
class ForeignClock:
    """Another machine's clock as seen from here: our time minus theirs lies between `low_s` and `high_s`.

    Each answer narrows it: theirs was read between our question and what we heard.
    """

    low_s: float = -math.inf
    high_s: float = math.inf
    heard_s: float = 0.0

    @property
    def width_s(self) -> float:
        return self.high_s - self.low_s

    def widened_s(self, now_s: float) -> float:
        """How much two clocks may have run apart since the last answer."""
        return 0.0002 * max(0.0, now_s - self.heard_s)

    def hear(self, asked_s: float, said_s: float, heard_s: float) -> None:
        apart_s = self.widened_s(heard_s)
        low_s, high_s = asked_s - said_s, heard_s - said_s
        self.low_s, self.high_s = max(low_s, self.low_s - apart_s), min(high_s, self.high_s + apart_s)
        if self.low_s > self.high_s:  # one of the two was set
            self.low_s, self.high_s = low_s, high_s
        self.heard_s = heard_s

    def span(self, slot_s: float) -> tuple[float, float]:
        """Between which moments of ours the slot may be used: surely begun, surely not over.

        Where the way to the clock is so long that nothing is sure, a quarter of the tolerance after its likely latest begin.
        """
        begins_s = slot_s + self.high_s
        return begins_s, max(slot_s + self.low_s + TOLERANCE_S, begins_s + TOLERANCE_S / 4)
