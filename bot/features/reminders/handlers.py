"""Reminders: the list, and the buttons under each reminder that arrives."""

from __future__ import annotations

from datetime import date, datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.filters import Menu
from bot.keyboards import Press, Rows
from bot.say import Say
from core import booking as booking_rules
from core.i18n import Capital, Text, _, join
from core.people import NotRegistered, Visitor
from core.reminders import ReminderView
from services import Database, reminders

commands = Router(name="reminders.commands")
MOST_SHOWN = 5


def card(view: ReminderView, today: date) -> tuple[Text, Rows]:
    title = Capital(view.title)
    head = (
        _("🔔 {about}: {title}", about=view.about, title=title)
        if view.about
        else _("🔔 {title}", title=title)
    )
    if view.due_at:
        day, time = booking_rules.day_of(view.due_at), booking_rules.show_time(view.due_at)
        when = _("{day} at {time}", day=day, time=time)
    else:
        when = _("By {day}", day=view.due_on) if view.due_on > today else _("It is time now.")
    return join("\n", head, when), buttons(view.id, view.kind)


def buttons(reminder_id: int, kind: str) -> Rows:
    if kind == "appointment":
        return [
            [
                Press(_("Why did it come?"), f"rem:why:{reminder_id}"),
                Press(_("Stop"), f"rem:stop:{reminder_id}"),
            ]
        ]
    return [
        [Press(_("Book a visit"), f"rem:book:{reminder_id}"), Press(_("Done"), f"rem:done:{reminder_id}")],
        [
            Press(_("Later"), f"rem:later:{reminder_id}"),
            Press(_("Why did it come?"), f"rem:why:{reminder_id}"),
        ],
        [Press(_("Stop"), f"rem:stop:{reminder_id}")],
    ]


def me(visitor: Visitor) -> int:
    if visitor.citizen is None:
        raise NotRegistered
    return visitor.citizen.id


@commands.message(Command("reminders"))
@commands.message(Menu("reminders"))
async def mine(message: Message, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    views = await reminders.mine(database, me(visitor), now)
    if not views:
        await say(_("Nothing is due for you and your family now. I will write in time."), [SETTINGS])
        return
    for view in views[:MOST_SHOWN]:
        await say(*card(view, booking_rules.day_of(now)))
    left = len(views) - MOST_SHOWN
    text = (
        _("These are the nearest. {n} more come later.", n=left)
        if left > 0
        else _("These are your reminders.")
    )
    await say(text, [SETTINGS])


SETTINGS = [Press(_("Reminder settings"), "set:reminders")]


@commands.callback_query(F.data.startswith("rem:book:"))
async def book(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    """Straight to the right clinic room: the booking continues with one press."""
    about_id, item, service = await reminders.book_for(database, _id(press), me(visitor), now)
    data = f"bk:start:{service or ''}:{about_id}:{item or ''}"
    await say(_("Let us find a time."), [[Press(_("Choose a time"), data)]])


@commands.callback_query(F.data.startswith("rem:done:"))
async def done(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    await reminders.done(database, _id(press), me(visitor), now)
    await say.without_buttons()
    await say(_("✅ Well done! I will not remind of it again."))


@commands.callback_query(F.data.startswith("rem:later:"))
async def later(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    await reminders.later(database, _id(press), me(visitor), now)
    await say.without_buttons()
    await say(_("All right, I will remind you in 3 days."))


@commands.callback_query(F.data.startswith("rem:why:"))
async def why(press: CallbackQuery, say: Say, visitor: Visitor, database: Database) -> None:
    await say(await reminders.why(database, _id(press), me(visitor)))


@commands.callback_query(F.data.startswith("rem:stop:"))
async def stop(press: CallbackQuery, say: Say, visitor: Visitor, database: Database, now: datetime) -> None:
    """This one only; a no is accepted at once."""
    await reminders.stop(database, _id(press), me(visitor), now)
    await say.without_buttons()
    rows = [[Press(_("Other reason…"), f"end:about:{_id(press)}")]]
    await say(_("This reminder is stopped. To stop all of them: /stop"), rows)


def _id(press: CallbackQuery) -> int:
    """The number at the end; 0, which nobody owns, when it is forged."""
    value = (press.data or "").rsplit(":", 1)[-1]
    return int(value) if value.isdigit() and len(value) < 18 else 0
