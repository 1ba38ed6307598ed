"""Appointments as the desk sees them: what may be said of each, what follows for its reminders, and where it may be moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import booking as bookings
from core import staff as rules
from core.i18n import Words
from db.booking import Appointment, Slot
from db.engine import Database
from db.people import Person
from services import audit, booking, programmes, promises, reach, visit_notices

MOST_TIMES = 12


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as the desk sees it; `outcomes` is what may be said of it now."""

    id: int
    person_id: int
    person_name: str
    service: str
    clinic: Words
    room: str
    starts_at: datetime
    status: str
    outcomes: tuple[rules.Outcome, ...]


async def visit(database: Database, appointment_id: int, member: rules.Member, now: datetime) -> Visit:
    """Raises reach.NotFound."""
    async with database.transaction() as session:
        found = await _visits(session, (Appointment.id == appointment_id) & reach.slots(member), now)
        if not found:
            raise reach.NotFound
        return found[0]


async def of_person(session: AsyncSession, person_id: int, now: datetime) -> tuple[Visit, ...]:
    """The latest first."""
    return await _visits(session, Appointment.person_id == person_id, now)


async def settle(
    database: Database, appointment_id: int, outcome: rules.Outcome, member: rules.Member, now: datetime
) -> bool:
    """What became of a visit, and what follows for its reminders. Twice is harmless. Raises reach.NotFound, WrongOutcome.

    Whether the person is told in time of a visit that is cancelled; else staff should call.
    """
    async with database.transaction() as session:
        row = await _locked_visit(session, appointment_id, member)
        if row.status == outcome:
            return True
        rules.check_outcome(outcome, row.status, row.slot.starts_at, now)
        row.status, row.changed_at = outcome, now
        audit.write(
            session,
            now,
            f"appointment.{outcome}",
            row.person_id,
            actor="staff",
            actor_id=member.id,
            detail={"appointment": row.id},
        )
        await session.flush()
        if outcome == "noshow":
            await promises.missed_appointment_in(session, row, now)
        else:
            await promises.drop_appointment_in(session, row.id, now)
        await programmes.recompute_in(session, row.person_id, now)
        if outcome != "cancelled":
            return True
        return await visit_notices.tell_in(session, row, "cancelled", row.slot.starts_at, now)


async def free_times(
    database: Database, appointment_id: int, member: rules.Member, now: datetime
) -> list[bookings.FreeSlot]:
    """Where the visit could be moved to: the next free times for the same thing in the same clinic. Raises reach.NotFound."""
    async with database.transaction() as session:
        row = await _locked_visit(session, appointment_id, member)
        place = row.slot.clinic_id, row.slot.service
    return await booking.nearest(database, *place, now, limit=MOST_TIMES)


async def move(
    database: Database, appointment_id: int, slot_id: int, member: rules.Member, now: datetime
) -> tuple[int, bool]:
    """Move a visit that is still to come; the new visit, and whether the person is told in time.

    Raises reach.NotFound, WrongOutcome, SlotTaken, SlotPassed, OverlapsAnother.
    """
    try:
        async with database.transaction() as session:
            row = await _locked_visit(session, appointment_id, member)
            rules.check_outcome("cancelled", row.status, row.slot.starts_at, now)
            slot = await session.get(Slot, slot_id)
            if slot is None or (slot.clinic_id, slot.service) != (row.slot.clinic_id, row.slot.service):
                raise reach.NotFound
            who = row.booked_by_id, row.person_id
            new = await booking.put_in(session, *who, slot_id, now, row.item, row.id)
            audit.write(
                session,
                now,
                "appointment.move",
                row.person_id,
                actor="staff",
                actor_id=member.id,
                detail={"appointment": row.id, "to": new.id},
            )
            return new.id, await visit_notices.tell_in(session, new, "moved", row.slot.starts_at, now)
    except IntegrityError:
        raise bookings.SlotTaken from None


async def _locked_visit(session: AsyncSession, appointment_id: int, member: rules.Member) -> Appointment:
    row = await session.get(Appointment, appointment_id, with_for_update={"of": Appointment})
    if row is None or (member.clinic_id is not None and row.slot.clinic_id != member.clinic_id):
        raise reach.NotFound
    return row


async def _visits(session: AsyncSession, condition: ColumnElement[bool], now: datetime) -> tuple[Visit, ...]:
    query = (
        select(Appointment, Person)
        .join(Appointment.slot)
        .join(Person, Person.id == Appointment.person_id)
        .where(condition)
        .order_by(Slot.starts_at.desc())
    )
    return tuple(
        Visit(
            row.id,
            row.person_id,
            person.name,
            row.slot.service,
            Words(row.slot.clinic.name_uz, row.slot.clinic.name_ru),
            row.slot.room,
            row.slot.starts_at,
            row.status,
            rules.outcomes(row.status, row.slot.starts_at, now),
        )
        for row, person in await session.execute(query)
    )


def show_service(code: str) -> Words:
    known = bookings.services().get(code)
    return known.name if known else Words(code, code)
