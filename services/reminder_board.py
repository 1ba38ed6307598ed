"""The reminder board: how many due moments stand where, and the list of those in one state, within a member's reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from core import reminder_board as rules
from core import reminder_words as words
from core.i18n import Text, Words
from core.staff import Member
from db.engine import Database
from db.reminders import Delivery, Occurrence, Reminder
from services import audit, holding, reach, recipients
from services.ways import first_way

lead_id = func.coalesce(Occurrence.lead_id, Occurrence.id)
last = (
    select(Delivery.state, Delivery.channel, Delivery.error)
    .where(Delivery.occurrence_id == lead_id)
    .order_by(Delivery.created_at.desc(), Delivery.id.desc())
    .limit(1)
    .lateral("last")
)
waits = Occurrence.state.in_(("due", "claimed"))
shown_state = case(
    (waits & or_(holding.is_held, func.coalesce(Occurrence.reason, "").in_(("held", "trial"))), "held"),
    (waits, "due"),
    ((Occurrence.state == "sent") & (last.c.state == "delivered"), "delivered"),
    (Occurrence.state == "sent", "sent"),
    (Occurrence.state == "failed", "failed"),
    (Occurrence.state == "unknown", "unknown"),
    else_="left_out",
)
way = func.coalesce(last.c.channel, Occurrence.channel, first_way(holding.Told))


@dataclass(frozen=True, slots=True)
class Line:
    """One due moment. `next_try_at` while it waits; `reason` and `error` are codes, said in words by the page."""

    id: int
    reminder_id: int
    person_id: int
    person_name: str | None
    about_name: str | None
    kind: str
    title: Text | Words
    step: str
    moment_at: datetime
    next_try_at: datetime | None
    channel: str | None
    state: rules.State
    reason: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """`lines` are one page of those in the asked state."""

    counts: Mapping[rules.State, int]
    lines: Sequence[Line]
    more: bool


async def show(database: Database, asked: rules.Asked, member: Member, now: datetime) -> Board:
    """Looking at the list is audited."""
    async with database.transaction() as session:
        found = await session.execute(
            _part(select(shown_state.label("shown"), func.count()), asked, member, now).group_by("shown")
        )
        counts: dict[rules.State, int] = dict.fromkeys(rules.STATES, 0)
        counts.update((state, number) for state, number in found.all())
        lines = await _lines(session, asked, member, now)
        detail = {"shown": len(lines), "state": asked.state}
        audit.write(session, now, "reminder.list", None, actor="staff", actor_id=member.id, detail=detail)
    return Board(counts, lines, asked.page * rules.PAGE < counts[asked.state])


async def _lines(
    session: AsyncSession, asked: rules.Asked, member: Member, now: datetime
) -> tuple[Line, ...]:
    columns = (
        *(Occurrence.id, Occurrence.reminder_id, Occurrence.step, Occurrence.moment_at),
        *(Occurrence.next_try_at, Occurrence.reason, Occurrence.state.label("raw")),
        *(Reminder.person_id, Reminder.about_id, Reminder.kind, Reminder.item, Reminder.due_on),
        *(Reminder.held_at, holding.is_held.label("held"), last.c.error, way.label("channel")),
    )
    soonest = asked.state in ("due", "held")
    order = Occurrence.next_try_at if soonest else Occurrence.moment_at.desc()
    query = (
        _part(select(*columns), asked, member, now)
        .where(shown_state == asked.state)
        .order_by(order, Occurrence.id)
        .limit(rules.PAGE)
        .offset((asked.page - 1) * rules.PAGE)
    )
    rows = (await session.execute(query)).all()
    people = await recipients.about(session, {row.person_id for row in rows} | {row.about_id for row in rows})
    return tuple(_line(row, people, asked.state) for row in rows)


def _part(
    query: Select[*tuple[Any, ...]], asked: rules.Asked, member: Member, now: datetime
) -> Select[*tuple[Any, ...]]:
    begin, end = asked.window(now)
    moments = query.select_from(Occurrence)
    joined = holding.with_clinic(moments.join(Reminder, Reminder.id == Occurrence.reminder_id))
    wanted = [Occurrence.moment_at >= begin, Occurrence.moment_at < end, reach.people(member, holding.Told)]
    if asked.kind is not None:
        wanted.append(Reminder.kind == asked.kind)
    if asked.channel is not None:
        wanted.append(way == asked.channel)
    if asked.clinic_id is not None:
        wanted.append(holding.clinic_id == asked.clinic_id)
    return joined.outerjoin(last, true()).where(*wanted)


def _line(row: Any, people: Mapping[int, recipients.About], state: rules.State) -> Line:
    about = people[row.about_id]
    return Line(
        row.id,
        row.reminder_id,
        row.person_id,
        people[row.person_id].name,
        None if row.about_id == row.person_id else about.name,
        row.kind,
        words.title(row.kind, row.item, row.due_on, about.birth_date),
        row.step,
        row.moment_at,
        row.next_try_at if row.raw == "due" else None,
        row.channel,
        state,
        _reason(row),
        row.error if state in ("failed", "unknown") else None,
    )


def _reason(row: Any) -> str | None:
    if row.raw in ("due", "claimed") and row.held:
        return "held" if row.held_at is not None else "clinic_held"
    found: str | None = row.reason
    return found
