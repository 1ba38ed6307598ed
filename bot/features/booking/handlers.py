"""Booking a visit, one's visits, moving and cancelling them.

One message is edited from step to step; the answers stand in the dialogue's data, so a restart loses nothing, and a press
on any other message or step is an old button: it is answered politely with the step where the booking stands.
"""

from __future__ import annotations

from datetime import date, datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import keyboards
from bot.features.booking import views
from bot.features.booking.desk import ORDER, Answers, Desk, begin, desk, show
from bot.features.booking.states import Booking
from bot.features.booking.visits import list_mine
from bot.filters import Means, Menu
from bot.forms import OLD_BUTTON
from bot.say import Say, pressed_message_id
from core import booking as rules
from core.i18n import Text, _, join
from core.intents import Interpretation
from core.people import Visitor
from services import Database, booking, family

commands = Router(name="booking.commands")
steps = Router(name="booking.steps")
intents = Router(name="booking.intents")


@commands.message(Command("book"))
@commands.message(Menu("booking"))
async def start(
    message: Message, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    here = await desk(say, visitor, state, database, now)
    for appointment in await booking.mine(database, here.citizen.id, now):
        await say(*views.card(appointment))
    await begin(here)


@commands.callback_query(F.data.startswith("bk:start"))
async def start_pressed(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    """`bk:start`, or `bk:start:<service>:<person id>:<item>` from a reminder or a card (empty parts are asked)."""
    _bk, _start, *rest = [*(press.data or "").split(":"), "", "", ""][:5]
    service, person_id, item = rest
    answers: Answers = {}
    if service in rules.services():
        answers["svc"] = service
    if person_id.isdigit():
        answers["who"] = int(person_id)
    if item:
        answers["item"] = item
    await begin(await desk(say, visitor, state, database, now), answers)


@steps.callback_query(Booking.choosing, F.data == "bk:no")
async def leave(press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext) -> None:
    await state.clear()
    await say.edit(_("All right, I left it."))


@steps.callback_query(Booking.choosing, F.data == "bk:back")
async def back(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    here, answers = await desk(say, visitor, state, database, now), await state.get_data()
    given = [key for key in ORDER if key in answers]
    if not given or (given == ["who"] and not await family.wards(database, here.citizen.id)):
        await leave(press, say, visitor, state)
        return None
    answers.pop(given[-1])
    return await show(here, answers, edit=True)


@steps.callback_query(Booking.choosing, F.data == "bk:yes")
async def confirm(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    here, answers = await desk(say, visitor, state, database, now), await state.get_data()
    if pressed_message_id(press) != answers.get("message_id") or "slot" not in answers:
        await old_button(press, say, visitor, state, database, now)
        return None
    try:
        appointment = await booking.book(
            database,
            here.citizen.id,
            answers["who"],
            answers["slot"],
            now,
            item=answers.get("item"),
            instead_of=answers.get("move"),
        )
    except (rules.SlotTaken, rules.SlotPassed, rules.OverlapsAnother) as refusal:
        return await offer_nearest(here, answers, refusal.text)
    await say.edit(*views.booked(appointment))
    await state.clear()
    return None


async def offer_nearest(here: Desk, answers: Answers, why: Text) -> None:
    """Somebody was faster: say so and show the nearest free times at once."""
    slots = await booking.nearest(here.database, answers["cl"], answers["svc"], here.now)
    answers.pop("slot", None)
    buttons = [
        [keyboards.Press(views.when(slot.starts_at), f"bk:slot:{slot.id}")] for slot in slots if slot.id
    ]
    message_id = await here.say.edit(why, [*buttons, views.LEAVING])
    await here.state.set_data(answers | {"message_id": message_id})


@steps.callback_query(Booking.choosing, F.data.startswith("bk:"))
async def choose(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    here, answers = await desk(say, visitor, state, database, now), await state.get_data()
    _bk, key, value = [*(press.data or "").split(":", 2), "", ""][:3]
    expected = next((k for k in ORDER if k not in answers), None)
    stale = pressed_message_id(press) != answers.get("message_id") or key not in ORDER
    if stale or key != expected:
        await old_button(press, say, visitor, state, database, now)
        return None
    parsed = await parse(here, answers, key, value)
    if parsed is None:
        await old_button(press, say, visitor, state, database, now)
        return None
    return await show(here, answers | {key: parsed}, edit=True)


async def parse(here: Desk, answers: Answers, key: str, value: str) -> int | str | None:
    """A button's value if it is one of those we could have offered; forged ones are None."""
    if key == "who":
        allowed = {
            here.citizen.id,
            *(ward.id for ward in await family.wards(here.database, here.citizen.id)),
        }
        return int(value) if value.isdigit() and int(value) in allowed else None
    if key == "svc":
        return value if value in rules.services() else None
    if key == "day":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            return None
    number = int(value) if value.isdigit() and len(value) < 18 else 0
    if key == "slot":
        found = await booking.slot(here.database, number)
        return number if found and (found[1].id, found[2]) == (answers["cl"], answers["svc"]) else None
    return number if await booking.clinic(here.database, number) else None


@steps.callback_query(F.data.startswith("bk:"))
async def old_button(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    """Show where the booking stands, or one's visits when nothing is being booked."""
    here = await desk(say, visitor, state, database, now)
    await say.toast(OLD_BUTTON)
    if await state.get_state() == Booking.choosing.state:
        answers = await state.get_data()
        answers.pop("message_id", None)
        return await show(here, answers)
    return await list_mine(here)


# In one's own words


@intents.message(Means("book_appointment"))
async def book_by_words(
    message: Message,
    say: Say,
    visitor: Visitor,
    state: FSMContext,
    database: Database,
    now: datetime,
    interpretation: Interpretation,
) -> None:
    """What the message already says is not asked again."""
    here = await desk(say, visitor, state, database, now)
    answers: Answers = {}
    specialist = interpretation.value("specialist")
    if isinstance(specialist, str) and specialist in rules.services():
        answers["svc"] = specialist
    elif interpretation.value("vaccine"):
        answers["svc"] = "vaccination"
    elif (item := interpretation.value("screening")) and (service := rules.service_for(str(item))):
        answers["svc"], answers["item"] = service.code, str(item)
    await begin(here, answers)


@commands.message(Command("clinics"))
@intents.message(Means("clinic_info"))
async def clinics(message: Message, say: Say, visitor: Visitor, database: Database) -> None:
    citizen = visitor.citizen
    near = await booking.clinics_near(
        database, citizen.region if citizen else None, citizen.district if citizen else None
    )
    if not near:
        await say(_("I do not know a clinic near you yet."))
        return
    await say(
        join("\n\n", *(views.clinic_card(clinic) for clinic in near[:3])),
        [[keyboards.Press(_("Book"), "bk:start")]],
    )
