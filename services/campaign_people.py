"""Whom a campaign reaches: counted beforehand, and brought into the queue in batches while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core import campaigns as rules
from core.booking import day_of
from core.campaigns import Audience, Count
from core.deliveries import Hours
from core.reminders import ADULT_YEARS, STAYS_TRUE
from db.campaigns import Campaign, CampaignText
from db.engine import Database
from db.reminders import Occurrence, Reminder
from services import waiting

BATCH = 1000
"""So many people are looked at in one transaction."""

# What of an audience asks for which line; the values are parameters.
_WANTED = {
    "region": "p.region = :region",
    "district": "p.district = :district",
    "age_from": "p.birth_date <= CAST(:today AS date) - make_interval(years => CAST(:age_from AS integer))",
    "age_to": "p.birth_date > CAST(:today AS date) - make_interval(years => CAST(:age_to AS integer) + 1)",
    "sex": "p.sex = :sex",
    "pregnant": "p.pregnant",
    "condition": ":condition = ANY(p.conditions)",
}
_ITEM = """EXISTS (
    SELECT 1 FROM recommendations c WHERE c.person_id = p.id AND c.series = :item
      AND c.status IN ('not_yet', 'due', 'overdue') AND {since} <= :today AND coalesce(c.latest_on, :today) >= :today
      AND NOT EXISTS (
        SELECT 1 FROM appointments a JOIN slots s ON s.id = a.slot_id
        WHERE a.person_id = p.id AND a.item = c.item AND a.status = 'booked' AND s.starts_at > :now))"""
_SINCE = {"due": "c.recommended_on", "overdue": "c.overdue_on"}
# A child's guardians are told, and those of whom nobody can reach, as core.reminders.recipients has it; nobody is told
# of a ward of whom they want to hear no more, nor of an item they declined. The way is core.deliveries.ways.
_TOLD = """
    matched AS (
        SELECT p.id, p.birth_date > CAST(:today AS date) - make_interval(years => CAST(:adult_years AS integer)) AS child,
               p.phone_hash IS NOT NULL OR EXISTS (
                   SELECT 1 FROM chats h WHERE h.person_id = p.id AND h.gone_at IS NULL) AS reachable
        FROM people p WHERE p.id > :after_id AND p.deceased_on IS NULL {conditions}
        ORDER BY p.id LIMIT :most
    ), meant AS (
        SELECT m.id AS about_id, m.id AS person_id FROM matched m
        WHERE (NOT m.child AND m.reachable) OR NOT EXISTS (SELECT 1 FROM kinships k WHERE k.ward_id = m.id)
        UNION ALL
        SELECT m.id, k.guardian_id FROM matched m JOIN kinships k ON k.ward_id = m.id
        WHERE k.muted_at IS NULL AND (m.child OR NOT m.reachable)
    ), asked AS (
        SELECT DISTINCT p.id, p.language, CASE
                   WHEN p.channel = 'sms' AND p.phone_hash IS NOT NULL THEN 'sms'
                   WHEN EXISTS (SELECT 1 FROM chats h WHERE h.person_id = p.id AND h.gone_at IS NULL) THEN 'telegram'
                   WHEN p.phone_hash IS NOT NULL THEN 'sms' END AS way
        FROM meant t JOIN people p ON p.id = t.person_id
        WHERE p.deceased_on IS NULL AND p.reminders_paused_at IS NULL AND p.campaigns_refused_at IS NULL
          AND EXISTS (SELECT 1 FROM consents c WHERE c.person_id = p.id AND c.withdrawn_at IS NULL)
          AND NOT EXISTS (
            SELECT 1 FROM reminders r WHERE r.person_id = p.id AND r.about_id = t.about_id AND r.kind <> 'campaign'
              AND r.stop_reason IN ('declined', 'ended') AND r.item = CAST(:item AS text))
    ), told AS (
        SELECT * FROM asked WHERE (way = 'telegram' OR (way = 'sms' AND :with_sms)) AND (:reach = 'any' OR way = :reach)
    )"""
_COUNT = "WITH {told} SELECT way, language, count(*) FROM told GROUP BY way, language"
_REACH = """
    WITH {told}, promised AS (
        INSERT INTO reminders (person_id, about_id, kind, item, dose, due_on, promised_at)
        SELECT id, id, 'campaign', :campaign, 0, :today, :now FROM told
        ON CONFLICT DO NOTHING RETURNING id, person_id
    ), planned AS (
        INSERT INTO occurrences
            (reminder_id, person_id, step, moment_at, next_try_at, expires_at, state, attempts, created_at)
        SELECT id, person_id, {step}, :now, :now, :expires_at, 'due', 0, :now FROM promised
        ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT (SELECT max(id) FROM matched), (SELECT count(*) FROM matched), (SELECT count(*) FROM planned)"""
_SPLIT_STEP = f"'{rules.STEP}-' || {rules.VARIANT_SQL.format(campaign=':campaign', person='person_id')}"


async def count(database: Database, audience: Audience, now: datetime, *, with_sms: bool) -> Count:
    """How many would get it if it began now."""
    conditions, values = _conditions(audience, now, with_sms)
    everybody = {"after_id": 0, "most": None}
    query = text(_COUNT.format(told=_TOLD.format(conditions=conditions)))
    async with database.transaction() as session:
        found = (await session.execute(query, values | everybody)).all()
    return Count(
        sum(row[2] for row in found if row.way == "telegram"),
        {row.language: row[2] for row in found if row.way == "sms"},
    )


def _conditions(audience: Audience, now: datetime, with_sms: bool) -> tuple[str, dict[str, Any]]:
    values = audience.storable()
    lines = [line for name, line in _WANTED.items() if values[name] not in (None, False)]
    if audience.item is not None:
        lines.append(_ITEM.format(since=_SINCE[audience.item_state]))
    more = {"today": day_of(now), "now": now, "with_sms": with_sms, "adult_years": ADULT_YEARS}
    return "".join(f"\n          AND {line}" for line in lines), values | more


async def feed(database: Database, now: datetime, *, hours: Hours | None = None, room: int = BATCH) -> int:
    """Running campaigns reach their next people, at most so many that `room` messages of each wait; how many were added.

    Safe to repeat, to kill and to run twice: a person gets a campaign once. What is wholly sent becomes `done`.
    """
    async with database.transaction() as session:
        running = await _ids(session)
    added = 0
    for campaign_id in running:
        while True:
            async with database.transaction() as session:
                some = await _feed_some(session, campaign_id, now, hours or Hours(), room)
            added += some or 0
            if some is None:
                break
    return added


async def _ids(session: AsyncSession) -> Sequence[int]:
    query = select(Campaign.id).where(Campaign.state == "running").order_by(Campaign.started_at, Campaign.id)
    return (await session.scalars(query)).all()


async def _feed_some(
    session: AsyncSession, campaign_id: int, now: datetime, hours: Hours, room: int
) -> int | None:
    """One batch; None when there is nothing to add now. Another worker's campaign is passed over."""
    query = select(Campaign).where(Campaign.id == campaign_id, Campaign.state == "running")
    row = await session.scalar(query.with_for_update(skip_locked=True))
    if row is None:
        return None
    if row.filled_at is not None:
        if not await _is_open(session, campaign_id):
            row.state, row.ended_at = "done", now
        return None
    most = min(BATCH, room - await _waiting(session, campaign_id, now))
    if most <= 0 or hours.next_open(now, workdays=True) > now:
        return None
    last_id, looked_at, added = await _reach(session, row, now, most)
    row.reached_id = last_id or row.reached_id
    if looked_at < most:
        row.filled_at = now
    return added


async def _reach(session: AsyncSession, row: Campaign, now: datetime, most: int) -> tuple[int, int, int]:
    audience = Audience.stored(row.audience)
    with_sms = exists().where(
        CampaignText.campaign_id == row.id, CampaignText.variant == "a", CampaignText.sms != ""
    )
    conditions, values = _conditions(audience, now, bool(await session.scalar(select(with_sms))))
    values |= {
        "campaign": str(row.id),
        "after_id": row.reached_id,
        "most": most,
        "expires_at": now + STAYS_TRUE,
    }
    step = _SPLIT_STEP if row.split else f"'{rules.STEP}'"
    query = text(_REACH.format(told=_TOLD.format(conditions=conditions), step=step))
    last_id, looked_at, added = (await session.execute(query, values)).one()
    return last_id, looked_at, added


def _mine(campaign_id: int) -> tuple[Any, ...]:
    return (
        Occurrence.reminder_id == Reminder.id,
        Reminder.kind == "campaign",
        Reminder.item == str(campaign_id),
    )


async def _waiting(session: AsyncSession, campaign_id: int, now: datetime) -> int:
    """Messages that could go now; those that wait for another day take no room."""
    open_now = Occurrence.state.in_(("due", "claimed")), Occurrence.next_try_at <= now
    query = select(func.count()).select_from(Occurrence).join(Reminder, _mine(campaign_id)[0])
    return await session.scalar(query.where(*_mine(campaign_id)[1:], *open_now)) or 0


async def _is_open(session: AsyncSession, campaign_id: int) -> bool:
    query = select(Occurrence.id).join(Reminder, _mine(campaign_id)[0])
    query = query.where(*_mine(campaign_id)[1:], Occurrence.state.in_(("due", "claimed"))).limit(1)
    return await session.scalar(query) is not None


async def go_on_in(session: AsyncSession, campaign_id: int, now: datetime) -> None:
    """A campaign goes on: what waited for that is looked at again at once."""
    ours = select(Reminder.id).where(*_mine(campaign_id)[1:])
    await waiting.wake(session, rules.PAUSED, now, Occurrence.reminder_id.in_(ours))


async def expire_in(session: AsyncSession, campaign_id: int, now: datetime) -> None:
    """A campaign was stopped: what has not left yet never will."""
    values = {"campaign": str(campaign_id), "now": now}
    await session.execute(_END, values)
    await session.execute(_EXPIRE, values)


_END = text("""
    UPDATE reminders r SET stopped_at = :now, stop_reason = 'changed' FROM occurrences o
    WHERE o.reminder_id = r.id AND r.kind = 'campaign' AND r.item = :campaign AND r.stopped_at IS NULL
      AND o.state IN ('due', 'claimed')""")
_EXPIRE = text("""
    UPDATE occurrences o SET state = 'expired', reason = 'campaign_stopped' FROM reminders r
    WHERE o.reminder_id = r.id AND r.kind = 'campaign' AND r.item = :campaign AND o.state = 'due'""")
