"""A value found in a folded text, before its place in the message as written is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A value at `start`…`end` of the folded text; `possible`: a body can have it."""

    entity: str
    value: str | int | float
    start: int
    end: int
    possible: bool = True
