"""The worker's part in the common failover: what it counted goes to the database, the weights come from there."""

from __future__ import annotations

from datetime import datetime

from channels.sms_failover import SmsFailover
from services import Database, failover


async def weigh(
    database: Database, channel: SmsFailover, now: datetime, delays: failover.Delays | None = None
) -> None:
    """While the database is away the last weights hold, and nothing counted is lost."""
    counts = channel.take_counts()
    try:
        channel.use(await failover.share(database, channel.resting, counts, now, delays))
    except BaseException:
        channel.give_back(counts)
        raise
