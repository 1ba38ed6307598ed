"""One's visits: the list, cancelling and moving."""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import keyboards
from bot.features.booking import views
from bot.features.booking.desk import Answers, Desk, begin, desk
from bot.filters import Means
from bot.say import Say
from core import booking as rules
from core.i18n import _
from core.people import Visitor
from services import Database, booking

commands = Router(name="visits.commands")
steps = Router(name="visits.steps")
intents = Router(name="visits.intents")


@commands.message(Command("visits"))
@intents.message(Means("my_appointments"))
async def mine(
    message: Message, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    await list_mine(await desk(say, visitor, state, database, now))


@intents.message(Means("cancel_appointment", "reschedule_appointment"))
async def change_mine(
    message: Message, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    await list_mine(await desk(say, visitor, state, database, now))


async def list_mine(here: Desk) -> None:
    appointments = await booking.mine(here.database, here.citizen.id, here.now)
    if not appointments:
        await here.say(*views.none_booked())
    for appointment in appointments:
        await here.say(*views.card(appointment))


@steps.callback_query(F.data.startswith("ap:cancel:"))
async def ask_cancel(press: CallbackQuery, say: Say) -> None:
    appointment_id = _id(press, "ap:cancel:")
    await say(_("Cancel this visit?"), views.ask_cancel(appointment_id))


@steps.callback_query(F.data == "ap:keep")
async def keep(press: CallbackQuery, say: Say) -> None:
    await say.edit(_("Good, the visit stays."))


@steps.callback_query(F.data.startswith("ap:yes:"))
async def cancel(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    here = await desk(say, visitor, state, database, now)
    try:
        appointment = await booking.cancel(database, here.citizen.id, _id(press, "ap:yes:"), now)
    except rules.NotYours as refusal:
        await say.edit(refusal.text)
        return await list_mine(here)
    await say.edit(
        _("The visit on {when} is cancelled.", when=views.when(appointment.starts_at)),
        [[keyboards.Press(_("Book another"), "bk:start")]],
    )
    return None


@steps.callback_query(F.data.startswith("ap:move:"))
async def move(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    here = await desk(say, visitor, state, database, now)
    wanted = _id(press, "ap:move:")
    there = next((a for a in await booking.mine(database, here.citizen.id, now) if a.id == wanted), None)
    if there is None:
        await say(rules.NotYours().text)
        return await list_mine(here)
    answers: Answers = {"who": there.person_id, "svc": there.service, "cl": there.clinic.id, "move": there.id}
    return await begin(here, answers)


def _id(press: CallbackQuery, prefix: str) -> int:
    """The number after the prefix; 0, which nobody owns, when it is forged."""
    value = (press.data or "").removeprefix(prefix)
    return int(value) if value.isdigit() and len(value) < 18 else 0
