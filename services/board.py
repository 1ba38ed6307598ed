"""What staff read at their desk: questions that wait, a reminder with what became of it, and all of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import reminder_words as words
from core import urging
from core.i18n import Text, Words
from core.staff import Member
from db.engine import Database
from db.questions import Question
from db.reminders import Delivery, Occurrence, Reminder
from db.staff import StaffMember
from services import audit, holding, reach, recipients


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a citizen and, once written, its answer."""

    id: int
    person_id: int | None
    text: str
    asked_at: datetime
    state: str
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery on one channel; the address is not shown."""

    channel: str
    provider: str | None
    state: str
    error: str | None
    segments: int
    created_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Moment:
    """One due moment with its attempts; those that went out with another are shown there, `with_id` says where."""

    id: int
    step: str
    moment_at: datetime
    next_try_at: datetime
    expires_at: datetime
    state: str
    reason: str | None
    with_id: int | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Promised:
    """A reminder with everything that became of it."""

    id: int
    person_id: int
    person_name: str | None
    about_id: int
    about_name: str | None
    kind: str
    title: Text | Words
    due_on: date
    due_at: datetime | None
    next_at: datetime | None
    stopped_at: datetime | None
    stop_reason: str | None
    confirmed_at: datetime | None
    moments: tuple[Moment, ...]
    held_at: datetime | None
    held_by: str | None
    clinic_held: bool
    acts: tuple[urging.Act, ...]


async def questions(database: Database, member: Member, now: datetime, limit: int = 100) -> list[Asked]:
    """Those that wait, the oldest first, then the latest answered. Looking is audited."""
    query = (
        select(Question, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == Question.answered_by_id)
        .order_by(Question.state != "open", Question.answered_at.desc().nulls_first(), Question.asked_at)
        .limit(limit)
    )
    async with database.transaction() as session:
        found = [_asked(row, name) for row, name in await session.execute(query)]
        audit.write(
            session,
            now,
            "question.list",
            None,
            actor="staff",
            actor_id=member.id,
            detail={"shown": len(found)},
        )
        return found


async def question(database: Database, question_id: int, member: Member, now: datetime) -> Asked:
    """Raises reach.NotFound."""
    query = (
        select(Question, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == Question.answered_by_id)
        .where(Question.id == question_id)
    )
    async with database.transaction() as session:
        found = (await session.execute(query)).one_or_none()
        if found is None:
            raise reach.NotFound
        row, name = found
        audit.write(
            session,
            now,
            "question.look",
            row.person_id,
            actor="staff",
            actor_id=member.id,
            detail={"question": row.id},
        )
        return _asked(row, name)


async def reminder(database: Database, reminder_id: int, member: Member, now: datetime) -> Promised:
    """Raises reach.NotFound."""
    async with database.transaction() as session:
        row = await session.get(Reminder, reminder_id)
        if row is None or not await reach.id_in_reach(session, row.person_id, member):
            raise reach.NotFound
        detail = {"reminder": row.id}
        audit.write(
            session, now, "reminder.look", row.about_id, actor="staff", actor_id=member.id, detail=detail
        )
        return (await _promised(session, [row], now))[0]


async def of_person(
    database: Database, person_id: int, member: Member, now: datetime, limit: int = 60
) -> tuple[str | None, list[Promised]]:
    """The person's name and everything they were ever promised, the live first, then the latest. Raises reach.NotFound."""
    query = (
        select(Reminder)
        .where(Reminder.person_id == person_id)
        .order_by(Reminder.stopped_at.is_not(None), Reminder.next_at.nulls_last(), Reminder.due_on.desc())
        .limit(limit)
    )
    async with database.transaction() as session:
        if not await reach.id_in_reach(session, person_id, member):
            raise reach.NotFound
        audit.write(session, now, "reminder.timeline", person_id, actor="staff", actor_id=member.id)
        promised = await _promised(session, list(await session.scalars(query)), now)
        name = (await recipients.about(session, [person_id]))[person_id].name
        return name, promised


async def _promised(session: AsyncSession, rows: Sequence[Reminder], now: datetime) -> list[Promised]:
    """Each with everything that became of it, in four statements however many there are."""
    ids = [row.id for row in rows]
    people = await recipients.about(session, {r.person_id for r in rows} | {r.about_id for r in rows})
    held = await holding.held(session, rows)
    holders = select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_({r.held_by_id for r in rows}))
    named = dict((await session.execute(holders)).all())
    newest_first = select(Occurrence).order_by(Occurrence.moment_at.desc(), Occurrence.id.desc())
    occurrences = list(await session.scalars(newest_first.where(Occurrence.reminder_id.in_(ids))))
    leads = {one.lead_id or one.id for one in occurrences}
    tried = select(Delivery).where(Delivery.occurrence_id.in_(leads)).order_by(Delivery.created_at)
    attempts = list(await session.scalars(tried))
    return [
        _one(
            row,
            people,
            [_moment(one, attempts) for one in occurrences if one.reminder_id == row.id],
            row.id in held,
            named.get(row.held_by_id or 0),
            now,
        )
        for row in rows
    ]


def _one(
    row: Reminder,
    people: Mapping[int, recipients.About],
    moments: Sequence[Moment],
    held: bool,
    held_by: str | None,
    now: datetime,
) -> Promised:
    newest = moments[0] if moments else None
    waits = any(moment.state in ("due", "claimed") for moment in moments)
    return Promised(
        row.id,
        row.person_id,
        people[row.person_id].name,
        row.about_id,
        people[row.about_id].name,
        row.kind,
        words.title(row.kind, row.item, row.due_on, people[row.about_id].birth_date),
        row.due_on,
        row.due_at,
        row.next_at,
        row.stopped_at,
        row.stop_reason,
        row.confirmed_at,
        tuple(moments),
        row.held_at,
        held_by,
        held and row.held_at is None,
        urging.acts(
            stopped=row.stopped_at is not None,
            held=row.held_at is not None,
            clinic_held=held and row.held_at is None,
            to_come=waits or row.next_at is not None,
            state=newest.state if newest else None,
            expired=newest is not None and newest.expires_at <= now,
        ),
    )


def _asked(row: Question, name: str | None) -> Asked:
    return Asked(row.id, row.person_id, row.text, row.asked_at, row.state, row.answer, name, row.answered_at)


def _moment(row: Occurrence, attempts: list[Delivery]) -> Moment:
    lead = row.lead_id or row.id
    return Moment(
        row.id,
        row.step,
        row.moment_at,
        row.next_try_at,
        row.expires_at,
        row.state,
        row.reason,
        lead if lead != row.id else None,
        tuple(
            Attempt(
                one.channel,
                one.provider,
                one.state,
                one.error,
                one.segments,
                one.created_at,
                one.sent_at,
                one.settled_at,
            )
            for one in attempts
            if one.occurrence_id == lead
        ),
    )
