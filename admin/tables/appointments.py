"""The list of appointments: today, what is to be marked, what comes, what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from admin import labels, words
from admin.auth import member_of
from admin.pages import now
from admin.tables.table import Cell, Link, Mark, Table
from core.i18n import TASHKENT, Text, Words, _, verbatim
from db.booking import Appointment, Slot
from db.people import Person
from services import reach, visits


def _when(request: Request, row: Appointment) -> Link:
    return Link(words.moment(row.slot.starts_at), f"/appointments/{row.id}")


def _who(request: Request, row: Appointment) -> Link:
    return Link(request.state.names[row.person_id], f"/people/{row.person_id}")


def _what(request: Request, row: Appointment) -> Words:
    return visits.show_service(row.slot.service)


def _where(request: Request, row: Appointment) -> Words | Text:
    clinic = row.slot.clinic
    if member_of(request).clinic_id is not None:
        return verbatim(row.slot.room)
    return Words(f"{clinic.name_uz}, {row.slot.room}", f"{clinic.name_ru}, {row.slot.room}")


def _status(request: Request, row: Appointment) -> Mark:
    return Mark(labels.word(labels.APPOINTMENT, row.status), labels.MARKS.get(row.status, "wait"))


class Appointments(Table):
    area, name, icon, model_class = "appointments", _("Appointments"), "fa fa-calendar-check", Appointment
    hint = _("Press the time to say whether the person came.")
    views: ClassVar = {
        "today": _("Today"),
        "to_mark": _("To be marked"),
        "coming": _("Coming"),
        "past": _("Past"),
    }
    fields = (
        Cell("starts_at", words.label(_("Time")), getter=_when),
        Cell("person_id", words.label(_("Name")), getter=_who),
        Cell("service", words.label(_("What for")), getter=_what),
        Cell("clinic", words.label(_("Where")), getter=_where),
        Cell("status", words.label(_("State")), getter=_status),
    )

    def base(self, statement: Select[Any]) -> Select[Any]:
        return statement.join(Slot, Slot.id == Appointment.slot_id)

    def condition(self, request: Request, view: str) -> ColumnElement[bool] | None:
        moment = now()
        start = moment.astimezone(TASHKENT).replace(hour=0, minute=0, second=0, microsecond=0)
        wanted = {
            "today": and_(Slot.starts_at >= start, Slot.starts_at < start + timedelta(days=1)),
            "to_mark": and_(Appointment.status == "booked", Slot.starts_at <= moment),
            "coming": and_(Appointment.status == "booked", Slot.starts_at > moment),
            "past": Slot.starts_at <= moment,
        }
        return and_(reach.slots(member_of(request)), wanted[view])

    def order(self, request: Request) -> Sequence[Any]:
        latest_first = self.chosen(request) in ("past", "to_mark")
        return (Slot.starts_at.desc() if latest_first else Slot.starts_at, Appointment.id)

    async def prepare(self, request: Request, session: AsyncSession, rows: Sequence[Any]) -> None:
        people = await session.scalars(select(Person).where(Person.id.in_({row.person_id for row in rows})))
        request.state.names = {person.id: person.name for person in people}
