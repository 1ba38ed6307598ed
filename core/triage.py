"""Red flags in what people write: rules on folded text, before any model and without one.

A message becomes tokens, tokens become concepts (`chest`, `pain`, `arm`), concepts near one another make a sign
(core/telling.py). Words, signs and thresholds are content: content/{shared,uz,ru}/red_flags.yml.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core import red_flags
from core.red_flags import FirstAid, Flag, first_aid
from core.telling import Telling

__all__ = ["FirstAid", "RedFlag", "excused", "find", "find_all", "first_aid"]


@dataclass(frozen=True, slots=True)
class RedFlag:
    """An emergency found in a message; `id` is the key of first_aid."""

    id: str
    group: str
    urgency: str


@lru_cache(maxsize=1)
def _signs_by_concept() -> Mapping[str, tuple[tuple[int, int], ...]]:
    """Which signs (flag, sign) may show when a concept of their first need is there."""
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for i, flag in enumerate(red_flags.book().flags):
        for j, sign in enumerate(flag.signs):
            for concept in sign.needs[0]:
                found[concept].append((i, j))
    return {concept: tuple(places) for concept, places in found.items()}


def _shown(text: str) -> Iterator[Flag]:
    """The flags of a message in the order of precedence."""
    if not text.strip():
        return
    message, places, flags = Telling(text), _signs_by_concept(), red_flags.book().flags
    last = -1
    for i, j in sorted({place for concept in message.hits for place in places.get(concept, ())}):
        if i != last and message.shows(flags[i].signs[j]):
            last = i
            yield flags[i]


def find_all(text: str) -> tuple[RedFlag, ...]:
    """Every red flag of a message, the most pressing first."""
    return tuple(map(_flag, _shown(text)))


def find(text: str) -> RedFlag | None:
    """The most pressing red flag of a message in any written form, or None."""
    return next(map(_flag, _shown(text)), None)


def excused(text: str) -> bool:
    """Whether a message without a red flag says itself that it is over, long known, mild, denied or only asked about.

    For a second net that suspects more than `find` finds: its suspicion needs more here than elsewhere.
    """
    return find(text) is None and Telling(text).excused()


def _flag(flag: Flag) -> RedFlag:
    return RedFlag(flag.id, flag.group, flag.urgency)
