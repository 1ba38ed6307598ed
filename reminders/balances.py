"""The worker asks what the accounts of the SMS providers hold, and says how long that lasts for what is promised."""

from __future__ import annotations

from datetime import datetime

import structlog

from channels.asked import HasBalance
from channels.sms_failover import SmsFailover
from core import alarms
from core.ports import DeliveryError
from core.settings import Settings
from services import Database, balances, monitoring

log = structlog.get_logger()


async def ask(database: Database, channel: SmsFailover, settings: Settings, now: datetime) -> int:
    """How many told. An account that cannot be asked stays unknown; one that does not answer keeps its last word."""
    shares = await balances.to_ask(database, now)
    if not shares:
        return 0
    ahead = await monitoring.segments_ahead(
        database, now, alarms.COVERED_DAYS, cyrillic=settings.sms_cyrillic
    )
    told = 0
    for name, share in shares.items():
        provider = channel.providers.get(name)
        if not isinstance(provider, HasBalance):
            continue
        try:
            balance = await provider.balance()
        except DeliveryError as error:
            log.warning("balance_not_told", provider=name, error=str(error))
            continue
        days_left = alarms.days_left(balance.amount, settings.segment_price(name), ahead * share)
        await balances.keep(database, name, balance, days_left)
        told += 1
    return told
