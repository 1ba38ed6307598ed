"""The bot watches over itself and the others, and tells staff of alarms: also when it is the worker that died."""

from __future__ import annotations

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from bot.clock import Clock
from bot.polling import POLL_S, Polling
from core.settings import Settings
from monitoring.status import Sign, Status
from monitoring.watch import Watch
from services import Database

log = structlog.get_logger()

LONGEST_POLL_S = POLL_S * 3


def status(database: Database, clock: Clock, polling: Polling) -> Status:
    return Status(database, clock, {"last_poll": Sign(lambda: polling.polled_at, LONGEST_POLL_S)})


def watch(database: Database, bot: Bot, settings: Settings, polling: Polling) -> Watch:
    """Tells the chats of ALARM_CHAT_IDS."""

    async def tell(chat_id: int, text: str) -> bool:
        try:
            await bot.send_message(chat_id, text)
        except (TelegramRetryAfter, TelegramNetworkError, TelegramServerError):
            return False
        except TelegramAPIError as error:
            log.error("alarm_not_told", error=type(error).__name__)  # trying again would not help
        return True

    return Watch(
        database,
        "bot",
        tell=tell,
        chat_ids=settings.alarm_chat_ids,
        details=lambda: {"last_poll_at": polling.polled_at.isoformat()},
    )
