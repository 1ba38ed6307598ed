"""Who wants no campaigns: from the next send on; reminders of one's own go on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from core.reminders import NotYourReminder
from db.engine import Database
from db.people import Person
from db.reminders import Occurrence, Reminder
from services import audit


async def refuse(database: Database, person_id: int, now: datetime, *, refused: bool = True) -> None:
    """No campaign any more, from the next send on; or campaigns again. Reminders of one's own go on."""
    async with database.transaction() as session:
        values = {"campaigns_refused_at": now if refused else None}
        await session.execute(update(Person).where(Person.id == person_id).values(**values))
        if refused:
            mine = (Reminder.person_id == person_id, Reminder.kind == "campaign")
            await session.execute(
                update(Reminder)
                .where(*mine, Reminder.stopped_at.is_(None))
                .values(stopped_at=now, stop_reason="declined")
            )
            await session.execute(
                update(Occurrence)
                .where(
                    Occurrence.person_id == person_id,
                    Occurrence.state == "due",
                    Occurrence.reminder_id.in_(select(Reminder.id).where(*mine)),
                )
                .values(state="skipped", reason="declined")
            )
        action = "campaigns.refuse" if refused else "campaigns.allow"
        audit.write(session, now, action, person_id, actor="person", actor_id=person_id)


async def refuse_from(database: Database, reminder_id: int, person_id: int, now: datetime) -> None:
    """The button under a campaign's message. Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await session.get(Reminder, reminder_id)
        if row is None or row.person_id != person_id or row.kind != "campaign":
            raise NotYourReminder
    await refuse(database, person_id, now)
