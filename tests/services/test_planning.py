"""Planning at the size of a country: a plan of PostgreSQL that is wrong by the table's old size must not cost minutes."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timedelta

from sqlalchemy import event, insert, text

from db.people import Person
from db.reminders import Reminder
from services import planning, promises


async def test_steps_of_many_promises_are_looked_up_as_a_set_whatever_the_planner_thinks_of_the_table(
    database,
):
    """A prepared `= ANY(:ids)` compares every row with every id once the table was analysed while empty."""
    said: list[str] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_more: said.append(statement),
    )
    async with database.transaction() as session:
        await promises.past_of(session, range(1, 2001))
        numbers = iter(range(1, 10))
        statement = re.sub(r"%\((\w+)\)s", lambda _found: f"${next(numbers)}", said[-1])
        plan = await session.execute(text("EXPLAIN (GENERIC_PLAN) " + statement.replace(":", r"\:")))
    lines = "\n".join(plan.scalars())
    assert "Semi Join" in lines or "Nested Loop" in lines or "Hash Join" in lines
    assert "= ANY" not in lines


async def test_all_that_is_due_to_one_person_is_planned_at_once_however_many_plan(database, now, monkeypatch):
    """Else whoever claims in between sends a family two messages instead of one."""
    monkeypatch.setattr(planning, "BATCH", 40)
    people = [
        {"id": i, "name": "Aziza", "birth_date": date(1996, 5, 14), "sex": "female", "created_at": now}
        for i in range(1, 301)
    ]
    due_on = (now + timedelta(days=1)).date()
    promised = {"kind": "vaccination", "due_on": due_on, "promised_at": now - timedelta(days=60)}
    rows = [
        {
            "person_id": i,
            "about_id": i,
            "item": item,
            "next_step": "day-1",
            "next_at": now - timedelta(minutes=at),
        }
        for i in range(1, 301)
        for item, at in (("mmr", i % 50), ("opv", 60 + i % 7))
    ]
    async with database.transaction() as session:
        await session.execute(insert(Person), people)
        await session.execute(insert(Reminder), [row | promised for row in rows])
    while sum(await asyncio.gather(*(planning.plan(database, now) for _ in range(3)))):
        pass
    async with database.transaction() as session:
        split = "SELECT person_id FROM occurrences GROUP BY 1 HAVING count(*) <> 2 OR count(DISTINCT xmin::text) <> 1"
        assert (await session.execute(text(split))).all() == []
        assert await session.scalar(text("SELECT count(*) FROM occurrences")) == 600
