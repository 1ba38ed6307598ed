"""aiogram's dialogue state, kept (encrypted) in the database: a restart in the middle of a booking loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from bot.clock import Clock
from services import Database, dialogue


class DatabaseStorage(BaseStorage):
    """One row a chat and person."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    @staticmethod
    def _key(key: StorageKey) -> str:
        return f"{key.bot_id}:{key.chat_id}:{key.user_id}:{key.destiny}"

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        await dialogue.save(self._database, self._key(key), self._clock(), state=name)

    async def get_state(self, key: StorageKey) -> str | None:
        return (await dialogue.load(self._database, self._key(key)))[0]

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await dialogue.save(self._database, self._key(key), self._clock(), data=dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return (await dialogue.load(self._database, self._key(key)))[1]

    async def close(self) -> None:
        """The database outlives the storage."""
