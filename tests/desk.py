"""What tests of the desk share: a nurse, the visits of a person, and what was audited of staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core.people import Citizen
from core.staff import Member
from db.booking import Slot
from db.engine import Database
from db.people import AuditEvent
from services import booking

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
PINFL = "41503905010012"


def nurse(clinic_id: int | None = None) -> Member:
    return Member(7, "charos", "Charos", "nurse", "uz", clinic_id)


async def visit_at(database: Database, aziza: Citizen, clinic_id: int, hours: int) -> int:
    """Booked at the slot so many hours from now."""
    async with database.transaction() as session:
        slot = await session.scalar(
            select(Slot).where(Slot.clinic_id == clinic_id, Slot.starts_at == NOW + timedelta(hours=hours))
        )
    before = min(NOW, slot.starts_at - timedelta(hours=2))
    return (await booking.book(database, aziza.id, aziza.id, slot.id, before)).id


async def actions(database: Database) -> list[tuple[str, int | None]]:
    async with database.transaction() as session:
        return list(
            await session.execute(
                select(AuditEvent.action, AuditEvent.person_id).where(AuditEvent.actor == "staff")
            )
        )
