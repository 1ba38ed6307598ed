"""Kind ways out: somebody died, a pregnancy ended, somebody moved away. Everything about it ends, and nobody is asked again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.booking import day_of
from core.reminders import NotYourReminder
from db.booking import Appointment, Slot
from db.engine import Database
from db.people import Kinship, Person
from db.reminders import Reminder
from services import audit, family, programmes, promises, reminders


async def died(database: Database, person_id: int, guardian_id: int, now: datetime) -> None:
    """Said by whoever cares for the person: nothing is sent about them to anybody any more. Twice is harmless.

    Raises NotYourReminder for somebody else's ward and for oneself.
    """
    async with database.transaction() as session:
        person = await _ward(session, person_id, guardian_id)
        await _died_in(session, person, now)
        audit.write(session, now, "person.died", person.id, actor="person", actor_id=guardian_id)


async def died_by_staff(database: Database, person_id: int, staff_id: int, now: datetime) -> None:
    """The same, written down by a health worker who may see the record."""
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id, with_for_update=True)
        await _died_in(session, person, now)
        audit.write(session, now, "person.died", person.id, actor="staff", actor_id=staff_id)


async def alive(database: Database, person_id: int, staff_id: int, now: datetime) -> None:
    """It was a mistake, says a health worker: what is still due is promised again."""
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id, with_for_update=True)
        person.deceased_on = None
        stopped = (Reminder.about_id == person.id, Reminder.stop_reason == "ended")
        await session.execute(update(Reminder).where(*stopped).values(stop_reason="changed"))
        audit.write(session, now, "person.alive", person.id, actor="staff", actor_id=staff_id)
        await programmes.recompute_in(session, person.id, now)


async def pregnancy_ended(database: Database, person_id: int, viewer_id: int, now: datetime) -> None:
    """Nothing more about this pregnancy. Raises NotYourReminder."""
    async with database.transaction() as session:
        if not await family.may_see(session, viewer_id, person_id):
            raise NotYourReminder
        person = await session.get_one(Person, person_id, with_for_update=True)
        person.pregnant = False
        audit.write(session, now, "person.pregnancy_ended", person.id, actor="person", actor_id=viewer_id)
        await programmes.recompute_in(session, person.id, now)


async def moved_away(database: Database, person_id: int, viewer_id: int, now: datetime) -> None:
    """The viewer hears no more about this ward; of themselves: no reminders at all. Raises NotYourReminder."""
    if person_id == viewer_id:
        return await reminders.pause(database, person_id, now)
    return await _mute(database, person_id, viewer_id, now, now)


async def came_back(database: Database, person_id: int, viewer_id: int, now: datetime) -> None:
    """What is still due is promised again. Raises NotYourReminder."""
    if person_id == viewer_id:
        return await reminders.resume(database, person_id, now)
    return await _mute(database, person_id, viewer_id, None, now)


async def _mute(
    database: Database, person_id: int, viewer_id: int, muted_at: datetime | None, now: datetime
) -> None:
    async with database.transaction() as session:
        person = await _ward(session, person_id, viewer_id)
        mine = (Kinship.ward_id == person.id, Kinship.guardian_id == viewer_id)
        await session.execute(update(Kinship).where(*mine).values(muted_at=muted_at))
        action = "person.moved_away" if muted_at else "person.came_back"
        audit.write(session, now, action, person.id, actor="person", actor_id=viewer_id)
        await programmes.recompute_in(session, person.id, now)


async def _died_in(session: AsyncSession, person: Person, now: datetime) -> None:
    """Visits are cancelled without a word, every promise ends for everybody who was told of them."""
    person.deceased_on = person.deceased_on or day_of(now)
    booked = select(Appointment).join(Slot)
    mine = (Appointment.person_id == person.id, Appointment.status == "booked", Slot.starts_at > now)
    for row in await session.scalars(booked.where(*mine)):
        row.status, row.changed_at = "cancelled", now
    promised = select(Reminder).where(Reminder.about_id == person.id).with_for_update()
    await promises.stop_in(session, await session.scalars(promised), "ended", now)
    await programmes.recompute_in(session, person.id, now)


async def _ward(session: AsyncSession, person_id: int, guardian_id: int) -> Person:
    if person_id == guardian_id or not await family.may_see(session, guardian_id, person_id):
        raise NotYourReminder
    return await session.get_one(Person, person_id, with_for_update=True)
