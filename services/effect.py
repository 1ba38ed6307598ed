"""Effect: of those whom a message reached, how many came within 30 days; one statement, its days are its arguments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from core.effect import WITHIN, Row, check_period
from core.i18n import TASHKENT
from db.engine import Database

# A message counts when it was sent, and was not reported lost, in the period. Everybody it was about is looked at: came who
# had a visit marked as kept, a dose given or a check done on that day or in the 30 days after it. Of a vaccination a dose
# or a visit counts, of a check-up a check or a visit, of an appointment that very visit, of a campaign anything of the
# person's own or of somebody they care for. Days are Tashkent's.
_MEASURE = text("""
    WITH told AS (
        SELECT DISTINCT ON (o.id) r.id AS reminder_id, r.kind, r.person_id, r.about_id, r.item, o.step, d.channel,
               d.sent_at AS at, CAST(timezone('Asia/Tashkent', d.sent_at) AS date) AS on_day
        FROM deliveries d
        JOIN occurrences o ON o.lead_id = d.occurrence_id AND o.state = 'sent'
        JOIN reminders r ON r.id = o.reminder_id
        WHERE d.state IN ('sent', 'delivered') AND d.sent_at >= :since AND d.sent_at < :until
        ORDER BY o.id, d.id DESC
    ), looked_at AS (
        SELECT t.*, (
            EXISTS (
                SELECT 1 FROM appointments a JOIN slots s ON s.id = a.slot_id
                WHERE a.status = 'fulfilled' AND s.starts_at >= t.at AND s.starts_at < t.at + :within
                  AND CASE t.kind WHEN 'appointment' THEN a.id = CAST(t.item AS bigint)
                      WHEN 'campaign' THEN a.person_id = t.person_id
                        OR a.person_id IN (SELECT k.ward_id FROM kinships k WHERE k.guardian_id = t.person_id)
                      ELSE a.person_id = t.about_id END)
            OR (t.kind IN ('vaccination', 'campaign') AND EXISTS (
                SELECT 1 FROM immunizations i
                WHERE i.status = 'completed' AND i.given_on >= t.on_day AND i.given_on <= t.on_day + CAST(:within_days AS integer)
                  AND (i.person_id = t.about_id OR (t.kind = 'campaign' AND i.person_id IN (
                      SELECT k.ward_id FROM kinships k WHERE k.guardian_id = t.person_id)))))
            OR (t.kind IN ('screening', 'campaign') AND EXISTS (
                SELECT 1 FROM screening_results c
                WHERE c.status = 'completed' AND c.done_on >= t.on_day AND c.done_on <= t.on_day + CAST(:within_days AS integer)
                  AND (c.person_id = t.about_id OR (t.kind = 'campaign' AND c.person_id IN (
                      SELECT k.ward_id FROM kinships k WHERE k.guardian_id = t.person_id)))))
        ) AS came FROM told t
    )
    SELECT kind, CASE kind WHEN 'campaign' THEN item END AS item, step, channel,
           count(DISTINCT reminder_id) AS told,
           count(DISTINCT reminder_id) FILTER (WHERE came) AS came,
           count(DISTINCT reminder_id) FILTER (WHERE NOT came AND at > :now - :within) AS young
    FROM looked_at
    GROUP BY GROUPING SETS ((kind, CASE kind WHEN 'campaign' THEN item END, step, channel), (kind))
    ORDER BY kind, step NULLS FIRST, 2, channel
""")


async def measure(database: Database, since: date, until: date, now: datetime) -> list[Row]:
    """Messages of these days, both included, and who came after them, as the record says at `now`. Raises BadPeriod."""
    check_period(since, until)
    values = {
        "since": datetime.combine(since, time(), TASHKENT),
        "until": datetime.combine(until + timedelta(days=1), time(), TASHKENT),
        "within": WITHIN,
        "within_days": WITHIN.days,
        "now": now,
    }
    async with database.transaction() as session:
        return [Row(**row) for row in (await session.execute(_MEASURE, values)).mappings()]
