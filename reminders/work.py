"""What the jobs of one worker share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError

from core.deliveries import Hours
from core.ports import Channel, ChannelKind
from core.settings import Settings
from reminders.watching import Watched
from services import Database

DATABASE_DOWN = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, OSError)


@dataclass
class Work:
    """`clock` is the only source of now; `stopping` is set when the process has to end."""

    database: Database
    channels: Mapping[ChannelKind, Channel]
    settings: Settings
    clock: Callable[[], datetime]
    worker: str
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    watched: Watched = field(init=False)

    def __post_init__(self) -> None:
        self.watched = Watched(self.database, self.channels, self.settings, self.clock)

    @property
    def hours(self) -> Hours:
        return Hours(self.settings.quiet_from_hour, self.settings.quiet_to_hour)
