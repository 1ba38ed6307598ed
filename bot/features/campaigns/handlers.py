"""Campaigns: the button under their messages that asks for no more of them."""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.keyboards import Press
from bot.say import Say
from core.i18n import _
from core.people import NotRegistered, Visitor
from services import Database, campaign_refusals

commands = Router(name="campaigns.commands")


@commands.callback_query(F.data.startswith("camp:refuse:"))
async def refuse(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    """A no is accepted at once; reminders of one's own go on."""
    if visitor.citizen is None:
        raise NotRegistered
    value = (press.data or "").rsplit(":", 1)[-1]
    number = int(value) if value.isdigit() and len(value) < 18 else 0
    await campaign_refusals.refuse_from(database, number, visitor.citizen.id, now)
    await say.without_buttons()
    await say(
        _("All right, no more such messages. Reminders of your own go on."),
        [[Press(_("Reminder settings"), "set:reminders")]],
    )
