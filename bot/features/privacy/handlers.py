"""Settings: language, channel, hours, stopping and starting reminders; what is kept about me, and deleting it."""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import default_state
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot import keyboards
from bot.filters import AnswersAsBySms, Means, Menu
from bot.forms import Filling
from bot.keyboards import Press, Rows
from bot.say import Say
from core import people as rules
from core.i18n import Text, _, join
from core.people import Citizen, NotRegistered, Visitor
from services import Database, campaign_refusals, people, reminders

commands = Router(name="privacy.commands")
words = Router(name="privacy.words")
intents = Router(name="privacy.intents")

CHANNELS = {"auto": _("As it suits"), "telegram": _("Only Telegram"), "sms": _("Only SMS")}
HOURS = {"9-20": (9, 20), "9-13": (9, 13), "13-18": (13, 18), "17-21": (17, 21)}


@commands.message(Command("settings"))
@commands.message(Menu("settings"))
async def settings(message: Message, say: Say, visitor: Visitor) -> None:
    rows = [[Press(_("Language"), "start:languages"), Press(_("Reminders"), "set:reminders")]]
    if not visitor.citizen:
        rows = [[rows[0][0]]]
    await say(_("What shall we change?"), [*rows, [Press(_("My data"), "set:data")]])


def reminder_settings(citizen: Citizen) -> tuple[Text, Rows]:
    if citizen.paused:
        return _("Reminders are stopped."), [[Press(_("Start again"), "set:resume")]]
    open_from, open_to = citizen.quiet_to_hour or 9, citizen.quiet_from_hour or 20
    text = join(
        "\n",
        _("How I remind you: {channel}", channel=CHANNELS[citizen.channel]),
        _("Between {start}:00 and {end}:00", start=open_from, end=open_to),
        _("News of the clinics: on") if citizen.campaigns else _("News of the clinics: off"),
    )
    channels = [
        Press(label, f"set:channel:{code}") for code, label in CHANNELS.items() if code != citizen.channel
    ]
    hours = [
        Press(_("{start}:00–{end}:00", start=a, end=b), f"set:hours:{code}")
        for code, (a, b) in HOURS.items()
        if (a, b) != (open_from, open_to)
    ]
    stops = [Press(_("Stop all"), "set:pause"), Press(_("Other reason…"), "end:whom")]
    news = (
        Press(_("Without news of the clinics"), "set:news:off")
        if citizen.campaigns
        else Press(_("News of the clinics too"), "set:news:on")
    )
    return text, [channels, *keyboards.columns(hours, 2), [news], stops]


@commands.callback_query(F.data == "set:reminders")
@intents.message(Means("reminder_settings"))
async def show_reminder_settings(event: Message | CallbackQuery, say: Say, visitor: Visitor) -> None:
    await say(*reminder_settings(_citizen(visitor)))


@commands.callback_query(F.data.startswith("set:channel:"))
async def set_channel(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    code = (press.data or "").removeprefix("set:channel:")
    if code in CHANNELS:
        await reminders.set_channel(database, _citizen(visitor).id, code, now)  # type: ignore[arg-type]
    await _again(say, database, now)


@commands.callback_query(F.data.startswith("set:hours:"))
async def set_hours(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    hours = HOURS.get((press.data or "").removeprefix("set:hours:"))
    if hours:
        await reminders.set_hours(database, _citizen(visitor).id, hours[1], hours[0], now)
    await _again(say, database, now)


@commands.callback_query(F.data.in_({"set:news:on", "set:news:off"}))
async def set_news(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    refused = press.data == "set:news:off"
    await campaign_refusals.refuse(database, _citizen(visitor).id, now, refused=refused)
    await _again(say, database, now)


async def _again(say: Say, database: Database, now: datetime) -> None:
    await say.edit(*reminder_settings(_citizen(await people.visit(database, say.chat_id, now))))


@commands.message(Command("stop"))
@commands.callback_query(F.data == "set:pause")
async def pause(
    event: Message | CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    if visitor.citizen:
        await reminders.pause(database, visitor.citizen.id, now)
    await say.without_buttons()
    await say(
        _("Reminders are stopped. To bring them back: /start"), [[Press(_("Start again"), "set:resume")]]
    )


@commands.callback_query(F.data == "set:resume")
async def resume(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    await reminders.resume(database, _citizen(visitor).id, now)
    await say.edit(_("✅ Reminders are on again."))


@words.message(~StateFilter(Filling.form), AnswersAsBySms("stop"))
async def pause_in_words(
    message: Message, say: Say, visitor: Visitor, state: FSMContext, database: Database, now: datetime
) -> None:
    """Also in the middle of a booking, which may be days old; a form is only left, and says how to stop."""
    await state.clear()
    await pause(message, say, visitor, database, now)


@words.message(default_state, AnswersAsBySms("start"))
async def resume_in_words(
    message: Message, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    await reminders.resume(database, _citizen(visitor).id, now)
    await say(_("✅ Reminders are on again."), markup=keyboards.menu(visitor, say.language))


# My data


@commands.message(Command("mydata"))
@commands.callback_query(F.data == "set:data")
@intents.message(Means("manage_data"))
async def my_data(
    event: Message | CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    if visitor.citizen is None:
        rows = [[Press(_("Take consent back"), "set:withdraw")]] if visitor.consented else []
        await say(_("I keep only this chat's language and nothing else about you."), rows)
        return
    kept = await people.what_is_kept(database, visitor.citizen.id, now)
    names = {
        "doses": _("vaccinations: {n}"),
        "screenings": _("checks: {n}"),
        "readings": _("readings: {n}"),
        "appointments": _("visits: {n}"),
        "reminders": _("reminders: {n}"),
        "questions": _("questions: {n}"),
        "family": _("family members: {n}"),
    }
    lines = [
        _("<b>What I keep about you</b>"),
        Text("• {name}, {on}", values={"name": kept.name, "on": kept.birth_date}),
        Text("• {phone}", values={"phone": rules.show_phone(kept.phone or "–")}),
    ]
    if kept.region and kept.district:
        place = {"region": rules.region_name(kept.region), "district": rules.district_name(kept.district)}
        lines.append(Text("• {region}, {district}", values=place))
    for name, n in kept.counts.items():
        lines.append(Text("• {line}", values={"line": Text(names[name].msgid, values={"n": n})}))
    if kept.consent_given_at:
        lines.append(_("• consent given: {at}", at=kept.consent_given_at.date()))
    rows = [
        [Press(_("Take consent back"), "set:withdraw")],
        [Press(_("Delete everything about me"), "set:delete")],
    ]
    await say(join("\n", *lines), rows, protect=True)


@commands.callback_query(F.data == "set:withdraw")
async def withdraw(
    press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime
) -> None:
    """A no is accepted at once."""
    await people.withdraw_consent(database, say.chat_id, now)
    await say.without_buttons()
    await say(
        _(
            "Your consent is taken back. I send nothing any more; your data can also be deleted: Settings → My data."
        ),
        markup=keyboards.menu(Visitor(say.chat_id), say.language),
    )


@commands.callback_query(F.data == "set:delete")
async def ask_delete(press: CallbackQuery, say: Say) -> None:
    rows = [[Press(_("Yes, delete"), "set:delete:yes"), Press(_("Keep"), "set:delete:no")]]
    await say(_("Delete your record, visits and reminders for good? This cannot be undone."), rows)


@commands.callback_query(F.data == "set:delete:no")
async def keep(press: CallbackQuery, say: Say) -> None:
    await say.edit(_("All right, nothing changed."))


@commands.callback_query(F.data == "set:delete:yes")
async def delete(
    press: CallbackQuery, say: Say, state: FSMContext, database: Database, now: datetime
) -> None:
    await state.clear()
    await people.delete(database, say.chat_id, now)
    await say.edit(_("Everything about you is deleted. Be healthy!"))
    await say(_("If you need me again: /start"), markup=keyboards.menu(Visitor(say.chat_id), say.language))


@commands.my_chat_member(F.new_chat_member.status == "kicked")
async def blocked(event: ChatMemberUpdated, database: Database, now: datetime) -> None:
    """The person blocked the bot: nothing more goes to this chat."""
    await reminders.chat_gone(database, event.chat.id, now)


def _citizen(visitor: Visitor) -> Citizen:
    if visitor.citizen is None:
        raise NotRegistered
    return visitor.citizen
