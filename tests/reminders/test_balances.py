"""What the providers' accounts hold, asked over real HTTP, against what is promised for the next days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import alarms as rules
from reminders import jobs
from services import alarms, monitoring
from tests.deliveries import (
    ESKIZ,
    GULNORA,
    PLAYMOBILE,
    a_worker,
    person,
    promise,
    reached_at,
    running_sandbox,
)


@pytest.mark.parametrize(
    ("balance", "price", "segments", "days"),
    [(700, 1.0, 100, 49), (100, 1.0, 100, 7), (0, 1.0, 100, 0), (100, None, 100, None), (100, 1.0, 0, None)],
)
def test_money_lasts_as_long_as_the_segments_ahead_cost(balance, price, segments, days):
    assert rules.days_left(balance, price, segments) == days


async def test_segments_ahead_are_of_those_an_sms_reaches_one_message_a_person_and_day(database, now):
    aziza = await person(database, now, phone=GULNORA)
    boris = await person(database, now, "Борис", language="ru", phone="+998971234567")
    gulnora = await person(database, now, language="uz_Cyrl", phone="+998935557700")
    day = now + timedelta(days=1)
    for one in (aziza, boris, gulnora):
        for item in ("mmr", "td"):
            await promise(database, now, one, item=item, at=day)
    await promise(database, now, aziza, item="polio", at=now + timedelta(days=3))
    for number in ("1", "2"):
        await promise(database, now, aziza, kind="appointment", item=number, due_at=day, at=day)
    await promise(database, now, aziza, item="late", at=now + timedelta(days=8))
    by_telegram = await person(database, now, chat_id=5, phone="+998935557701")
    no_consent = await person(database, now, phone="+998935557702", consent=False)
    paused = await person(database, now, phone="+998935557703", reminders_paused_at=now)
    for one in (by_telegram, no_consent, paused, await person(database, now)):
        await promise(database, now, one, at=day)
    await promise(database, now, aziza, item="stopped", at=day, stopped_at=now, stop_reason="done")
    assert await monitoring.segments_ahead(database, now, 7, cyrillic=False) == 4 + 2 + 1
    assert await monitoring.segments_ahead(database, now, 7, cyrillic=True) == 4 + 2 + 2


@pytest.mark.parametrize(("price", "kinds"), [(None, []), (1.0, []), (300_000.0, ["low_balance"])])
async def test_an_account_that_does_not_last_a_week_is_an_alarm_and_an_unknown_price_is_none(
    settings, database, now, price, kinds
):
    more = ESKIZ | PLAYMOBILE | {"sms_providers": ("eskiz", "playmobile", "twilio")}
    async with running_sandbox() as sandbox:
        reached = reached_at(settings, sandbox.url, eskiz_segment_price=price, **more)
        async with a_worker(reached, database, now) as worker:
            for number in range(12):
                one = await person(database, now, phone=f"+9989355577{number:02}")
                await promise(database, now, one, at=now + timedelta(days=2))
            assert await jobs.balances(worker.work) == 0  # no worker has told yet which providers there are
            await jobs.weigh(worker.work)
            assert await jobs.balances(worker.work) == 2  # PlayMobile cannot be asked
            assert await jobs.balances(worker.work) == 0  # once an hour
            providers = {one.name: one for one in (await monitoring.state(database, now)).providers}
            assert (providers["eskiz"].balance, providers["eskiz"].currency) == (1_000_000, "UZS")
            assert (providers["twilio"].balance, providers["twilio"].currency) == (20.0, "USD")
            assert providers["playmobile"].balance is None
            assert providers["eskiz"].days_left == (
                pytest.approx(7 * 1_000_000 / (price * 4)) if price else None
            )
            await jobs.watch(worker.work)
            assert [alarm.kind for alarm in await alarms.raised(database)] == kinds


async def test_an_account_that_does_not_answer_stops_nobody(settings, database, now):
    more = ESKIZ | {"sms_providers": ("eskiz", "twilio")}
    async with running_sandbox(eskiz_email="somebody@else.uz") as sandbox:
        reached = reached_at(settings, sandbox.url, **more)
        async with a_worker(reached, database, now) as worker:
            await jobs.weigh(worker.work)
            assert await jobs.balances(worker.work) == 1
            worker.clock.forward(hours=1)
            assert await jobs.balances(worker.work) == 1


async def test_a_worker_without_sms_asks_nobody(settings, database, now):
    async with running_sandbox() as sandbox:
        reached = reached_at(settings, sandbox.url).model_copy(update={"twilio_account_sid": None})
        async with a_worker(reached, database, now) as worker:
            assert await jobs.balances(worker.work) == 0
            await jobs.weigh(worker.work)
