"""Heartbeats, and alarms: raised once by whoever sees them first, told at most hourly, cleared when all is well again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import alarms as rules
from core.alarms import Kind, Process
from core.staff import Member
from db.engine import Database
from db.monitoring import Alarm, Heartbeat
from db.staff import StaffMember
from services import audit
from services.monitoring import BEATS_FOR

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(5150)")
"""Every watch settles alarms under it; any number nobody else locks."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm; `acknowledged_by` is the name of whoever looks after it."""

    id: int
    kind: Kind
    details: Mapping[str, Any]
    raised_at: datetime
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None = None


async def beat(
    database: Database, process: Process, instance: str, now: datetime, details: Mapping[str, Any]
) -> None:
    """This process lives. Instances that have not been heard of for a week are forgotten."""
    row = {"process": process, "instance": instance, "beat_at": now, "details": dict(details)}
    async with database.transaction() as session:
        query = insert(Heartbeat).values(row)
        await session.execute(
            query.on_conflict_do_update(
                index_elements=["process", "instance"],
                set_={"beat_at": query.excluded.beat_at, "details": query.excluded.details},
            )
        )
        await session.execute(delete(Heartbeat).where(Heartbeat.beat_at < now - BEATS_FOR))


async def settle(database: Database, found: rules.Found, now: datetime) -> list[Kind]:
    """Raise what is new, clear what is over; which kinds were raised. Any number of watches may call it at once."""
    async with database.transaction() as session:
        await session.execute(_ONE_AT_A_TIME)
        rows = {row.kind: row for row in await session.scalars(_open())}
        for kind, row in rows.items():
            if kind in found:
                row.details = dict(found[kind])
            else:
                row.cleared_at = now
        new = [kind for kind in found if kind not in rows]
        for kind in new:
            await _raise(session, kind, found[kind], now)
        return new


async def _raise(session: AsyncSession, kind: Kind, details: Mapping[str, Any], now: datetime) -> None:
    """One that comes back within the hour is the same alarm again, so that nobody is told twice in it."""
    last = await session.scalar(
        select(Alarm)
        .where(Alarm.kind == kind, Alarm.cleared_at > now - rules.REPEATED_AFTER)
        .order_by(Alarm.raised_at.desc())
        .limit(1)
    )
    if last is not None:
        last.cleared_at, last.details = None, dict(details)
    else:
        session.add(Alarm(kind=kind, details=dict(details), raised_at=now))


async def raised(database: Database) -> list[Raised]:
    """Those not over, the oldest first."""
    return [one for one in await recent(database) if one.cleared_at is None][::-1]


async def recent(database: Database, limit: int = 50) -> list[Raised]:
    """The latest, first those that are not over."""
    query = (
        select(Alarm, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == Alarm.acknowledged_by_id)
        .order_by(Alarm.cleared_at.is_(None).desc(), Alarm.raised_at.desc(), Alarm.id.desc())
        .limit(limit)
    )
    async with database.transaction() as session:
        return [_view(row, name) for row, name in await session.execute(query)]


async def acknowledge(database: Database, alarm_id: int, member: Member, now: datetime) -> None:
    """Somebody looks after it: it is told no more, and shown until it is over. Twice is harmless."""
    async with database.transaction() as session:
        done = await session.scalar(
            update(Alarm)
            .where(Alarm.id == alarm_id, Alarm.acknowledged_at.is_(None))
            .values(acknowledged_at=now, acknowledged_by_id=member.id)
            .returning(Alarm.kind)
        )
        if done is not None:
            audit.write(
                session,
                now,
                "alarm.acknowledge",
                None,
                actor="staff",
                actor_id=member.id,
                detail={"kind": done},
            )


async def to_tell(database: Database, now: datetime) -> list[Raised]:
    """Alarms whose turn to be sent it is; each is given to one caller only, and again an hour later while nobody cares."""
    query = (
        update(Alarm)
        .where(
            Alarm.cleared_at.is_(None),
            Alarm.acknowledged_at.is_(None),
            or_(Alarm.told_at.is_(None), Alarm.told_at <= now - rules.REPEATED_AFTER),
        )
        .values(told_at=now)
        .returning(Alarm)
    )
    async with database.transaction() as session:
        return [_view(row) for row in await session.scalars(query)]


async def not_told(database: Database, alarm_ids: Sequence[int]) -> None:
    """Nobody could be reached: the next watch tries again."""
    async with database.transaction() as session:
        await session.execute(update(Alarm).where(Alarm.id.in_(alarm_ids)).values(told_at=None))


def _open() -> Any:
    return select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at, Alarm.id)


def _view(row: Alarm, name: str | None = None) -> Raised:
    return Raised(row.id, row.kind, row.details, row.raised_at, row.cleared_at, row.acknowledged_at, name)
