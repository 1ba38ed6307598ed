"""Long polling with an inbox: an update is acknowledged to Telegram only when the database has it.

Each chat's updates run in order, different chats side by side. A stop in the middle leaves updates in the inbox; the next
start finishes them. Without the database nothing is acknowledged, red flags are answered all the same, and people are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
from bot.emergency import FirstAid, spoken_language
from bot.errors import is_outage
from core.i18n import Language, _, localize
from services import Database, dialogue, people

log = structlog.get_logger()
POLL_S = 25
AT_ONCE = 64
HOLD_OUT_S = 1.0
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

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        database: Database,
        clock: Clock,
        helplines: tuple[str, ...] = (),
    ) -> None:
        self._bot, self._dispatcher, self._database, self._clock = bot, dispatcher, database, clock
        self._first_aid = FirstAid(self._language_of, helplines)
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: set[int] = set()  # chats that know of the present outage
        self._helped: set[int] = set()  # emergencies answered without the database; not to be answered again
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
        return True

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
            updates = await self._bot.get_updates(
                offset=self._offset,
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
        for update in updates:
            if update.update_id in fresh:
                self._start(update)
        self._told.clear()
        self._helped.clear()
        return True

    async def _hold_out(self, updates: Sequence[Update]) -> None:
        """No database: answer red flags at once, tell each chat once, and let Telegram keep the rest."""
        for update in updates:
            chat_id = _chat_id(update)
            if chat_id is None or update.update_id in self._helped:
                continue
            try:
                if await self._first_aid.gives(self._bot, chat_id, _words(update)):
                    self._helped.add(update.update_id)
                elif chat_id not in self._told:
                    self._told.add(chat_id)
                    await self._bot.send_message(chat_id, SERVICE_IS_DOWN.html(_language(update)))
            except TelegramAPIError:
                continue
        await asyncio.sleep(HOLD_OUT_S)

    def _start(self, update: Update) -> None:
        task = asyncio.create_task(self._answer(update, helped=update.update_id in self._helped))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, update: Update, *, helped: bool) -> None:
        """An emergency at once; anything else in the chat's order, tried again while the database is away."""
        answering.set(update.update_id)
        if helped or await self._is_helped(update):
            await self._done(update)
            return
        lane = self._lanes.setdefault(_chat_id(update) or 0, asyncio.Lock())
        async with lane, self._at_once:
            if await self._until_there(
                lambda: self._dispatcher.feed_update(self._bot, update), update, once_said=True
            ):
                await self._done(update)

    async def _is_helped(self, update: Update) -> bool:
        """Before the dispatcher, which first asks the database for the dialogue's state."""
        try:
            return await self._first_aid.gives(self._bot, _chat_id(update) or 0, _words(update))
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


def _words(update: Update) -> str:
    return (update.message.text or update.message.caption or "") if update.message else ""


def _language(update: Update) -> Language:
    """The nearest guess without the database: the message's own, else that of the person's Telegram."""
    words, event = _words(update), update.message or update.callback_query
    if words and words[0] != "/":
        return spoken_language(words)
    return localize(event.from_user.language_code if event and event.from_user else None)


def _chat_id(update: Update) -> int | None:
    """The chat an update belongs to."""
    message = update.message or update.edited_message
    if message:
        return message.chat.id
    if update.callback_query:
        return update.callback_query.from_user.id
    return update.my_chat_member.chat.id if update.my_chat_member else None
