"""Booking a visit, one's visits, moving and cancelling them.

One message is edited from step to step; the answers stand in the dialogue's data, so a restart loses nothing, and a press
on any other message or step is an old button: it is answered politely with the step where the booking stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import keyboards
from bot.features.booking import views
from bot.features.booking.states import Booking
from bot.filters import Means, Menu
from bot.forms import OLD_BUTTON
from bot.keyboards import Rows
from bot.say import Say, pressed_message_id
from core import booking as rules
from core.i18n import Text, _, join
from core.intents import Interpretation
from core.people import Citizen, Visitor
from services import Database, booking, people

commands = Router(name="booking.commands")
steps = Router(name="booking.steps")
intents = Router(name="booking.intents")

ORDER = ("who", "svc", "cl", "day", "slot")
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """What every step needs."""

    say: Say
    citizen: Citizen
    state: FSMContext
    database: Database
    now: datetime


async def desk(say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime) -> Desk:
    """Raises NotRegistered for those we do not know."""
    if visitor.citizen is None:
        raise people.NotRegistered
    return Desk(say, visitor.citizen, state, database, now)


async def begin(desk: Desk, answers: Answers | None = None) -> None:
    """Start at the first step not yet answered; for a person without family the first is the service."""
    answers = dict(answers or {})
    if "who" not in answers and not await people.family(desk.database, desk.citizen.id):
        answers["who"] = desk.citizen.id
    await desk.state.set_state(Booking.choosing)
    await show(desk, answers)


async def show(desk: Desk, answers: Answers, *, edit: bool = False) -> None:
    """Show the first unanswered step and remember which message shows it."""
    text, rows = await step(desk, answers)
    message_id = await desk.say.edit(text, rows) if edit else (await desk.say(text, rows)).message_id
    await desk.state.set_data(answers | {"message_id": message_id})


async def step(desk: Desk, answers: Answers) -> tuple[Text, Rows]:
    family = await people.family(desk.database, desk.citizen.id)
    if "who" not in answers:
        return views.ask_who(desk.citizen, family)
    person = next((p for p in (desk.citizen, *family) if p.id == answers["who"]), desk.citizen)
    if "svc" not in answers:
        return views.ask_service(rules.offered_to(person.birth_date, person.sex, rules.day_of(desk.now)))
    if "cl" not in answers:
        clinics = await booking.clinics(
            desk.database, answers["svc"], desk.citizen.region, desk.citizen.district, desk.now
        )
        return views.ask_clinic(clinics, desk.citizen.district) if clinics else views.no_clinics()
    clinic = await booking.clinic(desk.database, answers["cl"])
    if clinic is None:
        return views.no_clinics()
    if "day" not in answers:
        return views.ask_day(clinic, await booking.days(desk.database, clinic.id, answers["svc"], desk.now))
    if "slot" not in answers:
        day = date.fromisoformat(answers["day"])
        return views.ask_time(
            day, await booking.times(desk.database, clinic.id, answers["svc"], day, desk.now)
        )
    found = await booking.slot(desk.database, answers["slot"])
    if found is None:
        return views.no_clinics()
    return views.confirm(person.name, answers["svc"], clinic, found[0], "move" in answers)


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
    if not given or (given == ["who"] and not await people.family(database, here.citizen.id)):
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
    await state.clear()
    await say.edit(*views.booked(appointment))
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
            *(ward.id for ward in await people.family(here.database, here.citizen.id)),
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


# One's visits


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


def _id(press: CallbackQuery, prefix: str) -> int:
    """The number after the prefix; 0, which nobody owns, when it is forged."""
    value = (press.data or "").removeprefix(prefix)
    return int(value) if value.isdigit() and len(value) < 18 else 0
