"""Kind ways out of reminders: somebody died, a pregnancy ended, somebody moved away. One soft sentence, no question.

Also the answer to whoever tells of such a loss in their own words (core.losses).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import keyboards
from bot.keyboards import Press, Rows
from bot.say import Say
from core import booking, losses
from core.i18n import Text, _, join
from core.losses import Loss
from core.people import Citizen, NotRegistered, Visitor, age_years
from core.reminders import ADULT_YEARS, NotYourReminder
from services import Database, endings, family, reminders

commands = Router(name="endings.commands")
words = Router(name="endings.words")

CONDOLENCES = _(
    "Please accept our condolences. I have stopped these reminders for good and will not ask again."
)
NOTHING_ASKED = _("Choose, and I will ask nothing more.")


class TellsOfLoss(Filter):
    """A message that tells of a loss; not the text of a question to a health worker, who reads it themselves."""

    async def __call__(self, message: Message, state: FSMContext) -> bool | dict[str, Any]:
        loss = losses.find(message.text) if message.text and message.text[0] != "/" else None
        if loss is None or (await state.get_data()).get("form") == "question":
            return False
        return {"loss": loss}


@words.message(TellsOfLoss())
async def told(
    message: Message,
    say: Say,
    visitor: Visitor,
    state: FSMContext,
    database: Database,
    now: datetime,
    loss: Loss,
) -> None:
    """Never an article. Whatever was being filled in is left."""
    await state.clear()
    await say(comfort(loss), [*await _offers(loss, visitor, database, now), *_to_ask(loss, visitor)])


def comfort(loss: Loss) -> Text:
    if loss == "pregnancy":
        return join(
            "\n",
            _("I am very sorry. You are not to blame, and you need not go through it alone."),
            _("Heavy bleeding, fever or strong pain? Call 103."),
        )
    return _("Please accept our condolences. May you find strength.")


async def _offers(loss: Loss, visitor: Visitor, database: Database, now: datetime) -> Rows:
    """A button for each whose reminders might now hurt, named, so that a wrong one is not pressed."""
    me = visitor.citizen
    if me is None:
        return []
    people = [me, *await family.wards(database, me.id)]
    if loss == "pregnancy":
        return [_offer(one, "pregnancy") for one in people if one.sex == "female" and _is_adult(one, now)][:3]
    return [_offer(one, "died") for one in people[1:] if loss == "child" or _is_adult(one, now)][:5]


def _offer(person: Citizen, ending: str) -> list[Press]:
    label = _("{name}: stop reminders", name=person.first_name)
    return [Press(label, f"end:{ending}:{person.id}")]


def _to_ask(loss: Loss, visitor: Visitor) -> Rows:
    return (
        [[Press(keyboards.MENU["questions"], "q:ask")]] if loss == "pregnancy" and visitor.consented else []
    )


@commands.callback_query(F.data.startswith("end:about:"))
async def about(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    """From a reminder that was just stopped."""
    found = await reminders.about(database, _id(press), _me(visitor).id)
    people = [one for one in await _people(visitor, database) if one.id in found]
    if not people:
        raise NotYourReminder
    await say.edit(NOTHING_ASKED, reasons(people[0], visitor, now) if len(people) == 1 else whom(people))


@commands.callback_query(F.data == "end:whom")
async def ask_whom(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    people = await _people(visitor, database)
    rows = reasons(people[0], visitor, now) if len(people) == 1 else whom(people)
    await say(NOTHING_ASKED, rows)


@commands.callback_query(F.data.startswith("end:ask:"))
async def ask(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    person = await _person(press, visitor, database)
    await say.edit(NOTHING_ASKED, reasons(person, visitor, now))


def whom(people: list[Citizen]) -> Rows:
    return [
        *([Press(Text("{name}", values={"name": one.first_name}), f"end:ask:{one.id}")] for one in people),
        [Press(keyboards.BACK, "fam:keep")],
    ]


def reasons(person: Citizen, visitor: Visitor, now: datetime) -> Rows:
    is_me, is_adult = person.id == _me(visitor).id, _is_adult(person, now)
    rows = []
    if not is_me:
        label = _("The person died") if is_adult else _("The child died")
        rows.append([Press(label, f"end:died:{person.id}")])
    if is_adult and person.sex == "female":
        rows.append([Press(_("The pregnancy ended"), f"end:pregnancy:{person.id}")])
    rows.append([Press(_("Moved away"), f"end:away:{person.id}")])
    return [*rows, [Press(keyboards.BACK, "fam:keep")]]


@commands.callback_query(F.data.startswith("end:died:"))
async def died(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    await endings.died(database, _id(press), _me(visitor).id, now)
    await say.edit(CONDOLENCES)


@commands.callback_query(F.data.startswith("end:pregnancy:"))
async def pregnancy_ended(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    await endings.pregnancy_ended(database, _id(press), _me(visitor).id, now)
    await say.edit(
        _("I wish you strength. I have stopped the reminders of this pregnancy and will not ask again.")
    )


@commands.callback_query(F.data.startswith("end:away:"))
async def moved_away(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    await endings.moved_away(database, _id(press), _me(visitor).id, now)
    rows = [[Press(_("Start again"), f"end:back:{_id(press)}")]]
    await say.edit(_("All right, these reminders are stopped. If you come back, press the button."), rows)


@commands.callback_query(F.data.startswith("end:back:"))
async def came_back(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    await endings.came_back(database, _id(press), _me(visitor).id, now)
    await say.edit(_("✅ Reminders are on again."))


async def _people(visitor: Visitor, database: Database) -> list[Citizen]:
    return [_me(visitor), *await family.wards(database, _me(visitor).id)]


async def _person(press: CallbackQuery, visitor: Visitor, database: Database) -> Citizen:
    """Raises NotYourReminder."""
    for one in await _people(visitor, database):
        if one.id == _id(press):
            return one
    raise NotYourReminder


def _me(visitor: Visitor) -> Citizen:
    if visitor.citizen is None:
        raise NotRegistered
    return visitor.citizen


def _is_adult(person: Citizen, now: datetime) -> bool:
    return age_years(person.birth_date, booking.day_of(now)) >= ADULT_YEARS


def _id(press: CallbackQuery) -> int:
    """The number at the end; 0, which nobody is, when it is forged."""
    value = (press.data or "").rsplit(":", 1)[-1]
    return int(value) if value.isdigit() and len(value) < 18 else 0
