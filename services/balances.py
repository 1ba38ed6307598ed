"""What the accounts of SMS providers hold: asked once an hour by one worker, kept for everybody."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from core.ports import Balance
from db.engine import Database
from db.monitoring import SmsProvider

EVERY = timedelta(hours=1)


async def to_ask(database: Database, now: datetime) -> dict[str, float]:
    """Providers whose turn it is, with their share of all messages; each is given to one worker only."""
    query = (
        update(SmsProvider)
        .where(or_(SmsProvider.balance_at.is_(None), SmsProvider.balance_at <= now - EVERY))
        .values(balance_at=now)
        .returning(SmsProvider.name, SmsProvider.resting)
    )
    async with database.transaction() as session:
        whole = await session.scalar(select(func.sum(SmsProvider.resting))) or 1
        return {row.name: row.resting / float(whole) for row in await session.execute(query)}


async def keep(database: Database, name: str, balance: Balance, days_left: float | None) -> None:
    async with database.transaction() as session:
        await session.execute(
            update(SmsProvider)
            .where(SmsProvider.name == name)
            .values(balance=balance.amount, currency=balance.currency, days_left=days_left)
        )
