"""Questions one after another: one mechanism for signing up, adding a child, telling of a dose already given.

A form is an ordered tuple of fields; each asks, takes an answer (typed, shared or pressed), and refuses a wrong one with
its own sentence. Back, cancel, restarts and stale buttons are handled here, once, for every form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import keyboards
from bot.filters import AnswersAsBySms, GoesBack, Leaves
from bot.keyboards import Press
from bot.say import Say
from core import booking
from core.errors import Refusal
from core.i18n import Text, _
from core.people import Visitor
from services import Database

Values = dict[str, str]

OLD_BUTTON = _("This button is old. Here is the new one.")
PRESS_A_BUTTON = _("Choose with a button below the question, please.")


class Filling(StatesGroup):
    """A form is being filled; its name, the field and the answers so far stand in the dialogue's data."""

    form = State()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler of a form gets besides the answers."""

    say: Say
    visitor: Visitor
    database: Database
    state: FSMContext
    now: datetime

    @property
    def today(self) -> date:
        return booking.day_of(self.now)


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `take` turns a message into the value to keep (a string) or raises Refusal; None: buttons only.

    `choices` are the buttons under the question as (value, label); `skip` leaves the question out.
    """

    key: str
    ask: Callable[[Values], Text]
    take: Callable[[Message, Values, Asked], Awaitable[str]] | None = None
    choices: Callable[[Values], list[tuple[str, Any]]] | None = None
    contact: Text | None = None
    columns: int = 2
    skip: Callable[[Values], bool] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """`finish` is called with all answers, after the dialogue is closed."""

    name: str
    fields: tuple[Field, ...]
    finish: Callable[[Values, Asked], Awaitable[None]]


FORMS: dict[str, Form] = {}
router = Router(name="forms")


def register(form: Form) -> Form:
    FORMS[form.name] = form
    return form


async def begin(form: Form, asked: Asked, values: Values | None = None) -> None:
    """Start a form, perhaps with some answers known."""
    await asked.state.set_state(Filling.form)
    await _ask_next(form, asked, values or {}, -1)


async def _ask_next(form: Form, asked: Asked, values: Values, at: int) -> None:
    following = [i for i in range(at + 1, len(form.fields)) if not _skipped(form.fields[i], values)]
    if following:
        return await _ask(form, asked, values, following[0])
    await asked.state.clear()
    try:
        await form.finish(values, asked)
    except Refusal as refusal:
        await asked.say(refusal.text)
    return None


def _skipped(field: Field, values: Values) -> bool:
    return field.skip is not None and field.skip(values)


async def _ask(form: Form, asked: Asked, values: Values, at: int, *, edit: bool = False) -> None:
    field, say = form.fields[at], asked.say
    if field.choices:
        rows: list[list[Press]] = keyboards.columns(
            (Press(label, f"form:{at}:{value}") for value, label in field.choices(values)), field.columns
        )
        rows.append([Press(keyboards.BACK, "form:back"), Press(keyboards.CANCEL, "form:cancel")])
        question = field.ask(values)
        message_id = await say.edit(question, rows) if edit else (await say(question, rows)).message_id
    else:
        markup = keyboards.question(say.language, contact=field.contact)
        message_id = (await say(field.ask(values), markup=markup)).message_id
    await asked.state.set_data({"form": form.name, "at": at, "values": values, "message_id": message_id})


@router.message(Filling.form, Leaves())
@router.callback_query(Filling.form, F.data == "form:cancel")
async def leave(event: Message | CallbackQuery, say: Say, visitor: Visitor, state: FSMContext) -> None:
    """A no is accepted at once."""
    await state.clear()
    await say.without_buttons()
    await say(_("All right, I left it."), markup=keyboards.menu(visitor, say.language))
    if isinstance(event, Message) and visitor.citizen and await AnswersAsBySms("stop")(event):
        await say(_("To stop all reminders: /stop"))


@router.message(Filling.form, GoesBack())
@router.callback_query(Filling.form, F.data == "form:back")
async def back(
    event: Message | CallbackQuery,
    say: Say,
    visitor: Visitor,
    state: FSMContext,
    database: Database,
    now: datetime,
) -> None:
    data = await state.get_data()
    asked, form = Asked(say, visitor, database, state, now), FORMS.get(data.get("form", ""))
    if form is None:
        await leave(event, say, visitor, state)
        return None
    before = [i for i in range(data["at"]) if not _skipped(form.fields[i], data["values"])]
    if not before:
        await leave(event, say, visitor, state)
        return None
    return await _ask(form, asked, data["values"], before[-1], edit=isinstance(event, CallbackQuery))


@router.callback_query(Filling.form, F.data.startswith("form:"))
async def pressed(
    press: CallbackQuery, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    data = await state.get_data()
    form, asked = FORMS.get(data.get("form", "")), Asked(say, visitor, database, state, now)
    at, _colon, value = (press.data or "").removeprefix("form:").partition(":")
    if form is None:
        await leave(press, say, visitor, state)
        return None
    field = form.fields[data["at"]]
    allowed = {str(v): label for v, label in field.choices(data["values"])} if field.choices else {}
    if at != str(data["at"]) or value not in allowed:
        await say.toast(OLD_BUTTON, alert=True)
        return await _ask(form, asked, data["values"], data["at"])
    await say.edit(
        _("{question}\n<b>{answer}</b>", question=field.ask(data["values"]), answer=allowed[value])
    )
    return await _ask_next(form, asked, data["values"] | {field.key: value}, data["at"])


@router.message(Filling.form)
async def answered(
    message: Message, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    data = await state.get_data()
    form, asked = FORMS.get(data.get("form", "")), Asked(say, visitor, database, state, now)
    if form is None:
        await leave(message, say, visitor, state)
        return None
    field = form.fields[data["at"]]
    try:
        value = await _taken(field, message, data["values"], asked)
    except Refusal as refusal:
        if field.choices:
            await say(refusal.text)
            return await _ask(form, asked, data["values"], data["at"])
        await say(refusal.text, markup=keyboards.question(say.language, contact=field.contact))
        return None
    return await _ask_next(form, asked, data["values"] | {field.key: value}, data["at"])


async def _taken(field: Field, message: Message, values: Values, asked: Asked) -> str:
    """A typed answer: what `take` makes of it, or the choice whose label was typed."""
    if field.take:
        return await field.take(message, values, asked)
    typed = (message.text or "").strip().casefold()
    for value, label in field.choices(values) if field.choices else []:
        if typed and typed == label.render(asked.say.language).casefold():
            return str(value)
    raise Refusal(PRESS_A_BUTTON)
