"""Whom a member of staff may see: people of their own clinic and those who booked there; everybody for staff of no one clinic."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only
from sqlalchemy.orm.util import AliasedClass

from core.errors import Refusal
from core.i18n import _
from core.staff import Member
from db.booking import Appointment, Slot
from db.people import Person


class NotFound(Refusal):
    """Nothing there, or nothing that this member of staff may see: the answer is the same."""

    def __init__(self) -> None:
        super().__init__(_("Nobody was found. Check the number, or ask for the PINFL."))


async def in_reach(session: AsyncSession, person: Person, member: Member) -> bool:
    if member.clinic_id is None or person.clinic_id == member.clinic_id:
        return True
    booked = (
        select(Appointment.id)
        .join(Slot)
        .where(Appointment.person_id == person.id, Slot.clinic_id == member.clinic_id)
    )
    return await session.scalar(booked.limit(1)) is not None


async def id_in_reach(session: AsyncSession, person_id: int, member: Member) -> bool:
    """The same, without opening what of the person is encrypted: a broken record stays reachable."""
    only = load_only(Person.id, Person.clinic_id)
    person = await session.get(Person, person_id, options=[only])
    return person is not None and await in_reach(session, person, member)


def people(member: Member, who: type[Person] | AliasedClass[Person] = Person) -> ColumnElement[bool]:
    """The same as a condition for statements on Person, or on `who`, which stands for it there."""
    if member.clinic_id is None:
        return true()
    booked = (
        select(Appointment.person_id)
        .join(Slot)
        .where(Appointment.person_id == who.id, Slot.clinic_id == member.clinic_id)
        .correlate(who)
    )
    return or_(who.clinic_id == member.clinic_id, booked.exists())


def slots(member: Member) -> ColumnElement[bool]:
    """Those of the member's own clinic: a condition for statements that join Slot."""
    return true() if member.clinic_id is None else Slot.clinic_id == member.clinic_id
