"""Planning at the size of a country: a plan of PostgreSQL that is wrong by the table's old size must not cost minutes."""

from __future__ import annotations

import re

from sqlalchemy import event, text

from services import promises


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
