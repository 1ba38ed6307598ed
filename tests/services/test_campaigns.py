"""Campaigns: a second person's word before any message, a pause that holds, and a stop that ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core import campaigns as rules
from core.campaigns import Wording
from db.people import AuditEvent
from services import (
    campaign_people,
    campaign_results,
    campaigns,
    claims,
    deliveries,
    staff,
)
from tests.campaigns import PASSWORD, approved, crowd, draft, running, send, texts
from tests.deliveries import occurrences


async def test_nobody_who_wrote_a_word_of_it_approves_it(database, dilshod, aziz, now):
    number = await campaigns.create(database, draft(), dilshod, now)
    await campaigns.save(database, number, draft(), 1, aziz, now)
    await campaigns.act(database, number, "ask", 2, dilshod, now)
    for writer in (dilshod, aziz):
        with pytest.raises(rules.OwnWords):
            await campaigns.act(database, number, "approve", 2, writer, now)
    assert (await campaigns.show(database, number)).state == "waiting"
    other = await staff.add(database, "zebo", "Zebo", "administrator", PASSWORD, now)
    await campaigns.act(database, number, "approve", 2, other, now)
    plan = await campaigns.show(database, number)
    assert (plan.state, plan.approved_by, plan.approved_at) == ("approved", "Zebo", now)
    assert plan.written_by == "Dilshod, Aziz"


async def test_only_the_words_that_were_seen_are_approved(database, dilshod, aziz, now):
    number = await campaigns.create(database, draft(), dilshod, now)
    await campaigns.act(database, number, "ask", 1, dilshod, now)
    await campaigns.act(database, number, "send_back", 1, dilshod, now)
    await campaigns.save(database, number, draft(), 1, dilshod, now)
    await campaigns.act(database, number, "ask", 2, dilshod, now)
    with pytest.raises(rules.Changed):
        await campaigns.act(database, number, "approve", 1, aziz, now)
    with pytest.raises(rules.NotNow):
        await campaigns.save(database, number, draft(), 2, dilshod, now)


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten(database, dilshod, aziz, now):
    number = await campaigns.create(database, draft(), dilshod, now)
    await campaigns.save(database, number, draft(), 1, aziz, now)
    with pytest.raises(rules.Changed):
        await campaigns.save(database, number, draft(), 1, dilshod, now)


async def test_faulty_words_are_kept_and_go_nowhere(database, dilshod, now):
    faulty = replace(draft(), texts={**texts(), ("a", "ru"): Wording("", "")})
    number = await campaigns.create(database, faulty, dilshod, now)
    with pytest.raises(campaigns.NotReady):
        await campaigns.act(database, number, "ask", 1, dilshod, now)


async def test_a_campaign_cannot_start_without_approval_nor_twice(database, dilshod, aziz, now):
    number = await campaigns.create(database, draft(), dilshod, now)
    with pytest.raises(rules.NotNow):
        await campaigns.act(database, number, "start", 1, dilshod, now)
    other = await running(database, dilshod, aziz, now)
    with pytest.raises(rules.NotNow):
        await campaigns.act(database, other, "start", 1, dilshod, now)
    with pytest.raises(campaigns.NoSuchCampaign):
        await campaigns.act(database, 999, "start", 1, dilshod, now)


async def test_every_step_is_audited_without_a_word_of_it(database, dilshod, aziz, now):
    number = await running(database, dilshod, aziz, now)
    async with database.transaction() as session:
        events = [
            e
            for e in await session.scalars(select(AuditEvent).order_by(AuditEvent.id))
            if "campaign" in e.action
        ]
    assert [e.action.split(".")[1] for e in events] == ["write", "ask", "approve", "start"]
    assert all(e.detail == {"campaign": number} for e in events)


async def test_a_pause_holds_at_the_next_claim_and_going_on_sends_the_rest(database, dilshod, aziz, now):
    people = await crowd(database, now, 8)
    number = await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now, room=5)
    await campaigns.act(database, number, "pause", 1, dilshod, now)
    assert await send(database, now) == []
    assert {o.reason for o in await occurrences(database)} == {"campaign_paused"}
    assert await campaign_people.feed(database, now) == 0
    assert await send(database, now + timedelta(hours=1)) == []
    await campaigns.act(database, number, "go_on", 1, dilshod, now + timedelta(hours=1))
    heard = [n.person_id for n in await send(database, now + timedelta(hours=1))]
    await campaign_people.feed(database, now + timedelta(hours=1))
    heard += [n.person_id for n in await send(database, now + timedelta(hours=1))]
    assert sorted(heard) == people


async def test_what_is_claimed_and_not_begun_when_a_pause_comes_waits_too(database, dilshod, aziz, now):
    people = await crowd(database, now, 6)
    number = await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    claimed = await claims.claim(database, "w", now, 4, 60)
    await campaigns.act(database, number, "pause", 1, dilshod, now)
    assert await deliveries.begin(database, claimed, "w", now, 60) == []
    assert await send(database, now) == []
    assert {(o.state, o.reason) for o in await occurrences(database)} == {("due", "campaign_paused")}
    await campaigns.act(database, number, "go_on", 1, dilshod, now)
    assert sorted(n.person_id for n in await send(database, now)) == people


async def test_stopped_what_is_left_expires_also_what_was_claimed(database, dilshod, aziz, now):
    await crowd(database, now, 6)
    number = await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    claimed = await claims.claim(database, "w", now, 2, 60)
    await campaigns.act(database, number, "stop", 1, dilshod, now)
    assert await deliveries.begin(database, claimed, "w", now, 60) == []
    assert await send(database, now) == []
    states = Counter(o.state for o in await occurrences(database))
    assert states["due"] == states["claimed"] == states["sent"] == 0
    assert await campaign_people.feed(database, now) == 0
    with pytest.raises(rules.NotNow):
        await campaigns.act(database, number, "go_on", 1, dilshod, now)


async def test_at_night_nothing_is_brought_into_the_queue(database, dilshod, aziz, now):
    await crowd(database, now, 3)
    await running(database, dilshod, aziz, now)
    assert await campaign_people.feed(database, now + timedelta(hours=12)) == 0
    assert await campaign_people.feed(database, now) == 3


async def test_an_approved_campaign_that_is_stopped_before_it_starts_reaches_nobody(
    database, dilshod, aziz, now
):
    await crowd(database, now, 2)
    number = await approved(database, dilshod, aziz, now)
    await campaigns.act(database, number, "stop", 1, dilshod, now)
    assert await campaign_people.feed(database, now) == 0
    assert await campaign_results.of(database, number) == {}
    assert [plan.id for plan in await campaigns.overview(database)] == [number]
    assert await campaigns.waiting(database) == 0
