"""The trial: while it is on, only people on its list get unasked messages, and everybody else's wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.staff import Member
from db.engine import Database
from db.holds import Trial, TrialMember
from db.people import Person
from db.reminders import Occurrence
from services import audit, reach, recipients, waiting

THE_ONE = 1


@dataclass(frozen=True, slots=True)
class Tester:
    person_id: int
    name: str | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """Since when the trial is on, who is on its list, and how many due messages wait because of it."""

    on_at: datetime | None
    people: tuple[Tester, ...]
    waiting: int


async def on_at(database: Database) -> datetime | None:
    """Since when the trial is on, or None."""
    async with database.transaction() as session:
        return await session.scalar(select(Trial.on_at).where(Trial.id == THE_ONE))


async def state(database: Database, member: Member, now: datetime) -> State:
    """Everything about the trial. Looking at the list is audited."""
    async with database.transaction() as session:
        since = await session.scalar(select(Trial.on_at).where(Trial.id == THE_ONE))
        rows = list(await session.scalars(select(TrialMember).order_by(TrialMember.added_at.desc())))
        names = await recipients.about(session, [row.person_id for row in rows])
        _note(session, now, "trial.look", member)
        return State(
            since,
            tuple(Tester(row.person_id, names[row.person_id].name, row.added_at) for row in rows),
            await waiting.count(session, "trial"),
        )


async def switch(database: Database, on: bool, member: Member, now: datetime) -> bool:
    """On or off; whether that is new. When it ends, what waited for it is looked at again at once."""
    async with database.transaction() as session:
        row = await session.get(Trial, THE_ONE, with_for_update=True)
        if (row is not None and row.on_at is not None) == on:
            return False
        values = {"on_at": now if on else None, "changed_by_id": member.id}
        change = insert(Trial).values(id=THE_ONE, **values)
        await session.execute(change.on_conflict_do_update(index_elements=[Trial.id], set_=values))
        if not on:
            await waiting.wake(session, "trial", now)
        _note(session, now, "trial.on" if on else "trial.off", member)
        return True


async def add(database: Database, person_id: int, member: Member, now: datetime) -> bool:
    """Somebody agreed to try; whether that is new. Raises NotFound."""
    async with database.transaction() as session:
        if await session.get(Person, person_id) is None:
            raise reach.NotFound
        row = insert(TrialMember).values(person_id=person_id, added_at=now, added_by_id=member.id)
        new = await session.scalar(row.on_conflict_do_nothing().returning(TrialMember.person_id))
        if new is not None:
            await waiting.wake(session, "trial", now, Occurrence.person_id == person_id)
            _note(session, now, "trial.add", member, person_id)
        return new is not None


async def remove(database: Database, person_id: int, member: Member, now: datetime) -> bool:
    async with database.transaction() as session:
        gone = delete(TrialMember).where(TrialMember.person_id == person_id).returning(TrialMember.person_id)
        if await session.scalar(gone) is None:
            return False
        _note(session, now, "trial.remove", member, person_id)
        return True


def _note(
    session: AsyncSession, now: datetime, action: str, member: Member, person_id: int | None = None
) -> None:
    audit.write(session, now, action, person_id, actor="staff", actor_id=member.id)
