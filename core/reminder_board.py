"""The reminder board: in which of seven states staff see a due moment, and what of the board they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from core.ports import ChannelKind
from core.reminders import Kind, day_at

State = Literal["due", "held", "sent", "delivered", "failed", "unknown", "left_out"]
STATES: tuple[State, ...] = get_args(State)
BACK = timedelta(days=14)
AHEAD = timedelta(days=2)
"""Without a day the board shows what was due in the last two weeks and what is planned already."""
PAGE = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the board: None means all."""

    state: State = "due"
    kind: Kind | None = None
    channel: ChannelKind | None = None
    clinic_id: int | None = None
    on: date | None = None
    page: int = 1

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """From when until when a moment lies that is shown; a day is Tashkent's."""
        if self.on is None:
            return now - BACK, now + AHEAD
        begin = day_at(self.on).replace(hour=0)
        return begin, begin + timedelta(days=1)
