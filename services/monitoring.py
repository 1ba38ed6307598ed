"""Figures of the whole for a scrape and for the watch, read from indexes. No person stands in any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Date, case, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from core.alarms import LOOK_BACK, Kind, Provider, State
from core.failover import ERRORS_WITHIN_S, Health
from db.dialogue import InboxUpdate
from db.engine import Database
from db.monitoring import Alarm, Heartbeat, SmsCount, SmsProvider
from db.people import Consent, Person
from db.reminders import Delivery, Occurrence, Reminder
from services import waiting
from services.sms_templates import REASON as NOT_APPROVED
from services.ways import first_way

BEATS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """Ages in seconds, 0 where nothing waits. `lease_age_s` is of the oldest lease; one that ran out is older than `lease_s`."""

    due: int = 0
    oldest_due_at: datetime | None = None
    oldest_due_s: float = 0.0
    claimed: int = 0
    lease_age_s: float = 0.0
    unknown: int = 0
    not_approved: int = 0
    inbox: int = 0
    inbox_age_s: float = 0.0
    beat_ages_s: Mapping[str, float] = field(default_factory=dict)
    providers: Sequence[Provider] = ()
    alarms: Sequence[Kind] = ()


async def figures(database: Database, now: datetime, *, lease_s: float = 60.0) -> Figures:
    """Everything a scrape shows, in one transaction."""
    async with database.transaction() as session:
        due, oldest_due_at = await _due(session, now)
        claimed, ends_in_s = await _leases(session)
        inbox, first_at = await _inbox(session)
        beats = await _beats(session, now)
        return Figures(
            due=due,
            oldest_due_at=oldest_due_at,
            oldest_due_s=_age_s(oldest_due_at, now),
            claimed=claimed,
            lease_age_s=max(0.0, lease_s - ends_in_s) if claimed else 0.0,
            unknown=await _unknown(session),
            not_approved=await waiting.count(session, NOT_APPROVED),
            inbox=inbox,
            inbox_age_s=_age_s(first_at, now),
            beat_ages_s={process: _age_s(at, now) for process, at in beats.items()},
            providers=await _providers(session, now),
            alarms=tuple(await session.scalars(select(Alarm.kind).where(Alarm.cleared_at.is_(None)))),
        )


async def state(database: Database, now: datetime) -> State:
    """What alarms are judged by."""
    async with database.transaction() as session:
        _count, oldest_due_at = await _due(session, now)
        return State(
            oldest_due_at,
            await _beats(session, now),
            await _providers(session, now),
            await waiting.count(session, NOT_APPROVED),
        )


async def segments_ahead(database: Database, now: datetime, days: int, *, cyrillic: bool) -> int:
    """SMS segments that the promises of the next days take at least: one message a person and day, visits apart.

    Only the next step of each promise counts, for whom it reaches by SMS today; `cyrillic`: its readers get two segments.
    """
    long = ("ru", "uz_Cyrl") if cyrillic else ("ru",)
    apart = case((Reminder.kind == "appointment", Reminder.id), else_=0)
    day = sql_cast(func.timezone("Asia/Tashkent", Reminder.next_at), Date)
    messages = (
        select(case((Person.language.in_(long), 2), else_=1).label("segments"))
        .select_from(Reminder)
        .join(Person, Person.id == Reminder.person_id)
        .where(
            Reminder.stopped_at.is_(None),
            Reminder.next_at < now + timedelta(days=days),
            Person.reminders_paused_at.is_(None),
            Person.deceased_on.is_(None),
            first_way(Person) == "sms",
            select(Consent.id).where(Consent.person_id == Person.id, Consent.withdrawn_at.is_(None)).exists(),
        )
        .group_by(Person.id, Person.language, day, apart)
        .subquery()
    )
    async with database.transaction() as session:
        return int(await session.scalar(select(func.sum(messages.c.segments))) or 0)


def _age_s(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0


async def _due(session: AsyncSession, now: datetime) -> tuple[int, datetime | None]:
    """Those whose time to be tried has come; what waits for daytime or a retry is not late."""
    query = select(func.count(), func.min(Occurrence.next_try_at)).where(
        Occurrence.state == "due", Occurrence.next_try_at <= now
    )
    count, oldest = (await session.execute(query)).one()
    return count, oldest


async def _leases(session: AsyncSession) -> tuple[int, float]:
    """How many are held, and in how many seconds the first lease ends; leases run on the database's clock."""
    ends_in = func.extract("epoch", func.min(Occurrence.lease_until) - func.now())
    query = select(func.count(), ends_in).where(Occurrence.state == "claimed")
    count, seconds = (await session.execute(query)).one()
    return count, float(seconds or 0)


async def _unknown(session: AsyncSession) -> int:
    query = select(func.count()).where(Delivery.state == "unknown", Delivery.settled_at.is_(None))
    return await session.scalar(query) or 0


async def _inbox(session: AsyncSession) -> tuple[int, datetime | None]:
    query = select(func.count(), func.min(InboxUpdate.received_at)).where(InboxUpdate.state == "new")
    count, oldest = (await session.execute(query)).one()
    return count, oldest


async def _beats(session: AsyncSession, now: datetime) -> dict[str, datetime]:
    query = (
        select(Heartbeat.process, func.max(Heartbeat.beat_at).label("newest"))
        .where(Heartbeat.beat_at > now - BEATS_FOR)
        .group_by(Heartbeat.process)
    )
    return {row.process: row.newest for row in await session.execute(query)}


async def _providers(session: AsyncSession, now: datetime) -> tuple[Provider, ...]:
    minute = func.sum(SmsCount.errors).filter(SmsCount.at > now - timedelta(seconds=ERRORS_WITHIN_S))
    query = (
        select(SmsCount.provider, minute, func.sum(SmsCount.errors), func.sum(SmsCount.taken))
        .where(SmsCount.at > now - LOOK_BACK)
        .group_by(SmsCount.provider)
    )
    counts = {name: (int(m or 0), int(e), int(t)) for name, m, e, t in await session.execute(query)}
    found = []
    for row in await session.scalars(select(SmsProvider).order_by(SmsProvider.name)):
        last_minute, errors, taken = counts.get(row.name, (0, 0, 0))
        health = Health(last_minute, row.recent, row.slow)
        balance = float(row.balance) if row.balance is not None else None
        found.append(
            Provider(row.name, row.weight, health, errors, taken, balance, row.currency, row.days_left)
        )
    return tuple(found)
