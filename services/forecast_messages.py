"""The forecast of messages: one statement reads every promise with a step in the next days, core counts them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    String,
    cast,
    func,
    null,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Select

from core import forecast_messages as rules
from core.i18n import Words
from core.staff import Member
from db.booking import Clinic
from db.engine import Database
from db.people import Chat, Consent
from db.reminders import Occurrence, Reminder
from services import holding, reach
from services.ways import first_way

living_chats = (
    select(Chat.person_id)
    .where(Chat.gone_at.is_(None), Chat.person_id.is_not(None))
    .distinct()
    .subquery("living_chats")
)


async def forecast(
    database: Database,
    member: Member | None,
    now: datetime,
    *,
    days: int = rules.DAYS,
    cyrillic: bool = False,
) -> rules.Forecast:
    """Of what is within the member's reach, or of everything when there is no member. Reads only.

    `cyrillic`: readers of Cyrillic get their SMS so, in two parts.
    """
    until = now + timedelta(days=days + 1)
    segments = rules.SEGMENTS_CYRILLIC if cyrillic else rules.SEGMENTS
    promised = _promises(
        member, Reminder.next_step, Reminder.next_at, Reminder.stopped_at.is_(None), Reminder.next_at < until
    )
    due = _promises(
        member, cast(null(), String), Occurrence.next_try_at, Occurrence.state == "due", moments=True
    )
    async with database.transaction() as session:
        rows: Sequence[Any] = (await session.execute(union_all(promised, due))).all()
    # in a thread of its own: others are waiting for their pages
    return await asyncio.to_thread(rules.forecast, rows, now, segments, days)


def _promises(
    member: Member | None,
    step: SQLColumnExpression[Any],
    at: SQLColumnExpression[Any],
    *wanted: ColumnElement[bool],
    moments: bool = False,
) -> Select[*tuple[Any, ...]]:
    """Who would get a message, by which channel, of which clinic: people who agreed, live, and did not stop reminders."""
    told, about = holding.Told, holding.About
    has_chat = living_chats.c.person_id.is_not(None)
    columns: tuple[Any, ...] = (
        *(Reminder.person_id, first_way(told, has_chat), told.language, holding.clinic_id),
        *(Reminder.kind, Reminder.due_on, _seconds(Reminder.due_at), Reminder.missed_at.is_not(None)),
        *(_seconds(Reminder.promised_at) // 3600, step, _seconds(at)),
    )
    query = select(*(one.label(name) for one, name in zip(columns, rules.Live._fields, strict=True)))
    query = query.select_from(Reminder)
    if moments:
        query = query.join(Occurrence, Occurrence.reminder_id == Reminder.id)
    joined = holding.with_clinic(query).outerjoin(living_chats, living_chats.c.person_id == told.id)
    return joined.where(
        *wanted,
        told.reminders_paused_at.is_(None),
        told.deceased_on.is_(None),
        about.deceased_on.is_(None),
        told.id.in_(select(Consent.person_id).where(Consent.withdrawn_at.is_(None))),
        ~holding.is_held,
        *([reach.people(member, holding.Told)] if member is not None else []),
    )


def _seconds(at: SQLColumnExpression[Any]) -> ColumnElement[int]:
    return cast(func.extract("epoch", at), BigInteger)


async def clinic_names(database: Database) -> dict[int, Words]:
    async with database.transaction() as session:
        return {row.id: Words(row.name_uz, row.name_ru) for row in await session.scalars(select(Clinic))}
