"""My passport: the card, vaccinations and checks of oneself and one's family, readings, and what was already done."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import forms, keyboards
from bot.features.passport import picture, views
from bot.filters import Means, Menu
from bot.forms import Asked, Field, Form, Values
from bot.keyboards import Press
from bot.say import Say
from core import booking, programme_words
from core import passport as rules
from core import people as people_rules
from core.errors import Refusal
from core.i18n import Text, Words, _, verbatim
from core.intents import Interpretation
from core.people import NotRegistered, Visitor
from services import Database, family, passport, programmes, timeline

commands = Router(name="passport.commands")
intents = Router(name="passport.intents")


def me(visitor: Visitor) -> int:
    if visitor.citizen is None:
        raise NotRegistered
    return visitor.citizen.id


@commands.message(Command("passport"))
@commands.message(Menu("passport"))
@intents.message(Means("view_passport"))
async def mine(message: Message, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    await _show(say, database, me(visitor), me(visitor), now)


@commands.callback_query(F.data.startswith("pp:show:"))
async def show(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    await _show(say, database, me(visitor), _id(press), now)


async def _show(say: Say, database: Database, viewer_id: int, person_id: int, now: datetime) -> None:
    card = await passport.look(database, viewer_id, person_id, now)
    await say(*views.passport(card, booking.day_of(now), person_id), protect=True)


@commands.callback_query(F.data.startswith("pp:vac:"))
async def vaccinations_pressed(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    card = await passport.look(database, me(visitor), _id(press), now)
    await say(*views.vaccinations(card, _id(press)), protect=True)


@commands.callback_query(F.data.startswith("pp:scr:"))
async def checks_pressed(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    card = await passport.look(database, me(visitor), _id(press), now)
    await say(*views.checks(card, _id(press)), protect=True)


@commands.callback_query(F.data.startswith("pp:pic:"))
async def picture_pressed(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    """Done, due, overdue and coming on one picture; the card it was asked from stays."""
    of_checks = (press.data or "").startswith("pp:pic:scr:")
    look = timeline.checks if of_checks else timeline.vaccinations
    card, line = await look(database, me(visitor), _id(press), now)
    today = booking.day_of(now)
    # Drawing takes a quarter of a second of one core: not in the way of everybody else's answer.
    image = await asyncio.to_thread(
        picture.draw, line, verbatim(card.name), views.about(card, today), today, say.language
    )
    title = views.checks_title(card) if of_checks else views.vaccinations_title(card)
    await say.photo("salomat.png", image, title)


@commands.message(Command("vaccinations"))
@intents.message(Means("view_vaccinations"))
async def vaccinations(
    message: Message, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    """Of the children first: that is what people ask for; without family, one's own."""
    viewer = me(visitor)
    children = [ward.id for ward in await family.wards(database, viewer)]
    for person_id in children or [viewer]:
        await say(
            *views.vaccinations(await passport.look(database, viewer, person_id, now), person_id),
            protect=True,
        )


@commands.message(Command("checks"))
@intents.message(Means("view_screenings"))
async def checks(message: Message, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    viewer = me(visitor)
    await say(*views.checks(await passport.look(database, viewer, viewer, now), viewer), protect=True)


@intents.message(Means("log_measurement"))
async def keep_reading(
    message: Message,
    say: Say,
    visitor: Visitor,
    database: Database,
    now: datetime,
    interpretation: Interpretation,
) -> None:
    """Every number the message holds; an impossible one is asked again."""
    person_id, found = me(visitor), False
    for entity in interpretation.entities:
        if entity.entity not in rules.READINGS:
            continue
        found = True
        upper, _slash, lower = str(entity.value).partition("/")
        if not entity.possible:
            raise passport.Implausible
        second = float(lower) if lower else None
        reading = await passport.keep_reading(
            database, person_id, entity.entity, float(upper), second, "person", now
        )
        await say(views.kept(reading))
    if not found:
        await say(_("Write the numbers, please: blood pressure 120/80, or sugar 5,4, or weight 72 kg."))


# Already done: told by the person, kept as told until a nurse confirms it


def told_choices(values: Values) -> list[tuple[str, Text | Words]]:
    codes = values["offered"].split(",")
    return [(code, programme_words.item(code)) for code in codes]


async def take_day(message: Message, values: Values, asked: Asked) -> str:
    on = people_rules.parse_date(message.text or "")
    if on > asked.today:
        raise Refusal(_("This day has not come yet. When was it done? Write it like this: 15.03.2026"))
    if on.isoformat() < values["born"]:
        raise Refusal(_("That is before the birth date. When was it done? Write it like this: 15.03.2026"))
    return on.isoformat()


async def take_place(message: Message, values: Values, asked: Asked) -> str:
    place = " ".join((message.text or "").split())
    if not 2 <= len(place) <= 100:
        raise Refusal(_("Write the place in a few words, for example: clinic 12"))
    return place


async def finish(values: Values, asked: Asked) -> None:
    on, person_id, item = date.fromisoformat(values["on"]), int(values["person"]), values["item"]
    if values["programme"] == "vaccination":
        await programmes.record_dose(
            asked.database, person_id, item, on, asked.now, place=values["place"], source="reported"
        )
    else:
        await programmes.record_result(
            asked.database,
            person_id,
            item,
            on,
            "unknown",
            asked.now,
            place=values["place"],
            source="reported",
        )
    await asked.say(
        _("✅ Written down as told by you. A health worker will confirm it; I will not remind of it again."),
        markup=keyboards.menu(asked.visitor, asked.say.language),
    )


FORM = forms.register(
    Form(
        "told",
        (
            Field("item", lambda values: _("What was done?"), choices=told_choices, columns=1),
            Field("on", lambda values: _("When was it done? Write it like this: 15.03.2026"), take_day),
            Field("place", lambda values: _("Where was it done? Clinic or city."), take_place),
        ),
        finish,
    )
)


@commands.callback_query(F.data.startswith("pp:told:"))
async def told(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    programme = (press.data or "").split(":")[2]
    card = await passport.look(database, me(visitor), _id(press), now)
    offered = [step.item for step in views.open_steps(card.next_steps) if step.programme == programme]
    if not offered:
        await say(_("Nothing is due now."))
        return
    values = {
        "programme": programme,
        "person": str(_id(press)),
        "offered": ",".join(offered[: views.MOST_LINES]),
        "born": card.birth_date.isoformat(),
    }
    await forms.begin(FORM, Asked(say, visitor, database, state, now), values)


@intents.message(Means("reminder_done"))
async def done_by_words(
    message: Message, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    """«We have had it done»: whose and what is asked with buttons."""
    viewer = me(visitor)
    rows = []
    own = visitor.citizen
    people_here = [*await family.wards(database, viewer), *([own] if own else [])]
    for person in people_here:
        card = await passport.look(database, viewer, person.id, now)
        for programme in dict.fromkeys(step.programme for step in views.open_steps(card.next_steps)):
            label = _("{name}: vaccination") if programme == "vaccination" else _("{name}: check")
            name = verbatim(person.first_name)
            rows.append([Press(Text(label.msgid, values={"name": name}), f"pp:told:{programme}:{person.id}")])
    if rows:
        await say(_("Well done! What should I write down?"), rows)
    else:
        await say(_("Well done! Nothing else is due now."))


def _id(press: CallbackQuery) -> int:
    """The number at the end; 0, which nobody owns, when it is forged."""
    value = (press.data or "").rsplit(":", 1)[-1]
    return int(value) if value.isdigit() and len(value) < 18 else 0
