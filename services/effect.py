"""Effect: of those whom a message reached, how many came within 30 days; its days are its arguments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, or_, select, text

from core.effect import WITHIN, Compared, Part, Row, check_period
from core.halves import VARIANTS
from core.i18n import TASHKENT
from db.engine import Database
from db.experiments import Experiment

# A message counts when it was sent, and was not reported lost, in the period. Everybody it was about is looked at: came who
# had a visit marked as kept, a dose given or a check done on that day or in the 30 days after it. Of a vaccination a dose
# or a visit counts, of a check-up a check or a visit, of an appointment that very visit, of a campaign anything of the
# person's own or of somebody they care for. Days are Tashkent's.
# `only` are experiments.
_LOOKED_AT = """
    WITH told AS (
        SELECT DISTINCT ON (o.id) r.id AS reminder_id, r.kind, r.person_id, r.about_id, r.item, o.step, d.channel,
               d.experiment_id, d.variant, d.sent_at AS at, CAST(timezone('Asia/Tashkent', d.sent_at) AS date) AS on_day
        FROM deliveries d
        JOIN occurrences o ON o.lead_id = d.occurrence_id AND o.state = 'sent'
        JOIN reminders r ON r.id = o.reminder_id
        WHERE d.state IN ('sent', 'delivered') AND d.sent_at >= :since AND d.sent_at < :until
          AND (CAST(:only AS bigint[]) IS NULL OR d.experiment_id = ANY(CAST(:only AS bigint[])))
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
    )"""
_MEASURE = text(
    _LOOKED_AT  # noqa: S608 – constants
    + """
    SELECT kind, CASE kind WHEN 'campaign' THEN item END AS item, step, channel,
           count(DISTINCT reminder_id) AS told,
           count(DISTINCT reminder_id) FILTER (WHERE came) AS came,
           count(DISTINCT reminder_id) FILTER (WHERE NOT came AND at > :now - :within) AS young
    FROM looked_at
    GROUP BY GROUPING SETS ((kind, CASE kind WHEN 'campaign' THEN item END, step, channel), (kind))
    ORDER BY kind, step NULLS FIRST, 2, channel
"""
)
_RAN = (
    select(Experiment.id, Experiment.title, Experiment.kind, Experiment.state, Experiment.started_at)
    .where(
        Experiment.started_at < bindparam("until"),
        or_(Experiment.ended_at.is_(None), Experiment.ended_at >= bindparam("since")),
    )
    .order_by(Experiment.started_at, Experiment.id)
)
# An experiment divides people, so people are counted: who came after any of the messages they had in it. All of it is
# counted, also what lies before the period: whom the better text brought at once gets no second message, so that those who
# get one later are no longer alike.
_COMPARE = text(
    _LOOKED_AT  # noqa: S608 – constants
    + """, people AS (
        SELECT experiment_id, variant, person_id, bool_or(came) AS came, bool_or(at > :now - :within) AS young
        FROM looked_at GROUP BY experiment_id, variant, person_id
    )
    SELECT experiment_id, variant, count(*) AS told, count(*) FILTER (WHERE came) AS came,
           count(*) FILTER (WHERE NOT came AND young) AS young
    FROM people GROUP BY experiment_id, variant
"""
)


async def measure(database: Database, since: date, until: date, now: datetime) -> list[Row]:
    """Messages of these days, both included, and who came after them, as the record says at `now`. Raises BadPeriod."""
    values = {**_period(since, until), **_within(now), "only": None}
    async with database.transaction() as session:
        return [Row(**row) for row in (await session.execute(_MEASURE, values)).mappings()]


async def compare(database: Database, since: date, until: date, now: datetime) -> list[Compared]:
    """The experiments that ran in these days, each counted from its own start until `now`. Raises BadPeriod."""
    async with database.transaction() as session:
        ran = (await session.execute(_RAN, _period(since, until))).all()
        if not ran:
            return []
        values = {"since": ran[0].started_at, "until": now + timedelta(seconds=1), **_within(now)}
        rows = await session.execute(_COMPARE, values | {"only": [one.id for one in ran]})
        parts = {(row.experiment_id, row.variant): Part(row.told, row.came, row.young) for row in rows}
    return [
        Compared(
            one.id,
            one.title,
            one.kind,
            one.state == "running",
            *(parts.get((one.id, of), Part()) for of in VARIANTS),
        )
        for one in ran
    ]


def _period(since: date, until: date) -> dict[str, object]:
    check_period(since, until)
    return {
        "since": datetime.combine(since, time(), TASHKENT),
        "until": datetime.combine(until + timedelta(days=1), time(), TASHKENT),
    }


def _within(now: datetime) -> dict[str, object]:
    return {"within": WITHIN, "within_days": WITHIN.days, "now": now}
