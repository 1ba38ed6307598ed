"""Long polling with an inbox: an update is acknowledged to Telegram only when the database has it.

Each chat's updates run in order, different chats side by side. A stop in the middle leaves updates in the inbox; the next
start finishes them. Without the database nothing is acknowledged, red flags are answered all the same, and people are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import AnswerCallbackQuery, GetUpdates, SendChatAction
from aiogram.methods.base import Response, TelegramMethod, TelegramType
from aiogram.types import Update

from bot.clock import Clock
from bot.emergency import spoken_language
from bot.errors import is_outage
from core import triage
from core.i18n import _
from services import Database, dialogue

log = structlog.get_logger()
POLL_S = 25
AT_ONCE = 64
SERVICE_IS_DOWN = _("I cannot answer right now. Your message is kept, I will answer a little later.")

answering: ContextVar[int | None] = ContextVar("answering", default=None)


class Remember(BaseRequestMiddleware):
    """After the first thing sent for an update, a restart must not send it again; busy or failing answers are tried again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        response = await self._persist(make_request, bot, method)
        update_id = answering.get()
        if update_id is not None and not isinstance(method, SendChatAction | AnswerCallbackQuery):
            answering.set(None)
            await dialogue.mark(self._database, update_id, "answered")
        return response

    async def _persist(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        for attempt in range(4):
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as busy:
                if attempt == 3 or isinstance(method, GetUpdates):
                    raise
                await asyncio.sleep(busy.retry_after)
            except TelegramServerError:
                if attempt == 3 or isinstance(method, GetUpdates):
                    raise
                await asyncio.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")


class Polling:
    """`run` until cancelled."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, database: Database, clock: Clock) -> None:
        self._bot, self._dispatcher, self._database, self._clock = bot, dispatcher, database, clock
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: set[int] = set()
        self._offset: int | None = None
        self._allowed = dispatcher.resolve_used_update_types()
        bot.session.middleware(Remember(database))

    async def run(self) -> None:
        """Finish what an earlier process left, then fetch and answer until cancelled."""
        await self._wait_for_database()
        for payload in await dialogue.unfinished(self._database):
            self._start(Update.model_validate(payload, context={"bot": self._bot}))
        while True:
            await self.turn(POLL_S)

    async def turn(self, wait_s: int) -> None:
        """Fetch once, waiting up to `wait_s` for something to come, and start answering it."""
        updates = await self._fetch(wait_s)
        if updates and await self._kept(updates):
            self._offset = updates[-1].update_id + 1

    async def finish(self, within_s: float = 10) -> None:
        """Let what is being answered be answered."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_s)

    async def _fetch(self, wait_s: int) -> list[Update]:
        try:
            return await self._bot.get_updates(
                offset=self._offset,
                timeout=wait_s,
                allowed_updates=self._allowed,
                request_timeout=wait_s + 10,
            )
        except TelegramRetryAfter as busy:
            await asyncio.sleep(busy.retry_after)
        except (TelegramNetworkError, TelegramAPIError) as error:
            log.warning("telegram_unreachable", error=type(error).__name__)
            await asyncio.sleep(1)
        return []

    async def _kept(self, updates: Sequence[Update]) -> bool:
        """Put the updates into the inbox and start those that are new; False when the database is not there."""
        payloads = [
            u.model_dump(mode="json", exclude_none=True, exclude_unset=True, by_alias=True) for u in updates
        ]
        try:
            fresh = set(
                await dialogue.receive(
                    self._database, payloads, [_chat_id(u) for u in updates], self._clock()
                )
            )
        except Exception as error:
            if not is_outage(error):
                raise
            log.error("inbox_without_database", waiting=len(updates))
            await self._hold_out(updates)
            return False
        self._told.clear()
        for update in updates:
            if update.update_id in fresh:
                self._start(update)
        return True

    async def _hold_out(self, updates: Sequence[Update]) -> None:
        """No database: answer red flags, tell each chat once, and let Telegram keep the rest."""
        for update in updates:
            chat_id, text = _chat_id(update), update.message.text if update.message else None
            if chat_id is None or update.update_id in self._told:
                continue
            self._told.add(update.update_id)
            language = spoken_language(text or "")
            try:
                if text and triage.find(text):
                    await self._dispatcher.feed_update(self._bot, update)
                else:
                    await self._bot.send_message(chat_id, SERVICE_IS_DOWN.html(language))
            except TelegramAPIError:
                continue
        await asyncio.sleep(2)

    def _start(self, update: Update) -> None:
        task = asyncio.create_task(self._answer(update))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, update: Update) -> None:
        lane = self._lanes.setdefault(_chat_id(update) or 0, asyncio.Lock())
        async with lane, self._at_once:
            answering.set(update.update_id)
            pause = 0.5
            while True:
                try:
                    await self._dispatcher.feed_update(self._bot, update)
                    await dialogue.mark(self._database, update.update_id, "done")
                    return
                except Exception as error:  # noqa: BLE001 – the edge of the process: one update never stops the others
                    if not is_outage(error):
                        log.error("update_failed", error=type(error).__name__, update_id=update.update_id)
                        return
                    log.warning("answer_waits_for_database", update_id=update.update_id)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 10)
                    if answering.get() is None:  # something was sent already: do not say it twice
                        return

    async def _wait_for_database(self) -> None:
        while not await self._database.is_up():
            log.warning("waiting_for_database")
            await asyncio.sleep(1)


def _chat_id(update: Update) -> int | None:
    """The chat an update belongs to."""
    message = update.message or update.edited_message
    if message:
        return message.chat.id
    if update.callback_query:
        return update.callback_query.from_user.id
    return update.my_chat_member.chat.id if update.my_chat_member else None
