"""Halves: people divided in two, the same way each time they are looked at, for two texts against each other."""

from __future__ import annotations

import hashlib
from typing import Literal

Variant = Literal["a", "b"]
VARIANTS: tuple[Variant, ...] = ("a", "b")


def half(name: str, person_id: int) -> Variant:
    """Which half a person belongs to: always the same one under the same `name`, by chance under another."""
    digest = hashlib.md5(f"{name}:{person_id}".encode(), usedforsecurity=False).digest()
    return VARIANTS[digest[0] & 1]
