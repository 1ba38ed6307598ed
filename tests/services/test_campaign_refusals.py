"""Who wants no campaigns gets none, and all other reminders."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from core.campaigns import Audience
from core.reminders import NotYourReminder
from db.people import Person
from services import (
    campaign_people,
    campaign_refusals,
    campaign_results,
    claims,
    deliveries,
    reminders,
)
from tests.campaigns import running, send
from tests.deliveries import occurrences, person, promise, reminders_of


async def test_who_refuses_gets_no_campaign_any_more_and_all_other_reminders(database, dilshod, aziz, now):
    aziza = await person(database, now, chat_id=1)
    first = await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    (told,) = await send(database, now)
    second = await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    claimed = await claims.claim(database, "w", now, 2, 60)
    await campaign_refusals.refuse_from(database, told.items[0].reminder_id, aziza, now)
    assert await deliveries.begin(database, claimed, "w", now, 60) == []
    assert await send(database, now) == []
    await promise(database, now, aziza)
    await reminders.plan(database, now)
    assert [n.items[0].kind for n in await send(database, now)] == ["vaccination"]
    assert (await campaign_results.of(database, first))["a"].refused == 1
    assert (await campaign_results.of(database, second))["a"].left_out == 1


async def test_a_message_brought_in_while_somebody_refuses_is_not_sent(database, dilshod, aziz, now):
    aziza = await person(database, now, chat_id=1)
    await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    async with database.transaction() as session:
        await session.execute(update(Person).values(campaigns_refused_at=now))
    assert await send(database, now) == []
    assert [(o.state, o.reason) for o in await occurrences(database)] == [("skipped", "declined")]
    await campaign_refusals.refuse(database, aziza, now, refused=False)
    assert (await campaign_people.count(database, Audience(), now, with_sms=True)).people == 1


async def test_a_message_brought_in_and_claimed_while_somebody_refuses_is_not_begun(
    database, dilshod, aziz, now
):
    aziza = await person(database, now, chat_id=1)
    await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    claimed = await claims.claim(database, "w", now, 2, 60)
    async with database.transaction() as session:
        await session.execute(update(Person).where(Person.id == aziza).values(campaigns_refused_at=now))
    assert await deliveries.begin(database, claimed, "w", now, 60) == []


async def test_the_button_of_somebody_elses_message_does_nothing(database, dilshod, aziz, now):
    aziza = await person(database, now, chat_id=1)
    boris = await person(database, now, chat_id=2)
    await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    (hers,) = await reminders_of(database, aziza)
    for number in (hers.id, 999, await promise(database, now, boris)):
        with pytest.raises(NotYourReminder):
            await campaign_refusals.refuse_from(database, number, boris, now)


async def test_a_campaign_is_no_reminder_in_the_persons_own_list(database, dilshod, aziz, now):
    aziza = await person(database, now, chat_id=1)
    await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    assert await reminders.mine(database, aziza, now) == []
