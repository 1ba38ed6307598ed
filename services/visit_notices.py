"""A citizen is told when their clinic cancels or moves a visit: once, in decent hours, by the way reminders take."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import deliveries as rules
from core.booking import day_of
from db.booking import Appointment
from db.reminders import Occurrence, Reminder
from services import promises, recipients

NOTICES = {"cancelled": -1, "moved": -2}
"""Where a promise has its round: a notice is none and is not in the person's list."""


async def tell_in(
    session: AsyncSession,
    appointment: Appointment,
    step: Literal["cancelled", "moved"],
    before: datetime,
    now: datetime,
) -> bool:
    """Make the notices due; whether somebody will read one `before` they would set out. Nothing about a visit that is over.

    `appointment` is the cancelled one, or the new one of a moved visit.
    """
    starts_at = appointment.slot.starts_at
    if starts_at <= now:
        return False
    told = await promises.told_of_in(session, appointment, now)
    people = await recipients.load(session, told, rules.Hours(), now)
    heard = False
    for person_id in told:
        decision = rules.decide(rules.Due(expires_at=starts_at, capped=False), people[person_id], now)
        if isinstance(decision, rules.Drop):
            continue
        at = decision.until if isinstance(decision, rules.Wait) else now
        await _due(session, appointment, person_id, step, at, now)
        heard = heard or at < before
    return heard


async def _due(
    session: AsyncSession, appointment: Appointment, person_id: int, step: str, at: datetime, now: datetime
) -> None:
    starts_at = appointment.slot.starts_at
    row = Reminder(
        person_id=person_id,
        about_id=appointment.person_id,
        kind="appointment",
        item=str(appointment.id),
        dose=NOTICES[step],
        due_on=day_of(starts_at),
        due_at=starts_at,
        promised_at=now,
    )
    session.add(row)
    await session.flush()
    moment = {"step": step, "moment_at": now, "next_try_at": at, "expires_at": starts_at, "created_at": now}
    await session.execute(
        insert(Occurrence).values(reminder_id=row.id, person_id=person_id, state="due", attempts=0, **moment)
    )
