"""The list of reminders: what is to be sent, what did not arrive, what was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from admin import labels, words
from admin.auth import member_of
from admin.pages import now
from admin.tables.table import Cell, Link, Mark, Table
from core import reminder_words
from core.i18n import Text, Words, _
from db.people import Person
from db.reminders import Occurrence, Reminder
from services import desk, reach


def _due(request: Request, row: Reminder) -> Link:
    return Link(words.moment(row.due_at or row.due_on), f"/reminders/{row.id}")


def _to(request: Request, row: Reminder) -> Link:
    return Link(request.state.people[row.person_id].name, f"/reminders/people/{row.person_id}")


def _about(request: Request, row: Reminder) -> str | None:
    return None if row.about_id == row.person_id else request.state.people[row.about_id].name


def _what(request: Request, row: Reminder) -> Text | Words:
    born = request.state.people[row.about_id].birth_date
    return reminder_words.title(row.kind, row.item, row.due_on, born)


def _state(request: Request, row: Reminder) -> Mark:
    if row.stopped_at is not None:
        return Mark(_("Stopped: {why}", why=labels.word(labels.STOPPED, row.stop_reason)))
    last = request.state.last.get(row.id)
    if last is None:
        return Mark(labels.MOMENT["due"], "wait")
    return Mark(labels.word(labels.MOMENT, last.state), labels.MARKS.get(last.state, "wait"))


class Reminders(Table):
    area, name, icon, model_class = "reminders", _("All promises"), "fa fa-bell", Reminder
    in_menu = False
    hint = _("Press the day to see every message and whether it arrived.")
    views: ClassVar = {
        "live": _("Open now"),
        "troubled": _("Did not arrive"),
        "stopped": _("Stopped"),
        "all": _("Everything"),
    }
    fields = (
        Cell("due_on", words.label(_("Due")), getter=_due),
        Cell("person_id", words.label(_("To whom")), getter=_to),
        Cell("about_id", words.label(_("About")), getter=_about),
        Cell("item", words.label(_("What for")), getter=_what),
        Cell("state", words.label(_("State")), getter=_state),
    )

    def condition(self, request: Request, view: str) -> ColumnElement[bool] | None:
        member = member_of(request)
        mine = Reminder.person_id.in_(select(Person.id).where(reach.people(member)))
        troubled = select(Occurrence.reminder_id).where(
            Occurrence.reminder_id == Reminder.id,
            Occurrence.state.in_(desk.TROUBLED),
            Occurrence.moment_at > now() - timedelta(days=14),
        )
        wanted: dict[str, ColumnElement[bool]] = {
            "live": Reminder.stopped_at.is_(None),
            "troubled": troubled.exists(),
            "stopped": Reminder.stopped_at.is_not(None),
        }
        return and_(mine, wanted[view]) if view in wanted else mine

    def order(self, request: Request) -> Sequence[Any]:
        if self.chosen(request) == "live":
            return (Reminder.next_at.nulls_last(), Reminder.due_on, Reminder.id)
        return (Reminder.due_on.desc(), Reminder.id)

    async def prepare(self, request: Request, session: AsyncSession, rows: Sequence[Any]) -> None:
        ids = {row.person_id for row in rows} | {row.about_id for row in rows}
        people = await session.scalars(select(Person).where(Person.id.in_(ids)))
        request.state.people = {person.id: person for person in people}
        moments = await session.scalars(
            select(Occurrence)
            .where(Occurrence.reminder_id.in_([row.id for row in rows]))
            .order_by(Occurrence.moment_at)
        )
        request.state.last = {one.reminder_id: one for one in moments}
