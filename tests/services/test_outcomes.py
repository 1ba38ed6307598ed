"""Outcomes kept together: ten at once, idempotent, the good and the bad each for itself."""

from __future__ import annotations

import pytest

from core.ports import DeliveryError, Receipt
from services import deliveries, outcomes, reminders
from services.outcomes import Outcome
from tests.deliveries import deliveries_of, occurrences, person, promise


async def ten_attempts(database, now):
    for number in range(10):
        await promise(database, now, await person(database, now, chat_id=1000 + number))
    await reminders.plan(database, now)
    notices = await deliveries.claim(database, "w", now, 100, 60)
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
    leads = [attempt.notice.lead_id for attempt in attempts]
    await outcomes.never_left(database, leads, "w")
    assert {row.state for row in await deliveries_of(database)} == {"failed"}
    assert {(one.state, one.reason) for one in await occurrences(database)} == {("due", "never_left")}


@pytest.mark.parametrize("lease_s", [0, 60])
async def test_the_sweeper_frees_only_leases_that_ran_out(database, now, lease_s):
    await promise(database, now, await person(database, now, chat_id=1))
    await reminders.plan(database, now)
    await deliveries.claim(database, "w", now, 10, lease_s)
    assert await outcomes.sweep(database) == ((1, 0) if lease_s == 0 else (0, 0))
