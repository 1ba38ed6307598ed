"""Approval by a second person: what is written goes a known way, and nobody approves their own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.errors import Refusal

Action = TypeVar("Action", bound=str)
State = TypeVar("State", bound=str)


@dataclass(frozen=True, slots=True)
class Way(Generic[Action, State]):
    """Which states each action leads from, and to which; and what refuses anything else."""

    before: Mapping[Action, tuple[State, ...]]
    after: Mapping[Action, State]
    not_now: Callable[[], Refusal]
    own_words: Callable[[], Refusal]

    def check(self, action: Action, state: State, *, writer: bool = False) -> State:
        """The state it leads to. `writer`: whoever acts wrote some of it. Raises what `not_now` and `own_words` make."""
        if state not in self.before[action]:
            raise self.not_now()
        if action == "approve" and writer:
            raise self.own_words()
        return self.after[action]
