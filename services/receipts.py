"""Receipts: what a provider says later about an attempt, and attempts whose fate has to be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import reminders as promise_rules
from core.failover import SLOW_AFTER_S
from core.notices import PRINT_LENGTH
from core.ports import ChannelKind, Receipt
from db.engine import Database
from db.reminders import Delivery, Occurrence, Reminder
from services import outcomes

PRINTS_WITHIN = timedelta(minutes=10)
REPORTED_AFTER, REPORTED_WITHIN = timedelta(minutes=10), timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Lost:
    """An attempt whose fate is unknown, with what a provider may be asked for."""

    delivery_id: int
    lead_id: int
    key: str
    channel: ChannelKind
    address: str
    begun_at: datetime
    kind: promise_rules.Kind
    losses: int


async def lost(database: Database, now: datetime, *, settled_for_s: float, limit: int = 100) -> list[Lost]:
    """Attempts unknown for at least so long, oldest first."""
    earlier = Delivery.__table__.alias("earlier")
    losses = (
        select(func.count())
        .select_from(earlier)
        .where(earlier.c.occurrence_id == Delivery.occurrence_id, earlier.c.state == "unknown")
        .scalar_subquery()
    )
    query = (
        select(Delivery, Reminder.kind, losses)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .join(Reminder, Reminder.id == Occurrence.reminder_id)
        .where(
            Delivery.state == "unknown",
            Delivery.settled_at.is_(None),
            Delivery.created_at <= now - timedelta(seconds=settled_for_s),
        )
        .order_by(Delivery.created_at)
        .limit(limit)
    )
    async with database.transaction() as session:
        return [
            Lost(d.id, d.occurrence_id or 0, d.key, d.channel, d.address, d.created_at, kind, times)
            for d, kind, times in (await session.execute(query)).all()
        ]


async def known_ids(database: Database, provider_ids: Sequence[str]) -> set[str]:
    """Which of these messages we have on record already."""
    query = select(Delivery.provider_id).where(Delivery.provider_id.in_(provider_ids))
    async with database.transaction() as session:
        return {found for found in await session.scalars(query) if found is not None}


async def prints_about(database: Database, begun_at: datetime) -> set[str]:
    """Of what texts our SMS of that time were (core.notices.text_print)."""
    query = select(func.right(Delivery.key, PRINT_LENGTH)).where(
        Delivery.channel == "sms",
        Delivery.created_at.between(begun_at - PRINTS_WITHIN, begun_at + PRINTS_WITHIN),
    )
    async with database.transaction() as session:
        return set(await session.scalars(query.distinct()))


async def found(database: Database, one: Lost, receipt: Receipt, now: datetime) -> None:
    """The provider has it: it was sent after all. Does nothing when somebody else settled it meanwhile."""
    values = {"provider": receipt.provider, "provider_id": receipt.provider_id, "segments": receipt.segments}
    async with database.transaction() as session:
        known = await session.scalar(
            update(Delivery)
            .where(Delivery.id == one.delivery_id, Delivery.state == "unknown")
            .values(state=receipt.status, sent_at=one.begun_at, error=None, **values)
            .returning(Delivery.id)
        )
        if known is not None:
            await outcomes.arrived(session, one.lead_id)


async def not_found(database: Database, one: Lost, now: datetime) -> None:
    """Proven unsent: due again at once."""
    async with database.transaction() as session:
        if await outcomes.close(session, one.delivery_id, "failed", outcomes.NEVER_SENT, now):
            await outcomes.move(session, one.lead_id, now, state="due", next_try_at=now, reason="never_sent")


async def cannot_know(database: Database, one: Lost, now: datetime, *, repeat: bool) -> None:
    """Nobody can tell, for good: once more when `repeat`, else it stays unknown and is listed so.

    Of several workers that ask at once only the first decides.
    """
    async with database.transaction() as session:
        open_still = await session.scalar(
            update(Delivery)
            .where(Delivery.id == one.delivery_id, Delivery.state == "unknown", Delivery.settled_at.is_(None))
            .values(settled_at=now)
            .returning(Delivery.id)
        )
        if repeat and open_still is not None:
            await outcomes.move(session, one.lead_id, now, state="due", next_try_at=now, reason="repeat")


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says later, with its name and its id of the message. `permanent`: trying again is of no use."""

    state: str
    error: str | None = None
    permanent: bool = False
    provider: str | None = None
    provider_id: str | None = None


async def receipt(database: Database, key: str, report: Report, now: datetime) -> bool:
    """A provider's later word about our attempt `key`. Repeated, out of order and unknown ones are harmless.

    `report.state`: sent, delivered or failed. Returns whether the key is ours.
    """
    async with database.transaction() as session:
        row = await session.scalar(select(Delivery).where(Delivery.key == key).with_for_update())
        if row is None:
            return False
        row.provider, row.provider_id = row.provider or report.provider, row.provider_id or report.provider_id
        guessed = row.state == "failed" and row.error == outcomes.NEVER_SENT
        if not guessed and (row.state in ("delivered", "failed") or report.state == row.state):
            return True
        row.state = report.state  # type: ignore[assignment]  # the database refuses any other word
        lead_id = row.occurrence_id
        if report.state != "failed":
            row.error = None
            row.sent_at = row.sent_at or now
            row.settled_at = now if report.state == "delivered" else row.settled_at
        else:
            row.error, row.settled_at = report.error, now
        await session.flush()
        if lead_id is not None and report.state == "failed":
            await _after_report(session, lead_id, row.channel, report, now)
        elif lead_id is not None:
            await outcomes.arrived(session, lead_id)
    return True


async def _after_report(
    session: AsyncSession, lead_id: int, way: ChannelKind, report: Report, now: datetime
) -> None:
    """An SMS that did not arrive is tried again when that may help; there is no channel after it."""
    lead = await session.get(Occurrence, lead_id)
    if lead is not None and lead.channel == way:
        failed = outcomes.Failed(lead_id, lead.attempts + 1, lead.expires_at, None, report.permanent)
        await outcomes.try_again(session, failed, now)


async def delays(database: Database, now: datetime) -> dict[str, tuple[int, int]]:
    """By SMS provider: how many messages of the last minutes, and how many of them arrived late or not yet."""
    late = timedelta(seconds=SLOW_AFTER_S)
    was_late = or_(Delivery.settled_at.is_(None), Delivery.settled_at - Delivery.sent_at > late)
    query = (
        select(Delivery.provider, func.count(), func.count().filter(was_late))
        .where(
            Delivery.channel == "sms",
            Delivery.provider.is_not(None),
            Delivery.sent_at.between(now - 3 * late, now - late),
        )
        .group_by(Delivery.provider)
    )
    async with database.transaction() as session:
        return {name: (count, slow) for name, count, slow in await session.execute(query) if name}


@dataclass(frozen=True, slots=True)
class Unreported:
    """An SMS that left and of which nothing was heard since."""

    key: str
    address: str
    provider_id: str
    begun_at: datetime


async def unreported(database: Database, now: datetime, limit: int = 50) -> list[Unreported]:
    """Sent between ten minutes and two days ago, newest first: their callback got lost, or there is none."""
    query = (
        select(Delivery)
        .where(
            Delivery.channel == "sms",
            Delivery.state == "sent",
            Delivery.settled_at.is_(None),
            Delivery.provider_id.is_not(None),
            Delivery.sent_at.between(now - REPORTED_WITHIN, now - REPORTED_AFTER),
        )
        .order_by(Delivery.sent_at.desc())
        .limit(limit)
    )
    async with database.transaction() as session:
        return [
            Unreported(row.key, row.address, row.provider_id or "", row.created_at)
            for row in await session.scalars(query)
        ]
