"""What came of each of two texts."""

from __future__ import annotations

from core import campaigns as rules
from services import (
    campaign_people,
    campaign_results,
)
from tests.campaigns import crowd, draft, running, send


async def test_of_two_texts_each_person_gets_always_the_same(database, dilshod, aziz, now):
    people = await crowd(database, now, 40)
    number = await running(database, dilshod, aziz, now, draft(split=True))
    await campaign_people.feed(database, now)
    notices = await send(database, now)
    assert {n.person_id: n.items[0].step for n in notices} == {
        one: rules.step(rules.variant(number, one)) for one in people
    }
    for notice in notices:
        hello = rules.variant(number, notice.person_id) == "b"
        assert notice.items[0].said.text.uz.startswith("Assalomu") == hello
    results = await campaign_results.of(database, number)
    assert sum(r.sent for r in results.values()) == 40
    assert all(10 <= r.people <= 30 for r in results.values())
