"""The forecast of messages: one statement reads every promise with a step in the next days, core counts them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String, cast, null, select, union_all
from sqlalchemy.sql.selectable import Select

from core import forecast_messages as rules
from core.i18n import Words
from core.staff import Member
from db.booking import Clinic
from db.engine import Database
from db.people import Consent
from db.reminders import Occurrence, Reminder
from services import holding
from services.reminder_board import told_within_reach
from services.ways import first_way


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
        rows: Iterable[Any] = await session.execute(union_all(promised, due))
        return rules.forecast((rules.Live(*row) for row in rows), now, segments, days)


def _promises(
    member: Member | None,
    step: SQLColumnExpression[Any],
    at: SQLColumnExpression[Any],
    *wanted: ColumnElement[bool],
    moments: bool = False,
) -> Select[*tuple[Any, ...]]:
    """Who would get a message, by which channel, of which clinic: people who agreed, live, and did not stop reminders."""
    told, about = holding.Told, holding.About
    columns: tuple[Any, ...] = (
        *(Reminder.person_id, Reminder.kind, Reminder.due_on, Reminder.due_at, Reminder.missed_at),
        *(Reminder.promised_at, step.label("step"), at.label("at"), first_way(told).label("way")),
        *(told.language, holding.clinic_id.label("clinic_id")),
    )
    query = select(*columns).select_from(Reminder)
    if moments:
        query = query.join(Occurrence, Occurrence.reminder_id == Reminder.id)
    return holding.with_clinic(query).where(
        *wanted,
        told.reminders_paused_at.is_(None),
        told.deceased_on.is_(None),
        about.deceased_on.is_(None),
        first_way(told).is_not(None),
        select(Consent.id).where(Consent.person_id == told.id, Consent.withdrawn_at.is_(None)).exists(),
        ~holding.is_held,
        *([told_within_reach(member)] if member is not None else []),
    )


async def clinic_names(database: Database) -> dict[int, Words]:
    async with database.transaction() as session:
        return {row.id: Words(row.name_uz, row.name_ru) for row in await session.scalars(select(Clinic))}
