"""The watch that each process keeps: it beats, looks whether all is well, raises alarms and has them told."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from core import alarms as rules
from core.alarms import Process
from services import Database, alarms, monitoring

log = structlog.get_logger()

EVERY_S = 30.0

Tell = Callable[[int, str], Awaitable[bool]]
"""Sends Telegram HTML to a chat; False when trying again later may help."""


class Watch:
    """One process's. Whoever sees trouble first raises the alarm; the database sees to it that it is raised and told once.

    `clock` is the database's, if none is given: heartbeats of several machines are compared.
    """

    def __init__(
        self,
        database: Database,
        process: Process,
        *,
        clock: Callable[[], Awaitable[datetime]] | None = None,
        tell: Tell | None = None,
        chat_ids: Sequence[int] = (),
        details: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self._database, self._process, self._clock = database, process, clock or database.now
        self._tell, self._chat_ids, self._details = tell, tuple(chat_ids), details
        self._since: datetime | None = None
        self._last: datetime | None = None
        self.instance = f"{socket.gethostname()}:{os.getpid()}"

    async def round(self) -> None:
        """Once. After a gap in its own watching it knows of no silence: perhaps it was asleep itself."""
        now = await self._clock()
        if self._since is None or self._last is None or now - self._last > rules.SILENT_AFTER:
            self._since = now
        self._last = now
        await alarms.beat(self._database, self._process, self.instance, now, self._details())
        state = await monitoring.state(self._database, now)
        for kind in await alarms.settle(self._database, rules.found(state, self._since, now), now):
            log.error("alarm", kind=kind)
        if self._tell is not None and self._chat_ids:
            await self._tell_all(self._tell, now)

    async def _tell_all(self, tell: Tell, now: datetime) -> None:
        for alarm in await alarms.to_tell(self._database, now):
            text = rules.sentence(alarm.kind, alarm.details)
            both = f"⚠️ Salomat\n\n{text.html('uz')}\n\n{text.html('ru')}"
            told = [await tell(chat_id, both) for chat_id in self._chat_ids]
            if not any(told):
                await alarms.not_told(self._database, [alarm.id])

    async def run(self) -> None:
        """Until cancelled; a round that fails is told of, and the next one comes."""
        while True:
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001 – a watch that ends because of what it watches is none
                log.warning("watch_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)
