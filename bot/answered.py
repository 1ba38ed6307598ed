"""Which updates something was sent for already: a restart must not send it again."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramRetryAfter, TelegramServerError
from aiogram.methods import AnswerCallbackQuery, GetUpdates, SendChatAction
from aiogram.methods.base import Response, TelegramMethod, TelegramType

from services import Database, dialogue

answering: ContextVar[int | None] = ContextVar("answering", default=None)
"""The update this task answers, as long as nothing was sent for it."""


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
