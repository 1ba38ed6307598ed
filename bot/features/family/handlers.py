"""My family: children and relatives whose vaccinations and visits I look after."""

from __future__ import annotations

from datetime import date, datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import forms, keyboards
from bot.filters import Means, Menu
from bot.forms import Asked, Field, Form, Values
from bot.keyboards import Press
from bot.say import Say
from core import people as rules
from core.i18n import Text, _, join, verbatim
from core.people import Citizen, NotRegistered, Visitor
from services import Database, family

commands = Router(name="family.commands")
intents = Router(name="family.intents")


async def take_name(message: Message, values: Values, asked: Asked) -> str:
    return rules.parse_name(message.text or "")


async def take_birth_date(message: Message, values: Values, asked: Asked) -> str:
    return rules.parse_birth_date(message.text or "", asked.today).isoformat()


def relations(values: Values) -> list[tuple[str, Text]]:
    return [
        ("child", _("Child")),
        ("parent", _("Parent")),
        ("spouse", _("Spouse")),
        ("other", _("Other relative")),
    ]


async def finish(values: Values, asked: Asked) -> None:
    if asked.visitor.citizen is None:
        raise NotRegistered
    profile = rules.Profile(
        values["name"],
        date.fromisoformat(values["birth_date"]),
        "female" if values["sex"] == "female" else "male",
    )
    relation: rules.Relation = values["relation"]  # type: ignore[assignment]
    ward = await family.add_ward(asked.database, asked.visitor.citizen.id, profile, relation, asked.now)
    await asked.say(
        _("✅ {name} is in your family list. I will remind you of what is due.", name=ward.first_name),
        markup=keyboards.menu(asked.visitor, asked.say.language),
    )
    await asked.say(*card(ward, asked.today))


FORM = forms.register(
    Form(
        "family",
        (
            Field("relation", lambda values: _("Who are you adding?"), choices=relations),
            Field("name", lambda values: _("What is their name?"), take_name),
            Field(
                "birth_date",
                lambda values: _("When were they born? Write it like this: 15.03.2024"),
                take_birth_date,
            ),
            Field(
                "sex",
                lambda values: _("A girl or a boy? (female or male)"),
                choices=lambda values: [("female", _("Female")), ("male", _("Male"))],
            ),
        ),
        finish,
    )
)


def card(ward: Citizen, today: date) -> tuple[Text, list[list[Press]]]:
    lines = [
        Text("<b>{name}</b>", values={"name": ward.name}),
        _("{birth_date}, {age}", birth_date=ward.birth_date, age=rules.show_age(ward.birth_date, today)),
    ]
    rows = [
        [Press(_("Vaccinations"), f"pp:vac:{ward.id}"), Press(_("Passport"), f"pp:show:{ward.id}")],
        [Press(_("Book"), f"bk:start::{ward.id}:"), Press(_("Remove"), f"fam:remove:{ward.id}")],
    ]
    if ward.paused:
        lines.append(_("Reminders are stopped."))
        rows.append([Press(_("Start again"), f"end:back:{ward.id}")])
    return join("\n", *lines), rows


@commands.message(Command("family"))
@commands.message(Menu("family"))
async def mine(message: Message, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    if visitor.citizen is None:
        raise NotRegistered
    today = now.date()
    wards = await family.wards(database, visitor.citizen.id)
    for ward in wards:
        await say(*card(ward, today))
    text = (
        _("Add somebody else?")
        if wards
        else _("Nobody is in your family list yet. Add your children and parents.")
    )
    await say(text, [[Press(_("Add"), "fam:add")]])


@commands.callback_query(F.data == "fam:add")
@intents.message(Means("add_family_member"))
async def add(
    event: Message | CallbackQuery,
    say: Say,
    visitor: Visitor,
    state: FSMContext,
    database: Database,
    now: datetime,
) -> None:
    if visitor.citizen is None:
        raise NotRegistered
    await forms.begin(FORM, Asked(say, visitor, database, state, now))


@commands.callback_query(F.data.startswith("fam:remove:"))
async def ask_remove(press: CallbackQuery, say: Say, visitor: Visitor, database: Database) -> None:
    ward = await _ward(press, visitor, database)
    if ward:
        rows = [
            [Press(_("Yes, remove"), f"fam:yes:{ward.id}"), Press(_("Keep"), "fam:keep")],
            [Press(_("Other reason…"), f"end:ask:{ward.id}")],
        ]
        await say(
            _("Remove {name} from your list? Their reminders to you will stop.", name=ward.first_name), rows
        )


@commands.callback_query(F.data.startswith("fam:yes:"))
async def remove(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    ward = await _ward(press, visitor, database)
    if ward and visitor.citizen:
        await family.remove_ward(database, visitor.citizen.id, ward.id, now)
        await say.edit(_("{name} is no longer in your list.", name=verbatim(ward.first_name)))


@commands.callback_query(F.data == "fam:keep")
async def keep(press: CallbackQuery, say: Say) -> None:
    await say.edit(_("All right, nothing changed."))


async def _ward(press: CallbackQuery, visitor: Visitor, database: Database) -> Citizen | None:
    """The ward a button names, if it is the visitor's."""
    wanted = (press.data or "").rsplit(":", 1)[-1]
    wards = await family.wards(database, visitor.citizen.id) if visitor.citizen else []
    return next((ward for ward in wards if str(ward.id) == wanted), None)
