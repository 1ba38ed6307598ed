"""While the database is away: emergencies are answered all the same, people are told, and nothing they wrote is lost.

Nothing is acknowledged to Telegram but what stands in a file of our own (bot/spool.py), and so much only that it hands out the
next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import Update

from bot.emergency import FirstAid
from bot.spool import Spool
from bot.updates import MOST_AT_ONCE, chat_of, language_of, payload_of, words_of
from core.i18n import _
from core.turns import NoTurn

log = structlog.get_logger()
HOLD_OUT_S = 1.0
SERVICE_IS_DOWN = _("I cannot answer right now. Your message is kept, I will answer a little later.")


class Outage:
    """`helped`: emergencies answered without the database, not to be answered again; `tasks` run beside the rest."""

    def __init__(self, bot: Bot, spool: Spool, first_aid: FirstAid) -> None:
        self._bot, self._spool, self._first_aid = bot, spool, first_aid
        self._told: set[int] = set()  # chats that know of the present outage
        self.helped: set[int] = set()
        self._telling: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    async def hold_out(self, updates: Sequence[Update]) -> bool:
        """Red flags are answered at once, each chat is told once; whether the updates stand in the file, so that more can come.

        Telegram keeps them as long as it shows all there are.
        """
        fresh = [u for u in updates if u.update_id not in self.helped | self._spool.ids]
        settled = all(await asyncio.gather(*(self._help(update) for update in fresh)))
        self._tell([u for u in fresh if u.update_id not in self.helped])
        if len(updates) < MOST_AT_ONCE or not settled or not await self._spooled(updates):
            await asyncio.sleep(HOLD_OUT_S)
            return False
        self.helped.difference_update(u.update_id for u in updates)
        return True

    def over(self, updates: Sequence[Update]) -> None:
        """The database has these."""
        self._told.clear()
        self.helped.difference_update(u.update_id for u in updates)

    async def _spooled(self, updates: Sequence[Update]) -> bool:
        payloads = [payload_of(u) for u in updates if u.update_id not in self._spool.ids]
        return await asyncio.to_thread(self._spool.add, payloads, frozenset(self.helped))

    async def _help(self, update: Update) -> bool:
        """Answer a red flag; False when it has to be tried again."""
        chat = chat_of(update)
        try:
            if chat is not None and await self._first_aid.gives(self._bot, chat, words_of(update)):
                self.helped.add(update.update_id)
        except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter, NoTurn) as error:
            log.error("first_aid_waits", error=type(error).__name__)
            return False
        except TelegramAPIError as error:
            log.error("first_aid_failed", error=type(error).__name__)
        return True

    def _tell(self, updates: Sequence[Update]) -> None:
        """That their message is kept: one chat after another and beside the rest, so that no emergency stands behind them."""
        chats = {chat: u for u in updates if (chat := chat_of(u)) is not None and chat not in self._told}
        self._told.update(chats)
        before = self._telling

        async def tell() -> None:
            if before is not None:
                await asyncio.wait([before])
            for chat_id, update in chats.items():
                try:
                    await self._bot.send_message(chat_id, SERVICE_IS_DOWN.html(language_of(update)))
                except (TelegramAPIError, NoTurn):
                    continue

        if chats:
            self._telling = asyncio.create_task(tell())
            self.tasks.add(self._telling)
            self._telling.add_done_callback(self.tasks.discard)
