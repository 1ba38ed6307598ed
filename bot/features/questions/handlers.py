"""A question to a health worker: written in the chat, answered in the admin, brought back here."""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import forms, keyboards
from bot.filters import Means, Menu
from bot.forms import Asked, Field, Form, Values
from bot.say import Say
from core.errors import Refusal
from core.i18n import _
from core.people import NotRegistered, Visitor
from services import Database, questions

commands = Router(name="questions.commands")
intents = Router(name="questions.intents")


async def take_question(message: Message, values: Values, asked: Asked) -> str:
    text = (message.text or message.caption or "").strip()
    if len(text) < 3:
        raise Refusal(_("Write your question in words, please."))
    if len(text) > questions.LONGEST_CHARS:
        raise Refusal(_("Please write it shorter: up to {most} letters.", most=questions.LONGEST_CHARS))
    return text


async def finish(values: Values, asked: Asked) -> None:
    citizen = asked.visitor.citizen
    await questions.ask(
        asked.database, asked.visitor.chat_id, citizen.id if citizen else None, values["text"], asked.now
    )
    await asked.say(
        _("✅ Your question is passed on. A health worker's answer will come here."),
        markup=keyboards.menu(asked.visitor, asked.say.language),
    )


FORM = forms.register(
    Form(
        "question",
        (
            Field(
                "text",
                lambda values: _(
                    "Write your question in one message. A health worker will read it. Urgent? Call 103."
                ),
                take_question,
            ),
        ),
        finish,
    )
)


@commands.message(Command("ask"))
@commands.message(Menu("questions"))
@commands.callback_query(F.data == "q:ask")
@intents.message(Means("ask_doctor"))
async def ask(
    event: Message | CallbackQuery,
    say: Say,
    visitor: Visitor,
    state: FSMContext,
    database: Database,
    now: datetime,
) -> None:
    if not visitor.consented:
        raise NotRegistered
    await forms.begin(FORM, Asked(say, visitor, database, state, now))
