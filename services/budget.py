"""The budget of messages a second, kept in one row that every process of the bot reserves from; the rules: core/budget.py."""

from __future__ import annotations

import math
from functools import partial

from sqlalchemy import text

from core import budget as rules
from core.budget import Budget, Granted
from core.settings import Settings
from core.turns import Alone, Turns
from db.engine import Database

LONGEST_WAIT_S = 20.0

# The row is locked, read and written by one statement that commits itself: a process that dies or stalls holds nothing.
_RESERVE = text("""
    WITH mine AS (
        SELECT name, clock_timestamp() AS now, shared_at, kept_at, paused_until
        FROM budget_lanes WHERE name = :name FOR UPDATE
    ), start AS (
        SELECT name, now, paused_until, now + make_interval(secs => :ahead_s) AS latest,
               greatest(now, paused_until,
                        CASE WHEN shared_at <= now + make_interval(secs => :horizon_s) THEN shared_at END) AS shared_at,
               greatest(now, paused_until,
                        CASE WHEN kept_at <= now + make_interval(secs => :horizon_s) THEN kept_at END) AS kept_at
        FROM mine
    ), lane AS (
        SELECT *, (:answers AND :many > 0 AND kept_at <= least(shared_at, latest))::int AS kept,
               floor(extract(epoch FROM latest - shared_at) / :gap_s)::int + 1 AS room
        FROM start
    ), granted AS (
        SELECT *, greatest(0, least(:many - kept, room)) AS shared FROM lane
    )
    UPDATE budget_lanes b
    SET shared_at = CASE WHEN g.shared > 0 THEN g.shared_at + make_interval(secs => g.shared * :gap_s) ELSE b.shared_at END,
        kept_at = CASE WHEN g.kept > 0 THEN g.kept_at + make_interval(secs => :kept_gap_s) ELSE b.kept_at END
    FROM granted g WHERE b.name = g.name
    RETURNING g.kept, g.shared, extract(epoch FROM g.now)::float8 AS now_s,
              extract(epoch FROM g.kept_at)::float8 AS kept_s, extract(epoch FROM g.shared_at)::float8 AS shared_s,
              extract(epoch FROM g.paused_until)::float8 AS paused_until_s
""")
_BEGIN = text("""
    INSERT INTO budget_lanes (name, shared_at, kept_at, paused_until) VALUES (:name, now(), now(), now())
    ON CONFLICT DO NOTHING
""")
_PAUSE = text("""
    INSERT INTO budget_lanes (name, shared_at, kept_at, paused_until)
    VALUES (:name, now(), now(), now() + make_interval(secs => :seconds))
    ON CONFLICT (name) DO UPDATE SET paused_until = greatest(budget_lanes.paused_until, excluded.paused_until)
""")


async def reserve(database: Database, budget: Budget, answers: bool, many: int) -> Granted:
    """`core.budget.reserve` on the lanes that all share, by the database's clock."""
    values = {
        "name": budget.name,
        "many": many,
        "answers": answers and budget.kept_gap_s is not None,
        "ahead_s": rules.ANSWERS_AHEAD_S if answers else rules.AHEAD_S,
        "horizon_s": rules.HORIZON_S,
        "gap_s": budget.shared_gap_s,
        "kept_gap_s": budget.kept_gap_s or 0.0,
    }
    async with database.at_once() as connection:
        row = (await connection.execute(_RESERVE, values)).first()
        if row is None:
            await connection.execute(_BEGIN, {"name": budget.name})
            row = (await connection.execute(_RESERVE, values)).one()
    slots = (row.kept_s,) * row.kept + rules.slots_from(row.shared_s, row.shared, budget.shared_gap_s)
    free_s = row.shared_s + row.shared * budget.shared_gap_s
    return Granted(row.now_s, slots, free_s, row.paused_until_s)


async def pause(database: Database, budget: Budget, seconds: float) -> None:
    """No slot is granted to anybody for so long; a shorter pause never ends a longer one."""
    async with database.at_once() as connection:
        await connection.execute(_PAUSE, {"name": budget.name, "seconds": seconds})


def of(settings: Settings, channel: str) -> Budget:
    """The budget of this installation's bot, or of its account at a provider of SMS."""
    if channel != "telegram":
        return Budget(f"sms:{channel}", settings.rate_per_s(channel))
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    return Budget(
        f"telegram:{token.partition(':')[0]}",
        settings.telegram_rate_per_s,
        settings.telegram_answers_share_per_s,
    )


def reminders_turns(database: Database, settings: Settings, channel: str = "telegram") -> Turns:
    """Reminders wait for the database: without it none could be begun anyway. What found no turn has surely not left."""
    budget = of(settings, channel)
    return Turns(
        partial(reserve, database, budget, False),
        partial(pause, database, budget),
        longest_wait_s=min(LONGEST_WAIT_S, settings.lease_s / 2),
    )


def answers_turns(database: Database, settings: Settings) -> Turns:
    """Answers do not: while it is slow or down, this process alone keeps the rate."""
    budget = of(settings, "telegram")
    return Turns(
        partial(reserve, database, budget, True),
        partial(pause, database, budget),
        meanwhile=Alone(budget, answers=True).reserve,
        longest_wait_s=math.inf,
    )
