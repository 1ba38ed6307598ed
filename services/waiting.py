"""Due moments that wait until something ends: a hold, the trial, a campaign's pause, a text nobody approved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.reminders import Occurrence


async def count(session: AsyncSession, reason: str) -> int:
    query = select(func.count()).where(Occurrence.state == "due", Occurrence.reason == reason)
    return await session.scalar(query) or 0


async def wake(session: AsyncSession, reason: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """What waits for this reason is looked at again at once; with `which` only that part of it."""
    waiting = (Occurrence.state == "due", Occurrence.reason == reason, *which)
    await session.execute(update(Occurrence).where(*waiting).values(next_try_at=now, reason=None))
