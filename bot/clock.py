"""The only place where the bot reads the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def clock() -> datetime:
    """Aware, UTC."""
    return datetime.now(UTC)
