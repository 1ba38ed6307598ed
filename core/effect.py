"""Effect: of those reminded how many came, and whether a difference between two texts is more than chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from typing import Literal

from core.errors import Refusal
from core.experiments import Kind
from core.i18n import Text, _

WITHIN = timedelta(days=30)
"""Who comes so long after the message came after it."""
LONGEST = timedelta(days=366)
SURE = 0.95
FEWEST_EACH, FEWEST_CAME = 50, 10
_Z = NormalDist().inv_cdf(0.5 + SURE / 2)

Verdict = Literal["too_few", "chance", "a", "b"]


class BadPeriod(Refusal):
    def __init__(self) -> None:
        super().__init__(_("The first day must not be after the last, and a year is the longest."))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `told` messages of a kind, step and channel, `came` of them followed by a visit, dose or check.

    `item` is the id of a campaign. `young` are younger than 30 days and nobody has come yet: they still may. A line without a
    step is the whole kind, each promise counted once however often it was reminded of.
    """

    kind: str
    item: str | None
    step: str | None
    channel: str | None
    told: int
    came: int
    young: int


@dataclass(frozen=True, slots=True)
class Part:
    """People who read one text of an experiment by Telegram, each once, and `came` of them after any of their messages."""

    told: int = 0
    came: int = 0
    young: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """The two texts of one experiment, from its start on; while it `runs` more may come."""

    experiment_id: int
    title: str
    kind: Kind
    runs: bool
    a: Part
    b: Part


@dataclass(frozen=True, slots=True)
class Difference:
    """How many more of 100 people came after the second text than after the first, with 95 % certainty between these two."""

    verdict: Verdict
    low: int = 0
    high: int = 0


def check_period(since: date, until: date) -> None:
    """Both days included. Raises BadPeriod."""
    if since > until or until - since > LONGEST:
        raise BadPeriod


def interval(came: int, told: int) -> tuple[float, float]:
    """Wilson's score interval of a share, 0–1: with 95 % certainty the true share lies in it."""
    if not told:
        return 0.0, 1.0
    share, z = came / told, _Z
    middle = share + z * z / (2 * told)
    spread = z * math.sqrt(share * (1 - share) / told + z * z / (4 * told * told))
    scale = 1 + z * z / told
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def difference(came_a: int, told_a: int, came_b: int, told_b: int) -> Difference:
    """The second text against the first, by Newcombe's hybrid score interval (his method 10, Statistics in Medicine 1998)."""
    if min(told_a, told_b) < FEWEST_EACH or came_a + came_b < FEWEST_CAME:
        return Difference("too_few")
    share_a, share_b = came_a / told_a, came_b / told_b
    low_a, high_a = interval(came_a, told_a)
    low_b, high_b = interval(came_b, told_b)
    more = share_b - share_a
    low = more - math.hypot(share_b - low_b, high_a - share_a)
    high = more + math.hypot(high_b - share_b, share_a - low_a)
    verdict: Verdict = "b" if low > 0 else "a" if high < 0 else "chance"
    return Difference(verdict, round(100 * low), round(100 * high))


def in_words(found: Difference) -> Text:
    if found.verdict == "too_few":
        return _(
            "Too few to tell which text is better: each needs {each} people, and both together {came} who came or answered.",
            each=FEWEST_EACH,
            came=FEWEST_CAME,
        )
    if found.verdict == "chance":
        return _(
            "The difference may be chance: of 100 people the second text may bring up to {more} more or up to {fewer} fewer.",
            more=max(found.high, 0),
            fewer=max(-found.low, 0),
        )
    least, most = sorted((abs(found.low), abs(found.high)))
    if found.verdict == "b":
        return _(
            "The second text is better: of 100 people it brings {least} to {most} more than the first.",
            least=least,
            most=most,
        )
    return _(
        "The first text is better: of 100 people it brings {least} to {most} more than the second.",
        least=least,
        most=most,
    )


def percent(came: int, told: int) -> int | None:
    """None where a share of so few would say nothing."""
    return round(100 * came / told) if told >= FEWEST_EACH // 2 else None
