"""Deliveries: what was claimed is begun, or given back. Nothing here sends anything.

claim (services.claims) → (words, outside) → begin → (the request, outside) → settle (services.outcomes). A lease on the
database's clock holds a claimed moment; what a dead worker leaves is freed by services.outcomes.sweep.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.notices import Attempt, Notice, attempt_key
from db.crypto import keyring
from db.engine import Database
from db.reminders import Occurrence


async def begin(
    database: Database,
    notices: Collection[Notice],
    worker: str,
    now: datetime,
    lease_s: float,
    keys: Mapping[int, str] | None = None,
) -> list[Attempt]:
    """Write the Delivery of each notice as `sending`, committed before any request leaves; the lease starts anew.

    `keys` are our ids of the attempts, by the notice's lead (core.notices.attempt_key); made here when there are none.
    Only of those still wholly ours, wanted and agreed to, of no campaign that is paused; the others are due again and looked
    at by the next claim.
    """
    open_now = [n for n in notices if now < n.expires_at and n.hours.is_open(now)]
    keys = keys or {n.lead_id: attempt_key("") for n in open_now}
    wanted = [
        {
            "lead_id": n.lead_id,
            "size": n.size,
            "key": keys[n.lead_id],
            "person_id": n.person_id,
            "way": n.way,
            "address": keyring().encrypt(n.address).decode(),
            "capped": n.capped,
            "experiment_id": n.tried and n.tried.experiment_id,
            "variant": n.tried and n.tried.variant,
        }
        for n in open_now
    ]
    values = {"wanted": json.dumps(wanted), "worker": worker, "lease_s": lease_s, "now": now}
    async with database.at_once() as connection:
        began = await connection.execute(_BEGIN, values)
        ids = {row.occurrence_id: row.id for row in began}
    if len(ids) < len(notices):
        await release(database, [n.lead_id for n in notices if n.lead_id not in ids], worker)
    return [Attempt(n, ids[n.lead_id], keys[n.lead_id]) for n in open_now if n.lead_id in ids]


_BEGIN = text("""
    WITH wanted AS (
        SELECT * FROM json_to_recordset(:wanted)
            AS v(lead_id bigint, size int, key text, person_id bigint, way text, address text, capped boolean,
                 experiment_id bigint, variant text)
    ), still AS (
        UPDATE occurrences o SET lease_until = now() + make_interval(secs => :lease_s)
        FROM wanted w, reminders r, people p, people about
        WHERE o.lead_id = w.lead_id AND o.claimed_by = :worker AND o.state = 'claimed' AND o.lease_until > now()
          AND r.id = o.reminder_id AND r.stopped_at IS NULL AND r.held_at IS NULL
          AND p.id = o.person_id AND p.reminders_paused_at IS NULL AND p.deceased_on IS NULL
          AND about.id = r.about_id AND about.deceased_on IS NULL
          AND EXISTS (SELECT 1 FROM consents c WHERE c.person_id = o.person_id AND c.withdrawn_at IS NULL)
          AND (r.kind <> 'campaign' OR p.campaigns_refused_at IS NULL AND CAST(r.item AS text) IN (
              SELECT CAST(m.id AS text) FROM campaigns m WHERE m.state NOT IN ('paused', 'stopped')))
        RETURNING o.lead_id
    ), whole AS (
        SELECT lead_id, count(*) AS size FROM still GROUP BY lead_id
    )
    INSERT INTO deliveries (key, occurrence_id, person_id, channel, address, state, capped, segments, created_at,
                            experiment_id, variant)
    SELECT key, lead_id, person_id, way, convert_to(address, 'UTF8'), 'sending', capped, 1, :now, experiment_id, variant
    FROM wanted JOIN whole USING (lead_id, size)
    RETURNING occurrence_id, id
""")


async def release(database: Database, leads: Collection[int], worker: str) -> None:
    """Give back what was claimed and not begun: a worker that stops leaves nothing to wait for."""
    async with database.transaction() as session:
        await _give_back(session, leads, worker)


async def _give_back(session: AsyncSession, leads: Collection[int], worker: str) -> None:
    if leads:
        await session.execute(
            update(Occurrence)
            .where(
                Occurrence.lead_id.in_(leads), Occurrence.claimed_by == worker, Occurrence.state == "claimed"
            )
            .values(state="due", claimed_by=None, lease_until=None)
        )


async def put_off(
    database: Database, leads: Collection[int], worker: str, until: datetime, reason: str
) -> None:
    """Give back what cannot go now, to be looked at again later."""
    async with database.transaction() as session:
        await session.execute(
            update(Occurrence)
            .where(
                Occurrence.lead_id.in_(leads), Occurrence.claimed_by == worker, Occurrence.state == "claimed"
            )
            .values(state="due", claimed_by=None, lease_until=None, next_try_at=until, reason=reason)
        )
