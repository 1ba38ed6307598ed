"""/start, language, consent, signing up, help and small talk."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import forms, keyboards
from bot.features.start import registration, views
from bot.filters import Leaves, Means, Menu
from bot.forms import Asked
from bot.keyboards import Press
from bot.say import Say
from core import people as rules
from core.i18n import Language, _
from core.intents import Interpretation
from core.people import Visitor
from services import Database, people

commands = Router(name="start.commands")
intents = Router(name="start.intents")


@commands.message(CommandStart())
async def start(message: Message, say: Say, visitor: Visitor, state: FSMContext) -> None:
    await state.clear()
    if visitor.language is None:
        await say(views.HELLO, views.languages())
    elif not visitor.consented:
        await say(*views.consent())
    else:
        await say(views.welcome_back(visitor.citizen), markup=keyboards.menu(visitor, say.language))
        if visitor.citizen and visitor.citizen.paused:
            await say(_("Reminders are stopped."), [[Press(_("Start again"), "set:resume")]])


@commands.message(Command("language", "til", "yazyk"))
async def ask_language(message: Message, say: Say) -> None:
    await say(_("Which language do you prefer?"), views.languages())


@commands.callback_query(F.data == "start:languages")
async def ask_language_pressed(press: CallbackQuery, say: Say) -> None:
    await say(_("Which language do you prefer?"), views.languages())


@commands.callback_query(F.data.startswith("start:lang:"))
async def choose_language(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    code = (press.data or "").removeprefix("start:lang:")
    if code not in get_args(Language):
        return
    first_time = visitor.language is None
    say.language = code  # type: ignore[assignment]
    await people.choose_language(database, say.chat_id, say.language, now)
    await say.edit(_("✅ We speak English."))
    if first_time or not visitor.consented:
        await say(*views.consent())
    else:
        await say(views.welcome_back(visitor.citizen), markup=keyboards.menu(visitor, say.language))


@commands.callback_query(F.data == "start:consent:more")
async def consent_in_full(press: CallbackQuery, say: Say) -> None:
    await say.edit(*views.consent_in_full(rules.CONSENT_VERSION))


@commands.callback_query(F.data == "start:consent:yes")
async def agree(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    await people.choose_language(database, say.chat_id, say.language, now)
    await people.give_consent(database, say.chat_id, say.language, now)
    await say.without_buttons()
    if visitor.citizen:
        await say(views.welcome_back(visitor.citizen), markup=keyboards.menu(visitor, say.language))
    else:
        await forms.begin(registration.FORM, Asked(say, visitor, database, state, now))


@commands.callback_query(F.data == "start:consent:no")
async def disagree(press: CallbackQuery, say: Say, visitor: Visitor) -> None:
    await say.without_buttons()
    await say(views.without_consent(), markup=keyboards.menu(visitor, say.language))


@commands.message(Menu("register"))
@commands.callback_query(F.data == "start:register")
async def sign_up(
    event: Message | CallbackQuery,
    say: Say,
    visitor: Visitor,
    state: FSMContext,
    database: Database,
    now: datetime,
) -> None:
    if visitor.citizen:
        await say(views.welcome_back(visitor.citizen), markup=keyboards.menu(visitor, say.language))
    elif visitor.consented:
        await forms.begin(registration.FORM, Asked(say, visitor, database, state, now))
    else:
        await say(*views.consent())


@commands.message(Command("help"))
@intents.message(Means("help"))
async def help_(message: Message, say: Say, visitor: Visitor) -> None:
    await say(views.help_(), markup=keyboards.menu(visitor, say.language))


@commands.message(Command("menu"))
async def menu(message: Message, say: Say, visitor: Visitor, state: FSMContext) -> None:
    await state.clear()
    await say(views.welcome_back(visitor.citizen), markup=keyboards.menu(visitor, say.language))


@commands.message(Command("cancel"))
@intents.message(Leaves())
@intents.message(Means("cancel"))
async def leave(message: Message, say: Say, visitor: Visitor, state: FSMContext) -> None:
    await state.clear()
    await say(_("All right, I left it."), markup=keyboards.menu(visitor, say.language))


@intents.message(Means("change_language"))
async def change_language(message: Message, say: Say) -> None:
    await say(_("Which language do you prefer?"), views.languages())


@intents.message(Means("greet"))
async def greet(message: Message, say: Say, visitor: Visitor) -> None:
    if visitor.language is None:
        await say(views.HELLO, views.languages())
    else:
        await say(views.welcome_back(visitor.citizen), markup=keyboards.menu(visitor, say.language))


@intents.message(Means("thanks", "goodbye", "affirm", "deny", "bot_challenge"))
async def small_talk(message: Message, say: Say, visitor: Visitor, interpretation: Interpretation) -> None:
    answers = {
        "thanks": _("You are welcome! Be healthy."),
        "goodbye": _("Goodbye! Write to me any time."),
        "affirm": _("Good. What would you like to do? Choose below."),
        "deny": _("All right. If you need anything, write to me."),
        "bot_challenge": views.whoami(),
    }
    await say(answers[interpretation.intent], markup=keyboards.menu(visitor, say.language))
