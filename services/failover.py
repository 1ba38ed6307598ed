"""Failover of SMS as all workers see it: each adds what it counted, and one step at a time is taken under a lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import failover as rules
from core.failover import Count, Health
from db.engine import Database
from db.monitoring import SmsCount, SmsProvider

TOGETHER_S = 10
KEPT_FOR = timedelta(hours=1)
NEVER_S = 1e9

Delays = Mapping[str, tuple[int, int]]


async def share(
    database: Database,
    resting: Mapping[str, int],
    counts: Mapping[str, Count],
    now: datetime,
    delays: Delays | None = None,
) -> dict[str, int]:
    """Add this worker's counts (and, by provider, how many recent messages and how many of them were slow); the weights to use.

    The rows are locked, so of many workers that see the same trouble one takes the step and all get its result.
    """
    async with database.transaction() as session:
        rows = await _rows(session, resting)
        await _add(session, counts, now)
        for row in rows:
            if delays is not None:
                row.recent, row.slow = delays.get(row.name, (0, 0))
        _step(rows, await _errors(session, now), now)
        return {row.name: row.weight for row in rows}


async def _rows(session: AsyncSession, resting: Mapping[str, int]) -> Sequence[SmsProvider]:
    """Locked, in one order for everybody. Other shares in the settings begin anew from those."""
    new = [
        {"name": name, "weight": weight, "resting": weight, "recent": 0, "slow": 0}
        for name, weight in resting.items()
    ]
    await session.execute(insert(SmsProvider).on_conflict_do_nothing(), new)
    rows = list(await session.scalars(select(SmsProvider).order_by(SmsProvider.name).with_for_update()))
    gone = [row.name for row in rows if row.name not in resting]
    if gone or any(row.resting != resting[row.name] for row in rows):
        await session.execute(delete(SmsProvider).where(SmsProvider.name.in_(gone)))
        rows = [row for row in rows if row.name in resting]
        for row in rows:
            row.resting = row.weight = resting[row.name]
    return rows


async def _add(session: AsyncSession, counts: Mapping[str, Count], now: datetime) -> None:
    at = now.replace(second=now.second - now.second % TOGETHER_S, microsecond=0)
    some = [
        {"provider": name, "at": at, "taken": count.taken, "errors": count.errors}
        for name, count in sorted(counts.items())
        if count.taken or count.errors
    ]
    if some:
        query = insert(SmsCount)
        sums = {name: getattr(SmsCount, name) + getattr(query.excluded, name) for name in ("taken", "errors")}
        await session.execute(query.on_conflict_do_update(index_elements=["provider", "at"], set_=sums), some)
        await session.execute(delete(SmsCount).where(SmsCount.at < now - KEPT_FOR))


async def _errors(session: AsyncSession, now: datetime) -> dict[str, int]:
    since = now - timedelta(seconds=rules.ERRORS_WITHIN_S)
    query = (
        select(SmsCount.provider, func.sum(SmsCount.errors).label("errors"))
        .where(SmsCount.at > since)
        .group_by(SmsCount.provider)
    )
    return {row.provider: int(row.errors) for row in await session.execute(query)}


def _step(rows: Sequence[SmsProvider], errors: Mapping[str, int], now: datetime) -> None:
    health = {row.name: Health(errors.get(row.name, 0), row.recent, row.slow) for row in rows}
    if any(one.is_bad for one in health.values()):
        for row in rows:
            row.bad_at = now
    weights = {row.name: row.weight for row in rows}
    moved = rules.judged(
        weights,
        {row.name: row.resting for row in rows},
        health,
        _since_s((row.stepped_at for row in rows), now),
        _since_s((row.bad_at for row in rows), now),
    )
    if moved != weights:
        for row in rows:
            row.weight, row.stepped_at = moved[row.name], now


def _since_s(moments: Iterable[datetime | None], now: datetime) -> float:
    latest = max((at for at in moments if at is not None), default=None)
    return (now - latest).total_seconds() if latest else NEVER_S
