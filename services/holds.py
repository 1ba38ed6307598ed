"""Holding back and releasing: one reminder, or everything of a clinic. A hold survives planning; pressing twice is harmless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.i18n import Words
from core.staff import Member
from core.urging import CannotSend
from db.booking import Clinic
from db.engine import Database
from db.holds import ClinicHold
from db.reminders import Occurrence, Reminder
from db.staff import StaffMember
from services import audit, holding, reach, waiting


@dataclass(frozen=True, slots=True)
class ClinicState:
    """A clinic and, when its reminders are held back, since when and by whom; `waiting` due moments wait because of it."""

    id: int
    name: Words
    held_at: datetime | None
    held_by: str | None
    waiting: int


async def hold(database: Database, reminder_id: int, member: Member, now: datetime) -> bool:
    """Nothing of this reminder goes out until it is released; whether that is new. Raises NotFound, CannotSend."""
    async with database.transaction() as session:
        row = await own(session, reminder_id, member)
        if row.stopped_at is not None:
            raise CannotSend("acted_on")
        if row.held_at is not None:
            return False
        row.held_at, row.held_by_id = now, member.id
        _note(session, now, "reminder.hold", member, row.about_id, reminder=row.id)
        return True


async def release(database: Database, reminder_id: int, member: Member, now: datetime) -> bool:
    """It goes out again, what waited at the next look of the worker; whether that is new. Raises NotFound."""
    async with database.transaction() as session:
        row = await own(session, reminder_id, member)
        if row.held_at is None:
            return False
        row.held_at = row.held_by_id = None
        await waiting.wake(session, "held", now, Occurrence.reminder_id == row.id)
        _note(session, now, "reminder.release", member, row.about_id, reminder=row.id)
        return True


async def hold_clinic(database: Database, clinic_id: int, member: Member, now: datetime) -> bool:
    """Nothing about this clinic's people and visits goes out until it is released; whether that is new. Raises NotFound."""
    async with database.transaction() as session:
        await _own_clinic(session, clinic_id, member)
        row = insert(ClinicHold).values(clinic_id=clinic_id, held_at=now, held_by_id=member.id)
        new = await session.scalar(row.on_conflict_do_nothing().returning(ClinicHold.clinic_id))
        if new is not None:
            _note(session, now, "clinic.hold", member, None, clinic=clinic_id)
        return new is not None


async def release_clinic(database: Database, clinic_id: int, member: Member, now: datetime) -> bool:
    """What waited goes out at the next look of the worker, except what is held alone. Raises NotFound."""
    async with database.transaction() as session:
        await _own_clinic(session, clinic_id, member)
        gone = delete(ClinicHold).where(ClinicHold.clinic_id == clinic_id).returning(ClinicHold.clinic_id)
        if await session.scalar(gone) is None:
            return False
        ours = holding.with_clinic(select(Reminder.id)).where(holding.clinic_id == clinic_id)
        await waiting.wake(session, "held", now, Occurrence.reminder_id.in_(ours))
        _note(session, now, "clinic.release", member, None, clinic=clinic_id)
        return True


async def clinics(database: Database, member: Member) -> list[ClinicState]:
    """The clinics this member may hold back: their own, or all; the held ones first."""
    waiting = (
        holding.with_clinic(
            select(holding.clinic_id.label("clinic_id"), func.count().label("waiting")).select_from(Reminder)
        )
        .join(Occurrence, Occurrence.reminder_id == Reminder.id)
        .where(Occurrence.state == "due", holding.clinic_id.in_(select(ClinicHold.clinic_id)))
        .group_by(holding.clinic_id)
        .subquery()
    )
    query = (
        select(Clinic, ClinicHold.held_at, StaffMember.name, func.coalesce(waiting.c.waiting, 0))
        .outerjoin(ClinicHold, ClinicHold.clinic_id == Clinic.id)
        .outerjoin(StaffMember, StaffMember.id == ClinicHold.held_by_id)
        .outerjoin(waiting, waiting.c.clinic_id == Clinic.id)
        .where(true() if member.clinic_id is None else Clinic.id == member.clinic_id)
        .order_by(ClinicHold.held_at.nulls_last(), Clinic.name_uz, Clinic.id)
    )
    async with database.transaction() as session:
        return [
            ClinicState(row.id, Words(row.name_uz, row.name_ru), held_at, name, count)
            for row, held_at, name, count in await session.execute(query)
        ]


async def held_clinics(database: Database, member: Member) -> list[ClinicState]:
    """Those of `clinics` that are held back now."""
    return [one for one in await clinics(database, member) if one.held_at is not None]


async def own(session: AsyncSession, reminder_id: int, member: Member, *, lock: bool = True) -> Reminder:
    """The reminder when it is within the member's reach. Raises NotFound."""
    row = await session.get(Reminder, reminder_id, with_for_update=lock)
    if row is None or not await reach.id_in_reach(session, row.person_id, member):
        raise reach.NotFound
    return row


async def _own_clinic(session: AsyncSession, clinic_id: int, member: Member) -> None:
    mine = member.clinic_id in (None, clinic_id)
    if not mine or await session.get(Clinic, clinic_id) is None:
        raise reach.NotFound


def _note(
    session: AsyncSession, now: datetime, action: str, member: Member, person_id: int | None, **detail: int
) -> None:
    audit.write(session, now, action, person_id, actor="staff", actor_id=member.id, detail=dict(detail))
