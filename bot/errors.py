"""When a handler cannot: a refusal is said in the person's words, anything else is logged without leaking."""

from __future__ import annotations

import structlog
from aiogram.exceptions import TelegramForbiddenError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.keyboards import MENU, Press
from bot.say import Say
from core.errors import Refusal
from core.i18n import _
from core.people import NotRegistered

log = structlog.get_logger()

# Nothing was decided yet: the update stays in the inbox and is tried again (bot/polling.py).
NO_DATABASE = (OperationalError, InterfaceError, ConnectionError, TimeoutError)


def is_outage(error: BaseException) -> bool:
    """Whether the database could not be reached, as against a mistake of ours."""
    return isinstance(error, NO_DATABASE) or (isinstance(error, DBAPIError) and error.connection_invalidated)


async def said(error: Exception, say: Say) -> None:
    """Tell the person; raises an outage again, so that the update is tried later."""
    if isinstance(error, NotRegistered):
        await say(error.text, [[Press(MENU["register"], "start:register")]])
    elif isinstance(error, Refusal):
        await say(error.text)
    elif isinstance(error, TelegramForbiddenError):
        log.info("chat_gone")
    elif is_outage(error):
        raise error
    else:
        log.error("handler_failed", error=type(error).__name__, where=_where(error))
        await say(_("Something went wrong on my side. Please try once more in a minute."))


def _where(error: BaseException) -> str:
    """File and line of the innermost frame: enough to find it, nothing of what was said."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename.rsplit('/', 3)[-1]}:{frame.tb_lineno}" if frame else "?"
