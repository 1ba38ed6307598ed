"""Outcomes kept together: ten at once, idempotent, the good and the bad each for itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.notices import Attempt
from core.ports import DeliveryError, Receipt
from db.reminders import Delivery, Occurrence
from services import claims, deliveries, outcomes, receipts, reminders
from services.outcomes import Outcome
from tests.deliveries import GULNORA, deliveries_of, occurrences, person, promise


async def ten_attempts(database, now):
    for number in range(10):
        await promise(database, now, await person(database, now, chat_id=1000 + number))
    await reminders.plan(database, now)
    notices = await claims.claim(database, "w", now, 100, 60)
    return await deliveries.begin(database, notices, "w", now, 60)


async def test_ten_are_recorded_together_and_again_without_change(database, now):
    attempts = await ten_attempts(database, now)
    results = [Outcome(a, Receipt("telegram", f"{n}")) for n, a in enumerate(attempts)]
    for _ in range(2):
        await outcomes.settle(database, results, now)
        assert {row.state for row in await deliveries_of(database)} == {"sent"}
        assert {one.state for one in await occurrences(database)} == {"sent"}
    assert {row.provider_id for row in await deliveries_of(database)} == {str(n) for n in range(10)}


async def test_good_and_bad_outcomes_recorded_together_keep_their_own_state(database, now):
    attempts = await ten_attempts(database, now)
    errors = [
        DeliveryError("server error"),
        DeliveryError("refused", permanent=True),
        DeliveryError("blocked", gone=True),
        DeliveryError("no answer", unknown=True),
        DeliveryError("busy", retry_after_s=30),
    ]
    results = [Outcome(a, e) for a, e in zip(attempts, errors, strict=False)]
    results += [Outcome(a, Receipt("telegram", a.key)) for a in attempts[5:]]
    await outcomes.settle(database, results, now)
    found = [(one.state, one.reason) for one in await occurrences(database)]
    assert found == [
        ("due", "retry"),
        ("failed", "failed"),
        ("due", None),
        ("unknown", "unknown"),
        ("due", "busy"),
        *[("sent", None)] * 5,
    ]


async def test_an_unknown_outcome_never_replaces_a_known_one_but_a_late_known_one_replaces_it(database, now):
    (first, second, *_rest) = await ten_attempts(database, now)
    lost = DeliveryError("lost", unknown=True)
    await outcomes.settle(database, [Outcome(first, Receipt("telegram", "1"))], now)
    await outcomes.settle(database, [Outcome(first, lost), Outcome(second, lost)], now)
    await outcomes.settle(database, [Outcome(second, Receipt("telegram", "2"))], now)
    assert [row.state for row in await deliveries_of(database)][:2] == ["sent", "sent"]
    assert [one.state for one in await occurrences(database)][:2] == ["sent", "sent"]


async def test_a_begin_that_was_not_confirmed_leaves_nothing_unknown(database, now):
    attempts = await ten_attempts(database, now)
    await outcomes.never_left(database, {one.notice.lead_id: one.key for one in attempts}, "w")
    assert {row.state for row in await deliveries_of(database)} == {"failed"}
    assert {(one.state, one.reason) for one in await occurrences(database)} == {("due", "never_left")}


@pytest.mark.parametrize("lease_s", [0, 60])
async def test_the_sweeper_frees_only_leases_that_ran_out(database, now, lease_s):
    await promise(database, now, await person(database, now, chat_id=1))
    await reminders.plan(database, now)
    await claims.claim(database, "w", now, 10, lease_s)
    assert await outcomes.sweep(database) == ((1, 0) if lease_s == 0 else (0, 0))


async def lost_once(database, now, *, kind="vaccination", **who) -> tuple[Attempt, receipts.Lost]:
    """One attempt whose worker died after it began, listed as lost."""
    visit = {"kind": kind, "item": "1", "step": "hour-24", "due_at": now + timedelta(hours=24)}
    told = await person(database, now, **(who or {"chat_id": 1}))
    await promise(database, now, told, **(visit if kind == "appointment" else {}))
    await reminders.plan(database, now)
    (attempt,) = await begun(database, now, lease_s=0)
    assert await outcomes.sweep(database) == (0, 1)
    (lost,) = await receipts.lost(database, now, settled_for_s=0)
    return attempt, lost


async def begun(database, now, worker="w", lease_s=60) -> list[Attempt]:
    notices = await claims.claim(database, worker, now, 10, 60)
    return await deliveries.begin(database, notices, worker, now, lease_s)


async def states(database) -> list[str]:
    return [one.state for one in await occurrences(database)]


async def test_of_several_workers_that_ask_about_a_lost_message_one_decides_to_repeat_it(database, now):
    _attempt, lost = await lost_once(database, now, kind="appointment")
    await receipts.cannot_know(database, lost, now, repeat=True)
    (again,) = await begun(database, now)
    await outcomes.settle(database, [Outcome(again, Receipt("telegram", "1"))], now)
    await receipts.cannot_know(database, lost, now, repeat=True)
    assert await states(database) == ["sent"]


async def test_what_one_worker_proved_unsent_another_with_older_news_does_not_call_sent(database, now):
    _attempt, lost = await lost_once(database, now, phone=GULNORA)
    await receipts.not_found(database, lost, now)
    (again,) = await begun(database, now)
    await receipts.found(database, lost, Receipt("twilio", "of the second attempt"), now)
    assert await states(database) == ["claimed"]
    await outcomes.settle(database, [Outcome(again, DeliveryError("server error"))], now)
    assert await states(database) == ["due"]


async def test_a_begin_nobody_confirmed_takes_back_nothing_another_worker_has_begun(database, now):
    first, lost = await lost_once(database, now, phone=GULNORA)
    await receipts.not_found(database, lost, now)
    (other,) = await begun(database, now, "the other")
    await outcomes.never_left(database, {first.notice.lead_id: first.key}, "w")
    await outcomes.settle(database, [Outcome(other, Receipt("twilio", "2"))], now)
    assert [row.state for row in await deliveries_of(database)] == ["failed", "sent"]
    assert await states(database) == ["sent"]


async def test_an_answer_that_comes_late_prevents_the_repeat(database, now):
    attempt, lost = await lost_once(database, now, kind="appointment")
    await receipts.cannot_know(database, lost, now, repeat=True)
    await outcomes.settle(database, [Outcome(attempt, Receipt("telegram", "1"))], now)
    assert await states(database) == ["sent"]
    assert await begun(database, now) == []


@pytest.mark.parametrize("late", ["answer", "receipt"])
async def test_what_the_provider_did_not_list_yet_is_not_sent_again_once_it_says_so(database, now, late):
    attempt, lost = await lost_once(database, now, phone=GULNORA)
    await receipts.not_found(database, lost, now)
    if late == "answer":
        await outcomes.settle(database, [Outcome(attempt, Receipt("twilio", "1"))], now)
    else:
        report = receipts.Report("sent", provider="twilio", provider_id="1")
        await receipts.receipt(database, attempt.key, report, now)
    assert await states(database) == ["sent"]
    assert [(row.state, row.provider_id) for row in await deliveries_of(database)] == [("sent", "1")]


async def test_the_sweeper_passes_over_what_is_being_recorded_at_that_moment(database, now):
    """Else each would wait for the other's rows, and PostgreSQL end one of them a second later."""
    await promise(database, now, await person(database, now, chat_id=1))
    await reminders.plan(database, now)
    await begun(database, now, lease_s=0)
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(state="sent"))
        assert await asyncio.wait_for(outcomes.sweep(database), 60) == (0, 0)
        await session.execute(update(Occurrence).values(state="sent", claimed_by=None, lease_until=None))
    assert await states(database) == ["sent"]
    assert await outcomes.sweep(database) == (0, 0)
