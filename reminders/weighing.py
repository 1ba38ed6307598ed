"""What all workers share about SMS providers: weights that follow their errors, and the texts each has approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from channels.sms_failover import SmsFailover
from core.ports import Channel, OutboundMessage
from services import Database, deliveries, failover, sms_templates


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


async def approvals(database: Database, channel: Channel | None) -> None:
    """Which texts each provider has approved, as it stands now."""
    if isinstance(channel, SmsFailover) and channel.approved:
        channel.approved = await sms_templates.approved(database, list(channel.approved))


async def sendable(
    database: Database,
    channel: Channel,
    messages: Mapping[int, OutboundMessage],
    worker: str,
    until: datetime,
) -> dict[int, OutboundMessage]:
    """Those whose text some provider may send; the others are put off, and an alarm says so."""
    if not isinstance(channel, SmsFailover):
        return dict(messages)
    waiting = [lead_id for lead_id, one in messages.items() if not channel.is_approved(one.text)]
    if waiting:
        await deliveries.put_off(database, waiting, worker, until, sms_templates.REASON)
    return {lead_id: one for lead_id, one in messages.items() if lead_id not in waiting}
