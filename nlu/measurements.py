"""Readings in a message: blood pressure, glucose, weight, pulse, steps, temperature; patterns match folded text."""

from __future__ import annotations

from collections.abc import Iterator

from nlu import blood_pressure, glucose, vital_signs, weight
from nlu.found import Found

_RULES = (
    blood_pressure.find,
    glucose.find,
    weight.find,
    vital_signs.pulse,
    vital_signs.steps,
    vital_signs.temperature,
)


def find(text: str) -> Iterator[Found]:
    """All readings of a folded text; they may overlap."""
    for rule in _RULES:
        yield from rule(text)
