"""Heartbeats and alarms in the database: raised once, told hourly, cleared by themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.failover import Health
from core.staff import Member
from db.dialogue import InboxUpdate
from db.monitoring import Alarm, Heartbeat, SmsCount, SmsProvider
from db.people import AuditEvent
from services import alarms, claims, monitoring, reminders, staff
from tests.deliveries import AZIZA, person, promise

LATE = {"late": {"minutes": 16}}


async def rows(database) -> list[Alarm]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Alarm).order_by(Alarm.id)))


async def test_ten_watches_at_once_raise_one_alarm(database, now):
    raised = await asyncio.gather(*(alarms.settle(database, LATE, now) for _ in range(10)))
    assert sorted(len(kinds) for kinds in raised) == [0] * 9 + [1]
    (row,) = await rows(database)
    assert (row.kind, row.raised_at, row.cleared_at) == ("late", now, None)


async def test_it_clears_by_itself_and_keeps_its_figures_fresh(database, now):
    await alarms.settle(database, LATE, now)
    await alarms.settle(database, {"late": {"minutes": 20}}, now + timedelta(minutes=4))
    (alarm,) = await alarms.raised(database)
    assert alarm.details == {"minutes": 20}
    await alarms.settle(database, {}, now + timedelta(minutes=5))
    assert await alarms.raised(database) == []
    (row,) = await rows(database)
    assert row.cleared_at == now + timedelta(minutes=5)


@pytest.mark.parametrize(("minutes", "alarms_kept", "told"), [(30, 1, 1), (90, 2, 2)])
async def test_one_that_comes_back_within_the_hour_is_the_same_and_is_not_told_again(
    database, now, minutes, alarms_kept, told
):
    times = 0
    for moment, found in ((0, LATE), (1, {}), (minutes, LATE)):
        at = now + timedelta(minutes=moment)
        await alarms.settle(database, found, at)
        times += len(await alarms.to_tell(database, at))
    assert (len(await rows(database)), times) == (alarms_kept, told)


async def test_it_is_told_to_one_caller_and_again_an_hour_later_until_somebody_cares(database, now, cast):
    await alarms.settle(database, LATE, now)
    told = await asyncio.gather(*(alarms.to_tell(database, now) for _ in range(5)))
    assert sum(len(some) for some in told) == 1
    assert await alarms.to_tell(database, now + timedelta(minutes=59)) == []
    (alarm,) = await alarms.to_tell(database, now + timedelta(minutes=60))
    await alarms.not_told(database, [alarm.id])
    assert len(await alarms.to_tell(database, now + timedelta(minutes=61))) == 1
    for _ in range(2):
        await alarms.acknowledge(database, alarm.id, cast, now)
    assert await alarms.to_tell(database, now + timedelta(hours=9)) == []
    (shown,) = await alarms.raised(database)
    assert shown.acknowledged_at == now
    async with database.transaction() as session:
        kept = await session.scalars(select(AuditEvent).where(AuditEvent.action == "alarm.acknowledge"))
        assert [(event.actor_id, event.detail) for event in kept] == [(cast.id, {"kind": "late"})]


@pytest.fixture
async def cast(database, now) -> Member:
    return await staff.add(database, "charos", "Charos", "nurse", "toʻrt xil oddiy soʻz", now)


async def test_a_heartbeat_is_one_row_an_instance_and_old_ones_are_forgotten(database, now):
    await alarms.beat(database, "reminders", "a:1", now - timedelta(days=8), {})
    await alarms.beat(database, "reminders", "b:2", now - timedelta(minutes=1), {})
    await alarms.beat(database, "reminders", "b:2", now, {"last_tick_at": "x"})
    async with database.transaction() as session:
        (row,) = await session.scalars(select(Heartbeat))
    assert (row.instance, row.beat_at, row.details) == ("b:2", now, {"last_tick_at": "x"})
    assert (await monitoring.state(database, now)).beats == {"reminders": now}


async def test_figures_count_what_waits_and_say_how_old_it_is(database, now):
    assert await monitoring.figures(database, now) == monitoring.Figures()
    for number in range(3):
        one = await person(database, now, phone=AZIZA[:-1] + str(number))
        await promise(database, now, one, step="day+3", due_on=now.date() - timedelta(days=3))
    await reminders.plan(database, now)
    later = now + timedelta(minutes=20)
    assert len(await claims.claim(database, "worker", now, 1, 60)) == 1
    await alarms.settle(database, LATE, now)
    await alarms.beat(database, "bot", "a:1", now, {})
    async with database.transaction() as session:
        session.add(InboxUpdate(update_id=1, chat_id=1, state="new", payload=None, received_at=now))
        session.add(InboxUpdate(update_id=2, chat_id=1, state="done", payload=None, received_at=now))
    found = await monitoring.figures(database, later, lease_s=60)
    assert (found.due, found.claimed, found.inbox, found.unknown) == (2, 1, 1, 0)
    assert found.oldest_due_s == found.inbox_age_s == 1200.0
    assert 0 <= found.lease_age_s < 60
    assert found.beat_ages_s == {"bot": 1200.0}
    assert found.alarms == ("late",)


async def test_what_waits_for_the_morning_is_not_late(database, now):
    night = now + timedelta(hours=10)
    await promise(database, night, await person(database, night, phone=AZIZA), at=night)
    await reminders.plan(database, night)
    assert await claims.claim(database, "worker", night, 10, 60) == []
    assert (await monitoring.state(database, night + timedelta(hours=2))).oldest_due_at is None


async def test_a_provider_is_judged_by_its_last_minute_and_its_last_quarter_of_an_hour(database, now):
    async with database.transaction() as session:
        session.add(SmsProvider(name="eskiz", weight=60, resting=50, recent=30, slow=3, days_left=2.5))
        for seconds, taken, errors in ((20, 1, 40), (70, 2, 30), (1000, 500, 500)):
            at = now - timedelta(seconds=seconds)
            session.add(SmsCount(provider="eskiz", at=at, taken=taken, errors=errors))
    (one,) = (await monitoring.state(database, now)).providers
    assert (one.weight, one.health) == (60, Health(40, 30, 3))
    assert (one.taken, one.errors, one.days_left) == (3, 70, 2.5)
