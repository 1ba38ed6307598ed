"""Long polling with an inbox: an update is acknowledged to Telegram only when the database has it.

Each chat's updates run in order, different chats side by side. A stop in the middle leaves updates in the inbox; the next
start finishes them. What happens while the database is away stands in bot/outage.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter
from aiogram.types import Update

from bot.answered import Remember, answering
from bot.clock import Clock
from bot.emergency import FirstAid
from bot.errors import is_outage
from bot.outage import Outage
from bot.spool import Spool
from bot.updates import MOST_AT_ONCE, chat_of, payload_of, words_of
from core.i18n import Language
from services import Database, dialogue, people

log = structlog.get_logger()
POLL_S = 25
AT_ONCE = 64


class Polling:
    """`run` until cancelled."""

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        database: Database,
        clock: Clock,
        spool: Spool,
        helplines: tuple[str, ...] = (),
    ) -> None:
        self._bot, self._dispatcher, self._database, self._clock = bot, dispatcher, database, clock
        self._spool = spool
        self._first_aid = FirstAid(self._language_of, helplines)
        self._outage = Outage(bot, spool, self._first_aid)
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: set[int] = set()  # updates being answered
        self._offset: int | None = None
        self._allowed = dispatcher.resolve_used_update_types()
        self.polled_at = clock()
        bot.session.middleware(Remember(database))

    async def run(self) -> None:
        """Finish what an earlier process left, then fetch and answer until cancelled."""
        while not await self._left_over_started():
            updates = await self._fetch(0)
            await self._hold_out(updates)
        while True:
            await self.turn(POLL_S)

    async def _left_over_started(self) -> bool:
        """Start what a stopped process left unanswered; False when the database is not there."""
        try:
            left = await dialogue.unfinished(self._database)
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("waiting_for_database")
            return False
        for payload in left:
            self._start(Update.model_validate(payload, context={"bot": self._bot}))
        return await self._kept([])

    async def turn(self, wait_s: int) -> None:
        """Fetch once, waiting up to `wait_s` for something to come, and start answering it."""
        updates = await self._fetch(min(wait_s, 1) if self._spool.waits else wait_s)
        if (updates or self._spool.waits) and await self._kept(updates) and updates:
            self._offset = updates[-1].update_id + 1

    async def finish(self, within_s: float = 10) -> None:
        """Let what is being answered be answered."""
        tasks = self._tasks | self._outage.tasks
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    async def _fetch(self, wait_s: int) -> list[Update]:
        try:
            updates = await self._bot.get_updates(
                offset=self._offset,
                limit=MOST_AT_ONCE,
                timeout=wait_s,
                allowed_updates=self._allowed,
                request_timeout=wait_s + 10,
            )
            self.polled_at = self._clock()
            return updates
        except TelegramRetryAfter as busy:
            await asyncio.sleep(busy.retry_after)
        except (TelegramNetworkError, TelegramAPIError) as error:
            log.warning("telegram_unreachable", error=type(error).__name__)
            await asyncio.sleep(1)
        return []

    async def _kept(self, updates: Sequence[Update]) -> bool:
        """Put the updates into the inbox and start those not yet answered; False when the database is not there."""
        try:
            await self._replay()
            await self._put([payload_of(u) for u in updates], self._outage.helped)
        except Exception as error:
            if not is_outage(error):
                raise
            log.error("inbox_without_database", waiting=len(updates))
            await self._hold_out(updates)
            return False
        self._outage.over(updates)
        return True

    async def _replay(self) -> None:
        """What the file kept comes first. A kill on the way repeats it; the inbox keeps each update once."""
        if not self._spool.waits:
            return
        for batch in self._spool.batches():
            helped = {kept.payload["update_id"] for kept in batch if kept.helped}
            await self._put([kept.payload for kept in batch], helped)
        self._spool.clear()
        log.info("spool_replayed")

    async def _put(self, payloads: Sequence[dict[str, Any]], helped: Collection[int]) -> None:
        updates = [Update.model_validate(payload, context={"bot": self._bot}) for payload in payloads]
        chats = [chat_of(u) for u in updates]
        mine = {u.update_id for u in updates}.intersection(helped)
        new = set(await dialogue.receive(self._database, payloads, chats, self._clock(), done=mine))
        for update in updates:
            if update.update_id in new - self._running:
                self._start(update)

    async def _hold_out(self, updates: Sequence[Update]) -> None:
        if await self._outage.hold_out(updates):
            self._offset = updates[-1].update_id + 1

    def _start(self, update: Update) -> None:
        self._running.add(update.update_id)
        task = asyncio.create_task(self._answer(update))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _task: self._running.discard(update.update_id))

    async def _answer(self, update: Update) -> None:
        """An emergency at once; anything else in the chat's order, tried again while the database is away."""
        answering.set(update.update_id)
        if await self._is_helped(update):
            await self._done(update)
            return
        lane = self._lanes.setdefault(chat_of(update) or 0, asyncio.Lock())
        async with lane, self._at_once:
            if await self._until_there(
                lambda: self._dispatcher.feed_update(self._bot, update), update, once_said=True
            ):
                await self._done(update)

    async def _is_helped(self, update: Update) -> bool:
        """Before the dispatcher, which first asks the database for the dialogue's state."""
        try:
            return await self._first_aid.gives(self._bot, chat_of(update) or 0, words_of(update))
        except Exception as error:  # noqa: BLE001 – then the dispatcher tries
            if is_outage(error) and answering.get() is None:
                return True
            log.error("first_aid_failed", error=type(error).__name__)
            return False

    async def _done(self, update: Update) -> None:
        await self._until_there(lambda: dialogue.mark(self._database, update.update_id, "done"), update)

    async def _language_of(self, chat_id: int) -> Language | None:
        return (await people.visit(self._database, chat_id, self._clock())).language

    async def _until_there(
        self, work: Callable[[], Awaitable[object]], update: Update, *, once_said: bool = False
    ) -> bool:
        """Do it, again and again while the database is away; with `once_said` not after something was sent. False: it failed."""
        pause = 0.5
        while True:
            try:
                await work()
                return True
            except Exception as error:  # noqa: BLE001 – the edge of the process: one update never stops the others
                if not is_outage(error):
                    log.error("update_failed", error=type(error).__name__, update_id=update.update_id)
                    return False
                log.warning("answer_waits_for_database", update_id=update.update_id)
                if once_said and answering.get() is None:
                    return True
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10)
