"""A booking in progress: the answers so far, the step they lead to, and the one message that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiogram.fsm.context import FSMContext

from bot.features.booking import views
from bot.features.booking.states import Booking
from bot.keyboards import Rows
from bot.say import Say
from core import booking as rules
from core.i18n import Text
from core.people import Citizen, NotRegistered, Visitor
from services import Database, booking, family

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
        raise NotRegistered
    return Desk(say, visitor.citizen, state, database, now)


async def begin(desk: Desk, answers: Answers | None = None) -> None:
    """Start at the first step not yet answered; for a person without family the first is the service."""
    answers = dict(answers or {})
    if "who" not in answers and not await family.wards(desk.database, desk.citizen.id):
        answers["who"] = desk.citizen.id
    await desk.state.set_state(Booking.choosing)
    await show(desk, answers)


async def show(desk: Desk, answers: Answers, *, edit: bool = False) -> None:
    """Show the first unanswered step and remember which message shows it."""
    text, rows = await step(desk, answers)
    message_id = await desk.say.edit(text, rows) if edit else (await desk.say(text, rows)).message_id
    await desk.state.set_data(answers | {"message_id": message_id})


async def step(desk: Desk, answers: Answers) -> tuple[Text, Rows]:
    wards = await family.wards(desk.database, desk.citizen.id)
    if "who" not in answers:
        return views.ask_who(desk.citizen, wards)
    person = next((p for p in (desk.citizen, *wards) if p.id == answers["who"]), desk.citizen)
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
