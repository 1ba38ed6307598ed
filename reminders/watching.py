"""The worker watches over itself and the others, and tells staff of alarms through its own Telegram channel."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from core.ports import Channel, ChannelKind, DeliveryError, OutboundMessage
from core.settings import Settings
from monitoring.status import Sign, Status
from monitoring.watch import Watch
from services import Database

log = structlog.get_logger()

LONGEST_ROUND_S = 300.0
"""So long the worker may be at one handful of messages, with every provider slow, before its health says that it hangs."""


class Watched:
    """What the worker shows of itself: when it last came for what is due, its watch, and its health."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[ChannelKind, Channel],
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._channels, self._clock = channels, clock
        self._came_at = clock()
        self.watch = Watch(
            database,
            "reminders",
            clock=self._now,
            tell=self._tell,
            chat_ids=settings.alarm_chat_ids,
            details=lambda: {"last_tick_at": self._came_at.isoformat()},
        )
        signs = {"last_tick": Sign(lambda: self._came_at, LONGEST_ROUND_S + settings.tick_s)}
        self.status = Status(database, clock, signs, lease_s=settings.lease_s)

    async def _now(self) -> datetime:
        return self._clock()

    def came(self) -> None:
        """The worker comes for what is due."""
        self._came_at = self._clock()

    async def _tell(self, chat_id: int, text: str) -> bool:
        channel = self._channels.get("telegram")
        if channel is None:
            return False
        try:
            await channel.send(OutboundMessage(uuid.uuid4().hex, str(chat_id), text))
        except DeliveryError as error:
            log.error("alarm_not_told", error=str(error))
            return error.permanent or error.unknown  # trying again would not help, or would say it twice
        return True
