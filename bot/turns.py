"""The bot's answers take their turn in the budget they share with the reminders: first, and never waiting for the database."""

from __future__ import annotations

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import GetUpdates, SendChatAction
from aiogram.methods.base import Response, TelegramMethod, TelegramType

from core.turns import Turns

MESSAGES = ("send", "copy", "forward")


class InTurn(BaseRequestMiddleware):
    """Only messages need a turn; a «too many requests» holds up everything the bot sends, in every process."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        if method.__api_method__.startswith(MESSAGES) and not isinstance(method, SendChatAction):
            await self._turns.turn()
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as busy:
            if not isinstance(method, GetUpdates):
                await self._turns.pause(busy.retry_after)
            raise
