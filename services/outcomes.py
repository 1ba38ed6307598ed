"""Outcomes: what became of each attempt, as far as it is known. An outcome nobody knows is a state of its own."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Date, func, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from core import deliveries as rules
from core import reminders as promise_rules
from core.notices import Attempt
from core.ports import ChannelKind, DeliveryError, Receipt
from db.engine import Database
from db.people import Chat, Person
from db.reminders import Delivery, Occurrence

_chance = random.Random().random  # noqa: S311 – spreads retries, keeps no secret
OPEN = ("claimed", "unknown")
LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: a receipt, or the error."""

    attempt: Attempt
    result: Receipt | DeliveryError


async def settle(database: Database, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Record at most ten together. Idempotent; a late known outcome replaces an unknown one, never the other way round."""
    sent = [(o.attempt, o.result) for o in outcomes if isinstance(o.result, Receipt)]
    if len(sent) == len(outcomes):  # as on most days: one statement, which commits itself in half the time
        async with database.at_once() as connection:
            await _keep_sent(connection, sent, now)
        return
    async with database.transaction() as session:
        if sent:
            await _keep_sent(session, sent, now)
        for outcome in outcomes:
            if isinstance(outcome.result, DeliveryError):
                await _keep_failure(session, outcome.attempt, outcome.result, now)


NEVER_SENT = "never sent"
"""What the provider said when it was asked; the answer to the request itself, however late, knows better."""

# A receipt may have come before the answer: what is delivered or failed already stays so. What was given up as lost and is
# due again for that reason only is not sent once more when it turns out to have been sent.
_SENT = text("""
    WITH kept AS (
        UPDATE deliveries d
        SET state = CASE WHEN d.state = 'delivered' THEN d.state ELSE v.state END, provider = v.provider,
            provider_id = v.provider_id, segments = v.segments, sent_at = :now, error = NULL
        FROM (
            -- the limit changes nothing but the planner's mind, which else expects a hundred and reads the whole table
            SELECT * FROM json_to_recordset(:sent) AS r(id bigint, state text, provider text, provider_id text, segments int)
            LIMIT :many
        ) AS v
        WHERE d.id = v.id
          AND (d.state IN ('sending', 'unknown', 'delivered') OR (d.state = 'failed' AND d.error = :never_sent))
        RETURNING d.occurrence_id
    ), follow_ups AS (
        INSERT INTO occurrences (reminder_id, person_id, step, moment_at, next_try_at, expires_at, channel, state,
                                 attempts, created_at)
        SELECT reminder_id, person_id, step, at, at, expires_at, 'sms', 'due', 0, :now
        FROM json_to_recordset(:follow_ups)
             AS f(reminder_id bigint, person_id bigint, step text, at timestamptz, expires_at timestamptz)
        ON CONFLICT DO NOTHING
    )
    UPDATE occurrences o SET state = 'sent', reason = NULL, claimed_by = NULL, lease_until = NULL
    FROM kept WHERE o.lead_id = kept.occurrence_id AND o.state IN ('claimed', 'unknown', 'due')
""")


async def _keep_sent(
    connection: AsyncSession | AsyncConnection, sent: Sequence[tuple[Attempt, Receipt]], now: datetime
) -> None:
    receipts = [
        {
            "id": attempt.delivery_id,
            "state": receipt.status,
            "provider": receipt.provider,
            "provider_id": receipt.provider_id,
            "segments": receipt.segments,
        }
        for attempt, receipt in sent
    ]
    follow_ups = [step for attempt, _receipt in sent for step in _follow_ups(attempt, now)]
    # as JSON: many small arrays cost more than the statement
    values = {"sent": json.dumps(receipts), "follow_ups": json.dumps(follow_ups)}
    await connection.execute(_SENT, values | {"now": now, "never_sent": NEVER_SENT, "many": len(sent)})


def _follow_ups(attempt: Attempt, now: datetime) -> Iterable[dict[str, object]]:
    """One SMS a day after an important step on Telegram, unless it is confirmed by then."""
    for item in attempt.notice.items if attempt.notice.follow_up else ():
        step = promise_rules.follow_up(item.kind, item.step, now)
        if step is not None:
            yield {
                "reminder_id": item.reminder_id,
                "person_id": attempt.notice.person_id,
                "step": step.name,
                "at": step.at.isoformat(),
                "expires_at": step.expires_at.isoformat(),
            }


async def _keep_failure(session: AsyncSession, attempt: Attempt, error: DeliveryError, now: datetime) -> None:
    notice = attempt.notice
    state, ended_at = ("unknown", None) if error.unknown else ("failed", now)
    if not await close(session, attempt.delivery_id, state, str(error), ended_at):
        return
    if error.unknown:
        await move(session, notice.lead_id, now, state="unknown", reason="unknown")
        return
    if error.gone and notice.way == "telegram":
        await session.execute(
            update(Chat).where(Chat.id == int(notice.address), Chat.gone_at.is_(None)).values(gone_at=now)
        )
        await move(session, notice.lead_id, now, state="due", channel=None, attempts=0, next_try_at=now)
        return
    if error.retry_after_s is not None and not error.permanent:
        at = now + timedelta(seconds=error.retry_after_s)
        await move(session, notice.lead_id, now, state="due", next_try_at=at, reason="busy")
        return
    await try_again(
        session,
        Failed(notice.lead_id, notice.failed + 1, notice.expires_at, notice.fallback, error.permanent),
        now,
    )


@dataclass(frozen=True, slots=True)
class Failed:
    """A message whose try failed for certain; `times` on this channel, this one included."""

    lead_id: int
    times: int
    expires_at: datetime
    fallback: ChannelKind | None
    permanent: bool


async def try_again(session: AsyncSession, failed: Failed, now: datetime) -> None:
    """The same channel later, the next channel now, or the end."""
    at = None if failed.permanent else rules.retry_at(failed.times, now, failed.expires_at, _chance())
    if at is not None:
        await move(
            session, failed.lead_id, now, state="due", attempts=failed.times, next_try_at=at, reason="retry"
        )
    elif failed.fallback is not None:
        values = {"attempts": 0, "channel": failed.fallback, "next_try_at": now}
        await move(session, failed.lead_id, now, state="due", reason="next_channel", **values)
    else:
        await move(session, failed.lead_id, now, state="failed", reason="failed")
        await _pause_after_many(session, failed.lead_id, now)


async def close(
    session: AsyncSession, delivery_id: int, state: str, error: str, settled_at: datetime | None
) -> bool:
    """End the attempt; False when its fate was known already."""
    found = await session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_(("sending", "unknown")))
        .values(state=state, error=error, settled_at=settled_at)
        .returning(Delivery.id)
    )
    return found.first() is not None


async def move(session: AsyncSession, lead_id: int, now: datetime, **values: object) -> None:
    await session.execute(
        update(Occurrence)
        .where(Occurrence.lead_id == lead_id, Occurrence.state.in_((*OPEN, "sent")))
        .values(**{"claimed_by": None, "lease_until": None, "reason": None} | values)
    )


async def arrived(session: AsyncSession, lead_id: int) -> None:
    """It was sent after all: what waits to be tried once more for not knowing does so no longer."""
    await session.execute(
        update(Occurrence)
        .where(Occurrence.lead_id == lead_id, Occurrence.state.in_((*OPEN, "due")))
        .values(state="sent", reason=None, claimed_by=None, lease_until=None)
    )


async def _pause_after_many(session: AsyncSession, lead_id: int, now: datetime) -> None:
    """Failures on five different days, and nothing that arrived between: the person is left in peace."""
    person_id = await session.scalar(select(Occurrence.person_id).where(Occurrence.id == lead_id))
    arrived = select(func.max(Delivery.sent_at)).where(
        Delivery.person_id == person_id, Delivery.state.in_(("sent", "delivered"))
    )
    since = max(await session.scalar(arrived) or now - LOOK_BACK, now - LOOK_BACK)
    day = sql_cast(func.timezone("Asia/Tashkent", Delivery.created_at), Date)
    query = select(func.count(day.distinct())).where(
        Delivery.person_id == person_id, Delivery.state == "failed", Delivery.created_at > since
    )
    if (await session.scalar(query) or 0) >= rules.FAILED_DAYS_BEFORE_PAUSE:
        await session.execute(
            update(Person)
            .where(Person.id == person_id, Person.reminders_paused_at.is_(None))
            .values(reminders_paused_at=now)
        )


async def give_up(database: Database, lead_id: int, reason: str) -> None:
    """A message that cannot be made (a broken record) fails for itself and stops nobody else."""
    async with database.transaction() as session:
        await session.execute(
            update(Occurrence)
            .where(Occurrence.lead_id == lead_id, Occurrence.state == "claimed")
            .values(state="failed", reason=reason, claimed_by=None, lease_until=None)
        )


async def never_left(database: Database, keys: Mapping[int, str], worker: str) -> None:
    """A begin whose commit nobody confirmed: nothing was sent for it, so nothing is unknown and all is due again.

    `keys` are the attempts' own, by lead: what another worker has begun for the same message since then is not touched.
    """
    again = {"state": "due", "reason": "never_left", "claimed_by": None, "lease_until": None}
    async with database.transaction() as session:
        begun = await session.scalars(
            update(Delivery)
            .where(Delivery.key.in_(keys.values()), Delivery.state.in_(("sending", "unknown")))
            .values(state="failed", error="never left")
            .returning(Delivery.occurrence_id)
        )
        claimed = (Occurrence.state == "claimed", Occurrence.claimed_by == worker)
        await session.execute(
            update(Occurrence).where(Occurrence.lead_id.in_(keys), *claimed).values(**again)
        )
        others = select(Delivery.id).where(
            Delivery.occurrence_id == Occurrence.lead_id, Delivery.state.in_(("sending", "unknown"))
        )
        given_up = (Occurrence.state == "unknown", ~others.exists())
        await session.execute(
            update(Occurrence).where(Occurrence.lead_id.in_(begun.all()), *given_up).values(**again)
        )


# Deliveries are locked before due moments, as everywhere: who records an outcome at this moment is passed over.
_BEGUN = text("""
    SELECT d.occurrence_id FROM deliveries d
    WHERE d.state = 'sending' AND d.occurrence_id IN (
        SELECT lead_id FROM occurrences WHERE state = 'claimed' AND lease_until < now()
    )
    ORDER BY d.id FOR UPDATE SKIP LOCKED
""")
_DEAD = text("""
    SELECT lead_id FROM occurrences WHERE state = 'claimed' AND lease_until < now() FOR UPDATE SKIP LOCKED
""")


async def sweep(database: Database) -> tuple[int, int]:
    """Leases that ran out: (messages due again, unknown). What had begun may have arrived and is not sent blindly again."""
    async with database.transaction() as session:
        ours = set(await session.scalars(_BEGUN))
        dead = set(await session.scalars(_DEAD))
        mine = (Delivery.occurrence_id.in_(dead), Delivery.state == "sending")
        sending = set(await session.scalars(select(Delivery.occurrence_id).where(*mine)))
        begun = sending & ours
        await session.execute(
            update(Delivery)
            .where(Delivery.occurrence_id.in_(begun), Delivery.state == "sending")
            .values(state="unknown", error="lost")
        )
        for leads, state, reason in ((begun, "unknown", "unknown"), (dead - sending, "due", "lease")):
            await session.execute(
                update(Occurrence)
                .where(Occurrence.lead_id.in_(leads), Occurrence.state == "claimed")
                .values(state=state, reason=reason, claimed_by=None, lease_until=None)
            )
    return len(dead - sending), len(begun)
