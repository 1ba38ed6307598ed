"""What came of a campaign, in people and segments, for each of its texts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from core import campaigns as rules
from core.campaigns import Variant
from db.engine import Database


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one text, in people: `left_out` are those for whom it came too late, or who may not be told."""

    variant: Variant
    people: int = 0
    waits: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    left_out: int = 0
    answered: int = 0
    booked: int = 0
    refused: int = 0
    segments: int = 0


async def of(database: Database, campaign_id: int) -> dict[Variant, Result]:
    """Counts of people for each text, as of now."""
    async with database.transaction() as session:
        found = (await session.execute(_RESULTS, {"campaign": str(campaign_id)})).mappings().all()
    counted = {
        rules.variant_of(row["step"]): {k: int(v) for k, v in row.items() if k != "step"} for row in found
    }
    return {of: Result(of, **values) for of, values in counted.items()}


_RESULTS = text("""
    SELECT o.step, count(*) AS people,
           count(*) FILTER (WHERE o.state IN ('due', 'claimed')) AS waits,
           count(*) FILTER (WHERE o.state = 'sent') AS sent,
           count(*) FILTER (WHERE o.state = 'sent' AND d.state = 'delivered') AS delivered,
           count(*) FILTER (WHERE o.state = 'failed') AS failed,
           count(*) FILTER (WHERE o.state = 'unknown') AS unknown,
           count(*) FILTER (WHERE o.state IN ('skipped', 'expired')) AS left_out,
           count(*) FILTER (WHERE r.confirmed_at IS NOT NULL) AS answered,
           count(*) FILTER (WHERE d.at IS NOT NULL AND EXISTS (
               SELECT 1 FROM appointments a
               WHERE (a.person_id = r.person_id OR a.booked_by_id = r.person_id)
                 AND a.created_at >= d.at AND a.created_at < d.at + interval '30 days')) AS booked,
           count(*) FILTER (WHERE r.stop_reason = 'declined') AS refused,
           coalesce(sum(d.segments) FILTER (WHERE d.channel = 'sms'), 0) AS segments
    FROM reminders r
    JOIN occurrences o ON o.reminder_id = r.id
    LEFT JOIN LATERAL (
        SELECT d.state, d.channel, d.segments, coalesce(d.sent_at, d.created_at) AS at FROM deliveries d
        WHERE d.occurrence_id = o.lead_id AND d.state IN ('sent', 'delivered') ORDER BY d.id DESC LIMIT 1
    ) d ON true
    WHERE r.kind = 'campaign' AND r.item = :campaign
    GROUP BY o.step ORDER BY o.step
""")
