"""One failover of all workers: counted together, one step at a time, the same weights for everybody."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.sms_failover import SmsFailover
from core.failover import Count
from core.ports import DeliveryError, OutboundMessage
from db.engine import connect
from db.monitoring import SmsCount
from reminders import weighing
from services import failover
from tests.deliveries import GULNORA

HALVES = {"eskiz": 50, "twilio": 50}


class Provider:
    """Takes everything, or nothing."""

    kind = "sms"

    def __init__(self, name: str, down: bool = False) -> None:
        self.name, self.down = name, down

    async def send(self, message):
        from core.ports import Receipt

        if self.down:
            raise DeliveryError(f"{self.name}: 503")
        return Receipt(self.name, message.key)

    async def close(self) -> None:
        """Nothing to close."""


def a_channel() -> SmsFailover:
    return SmsFailover([Provider("eskiz", down=True), Provider("twilio")], HALVES, chance=lambda: 0.0)


async def test_two_workers_count_together_and_see_one_weight(database, now):
    """Thirty errors each are no reason for either, sixty are for both."""
    one, other = a_channel(), a_channel()
    for channel in (one, other):
        for n in range(30):
            await channel.send(OutboundMessage(f"{n:032x}", GULNORA, "Salomat"))
    await weighing.weigh(database, one, now)
    assert one.weights == HALVES
    await weighing.weigh(database, other, now)
    await weighing.weigh(database, one, now + timedelta(seconds=5))
    assert one.weights == other.weights == {"eskiz": 40, "twilio": 60}


async def test_of_many_workers_that_see_the_same_trouble_one_takes_the_step(database, now):
    await failover.share(database, HALVES, {"eskiz": Count(0, 50)}, now)
    found = await asyncio.gather(*(failover.share(database, HALVES, {}, now) for _ in range(8)))
    assert found == [{"eskiz": 40, "twilio": 60}] * 8


async def test_a_step_a_minute_and_back_after_a_quiet_quarter_of_an_hour(database, now):
    trouble = {"eskiz": Count(0, 50)}
    at = now
    for expected in (40, 40, 30):
        found = await failover.share(database, HALVES, trouble, at)
        assert found["eskiz"] == expected
        at += timedelta(seconds=31)
    at += timedelta(minutes=14)
    assert (await failover.share(database, HALVES, {}, at))["eskiz"] == 30
    at += timedelta(minutes=2)
    assert (await failover.share(database, HALVES, {}, at))["eskiz"] == 40
    assert (await failover.share(database, HALVES, {}, at + timedelta(minutes=1)))["eskiz"] == 50
    assert await failover.share(database, HALVES, {}, at + timedelta(hours=1)) == HALVES


async def test_slow_messages_move_weight_and_two_bad_providers_move_none(database, now):
    assert (
        await failover.share(database, HALVES, {}, now, {"eskiz": (100, 90), "twilio": (100, 90)}) == HALVES
    )
    found = await failover.share(
        database, HALVES, {}, now + timedelta(minutes=1), {"eskiz": (100, 90), "twilio": (100, 1)}
    )
    assert found == {"eskiz": 40, "twilio": 60}


async def test_other_shares_in_the_settings_begin_anew(database, now):
    await failover.share(database, HALVES, {"eskiz": Count(0, 50)}, now)
    assert await failover.share(database, {"eskiz": 80, "playmobile": 20}, {}, now) == {
        "eskiz": 80,
        "playmobile": 20,
    }


async def test_counts_are_kept_for_an_hour(database, now):
    await failover.share(database, HALVES, {"eskiz": Count(1, 0)}, now - timedelta(hours=2))
    for _ in range(2):
        await failover.share(database, HALVES, {"eskiz": Count(2, 3), "twilio": Count()}, now)
    async with database.transaction() as session:
        (row,) = await session.scalars(select(SmsCount))
    assert (row.provider, row.taken, row.errors) == ("eskiz", 4, 6)


async def test_without_the_database_the_last_weights_hold_and_nothing_counted_is_lost(settings, now):
    nowhere = connect(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"}))
    channel = a_channel()
    await channel.send(OutboundMessage("0" * 32, GULNORA, "Salomat"))
    with pytest.raises(Exception, match="connection"):
        await weighing.weigh(nowhere, channel, now)
    assert channel.weights == HALVES
    assert channel.take_counts() == {"eskiz": Count(0, 1), "twilio": Count(1, 0)}
    await nowhere.close()
