"""Which clinic a reminder belongs to, and whether staff hold it back: parts of statements others build on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, func, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.booking import Appointment, Slot
from db.holds import ClinicHold
from db.people import Person
from db.reminders import Reminder

About = aliased(Person, name="about")
Told = aliased(Person, name="told")
clinic_id: ColumnElement[int | None] = func.coalesce(Slot.clinic_id, About.clinic_id, Told.clinic_id)
"""Where the visit is, or to which clinic who is spoken of belongs, or who is told; in a statement joined by `with_clinic`."""
is_held: ColumnElement[bool] = or_(
    Reminder.held_at.is_not(None), func.coalesce(clinic_id, 0).in_(select(ClinicHold.clinic_id))
)
"""Held back alone or with the whole clinic; in such a statement."""


def with_clinic(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A statement on Reminder, joined with whoever is spoken of, whoever is told, and the visit."""
    appointment_id = case((Reminder.kind == "appointment", sql_cast(Reminder.item, BigInteger)))
    return (
        query.join(About, About.id == Reminder.about_id)
        .join(Told, Told.id == Reminder.person_id)
        .outerjoin(Appointment, Appointment.id == appointment_id)
        .outerjoin(Slot, Slot.id == Appointment.slot_id)
    )


async def held(session: AsyncSession, reminders: Sequence[Reminder]) -> set[int]:
    """The ids of those that staff hold back. Costs one small look while no clinic is held."""
    found = {row.id for row in reminders if row.held_at is not None}
    if await session.scalar(select(ClinicHold.clinic_id).limit(1)) is not None:
        ids = [row.id for row in reminders]
        query = with_clinic(select(Reminder.id)).where(Reminder.id.in_(ids), is_held)
        found |= set(await session.scalars(query))
    return found
