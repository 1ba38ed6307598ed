"""When a handler cannot: a refusal is said in the person's words, anything else is logged without leaking."""

from __future__ import annotations

from typing import Any

import structlog
from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import ErrorEvent
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.say import Say
from core.errors import Refusal
from core.i18n import _
from core.people import Visitor

log = structlog.get_logger()
router = Router(name="errors")

# Nothing was decided yet: the update stays in the inbox and is tried again (bot/polling.py).
NO_DATABASE = (OperationalError, InterfaceError, ConnectionError, TimeoutError)


def is_outage(error: BaseException) -> bool:
    """Whether the database could not be reached, as against a mistake of ours."""
    return isinstance(error, NO_DATABASE) or (isinstance(error, DBAPIError) and error.connection_invalidated)


@router.errors()
async def said(event: ErrorEvent, say: Say | None = None, visitor: Visitor | None = None) -> Any:
    error = event.exception
    if isinstance(error, Refusal) and say:
        await say.toast()
        return await say(error.text)
    if is_outage(error):
        return UNHANDLED
    if isinstance(error, TelegramForbiddenError):
        log.info("chat_gone")
        return None
    log.error(
        "handler_failed", error=type(error).__name__, update_id=event.update.update_id, where=_where(error)
    )
    if say:
        await say(_("Something went wrong on my side. Please try once more in a minute."))
    return None


def _where(error: BaseException) -> str:
    """File and line of the innermost frame: enough to find it, nothing of what was said."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename.rsplit('/', 3)[-1]}:{frame.tb_lineno}" if frame else "?"
