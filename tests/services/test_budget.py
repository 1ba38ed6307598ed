"""The budget in the database: the same rule for everybody, also at once; pauses are everybody's; answers need no database."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from sqlalchemy import text

from core import budget as rules
from core.budget import Budget, Lanes
from core.turns import Alone, NoTurn, Turns
from db.engine import Database
from services import budget as shared

BOT = Budget("telegram:42", 30, 1)
FAST = Budget("telegram:43", 300, 10)


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(start <= at < start + 1.0 for at in moments) for start in moments)


async def lanes(database: Database) -> Lanes:
    columns = ", ".join(f"extract(epoch FROM {c})::float8" for c in ("shared_at", "kept_at", "paused_until"))
    async with database.transaction() as session:
        row = (await session.execute(text(f"SELECT {columns} FROM budget_lanes"))).one()
    return Lanes(*row)


@tried(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=10))
async def test_the_database_grants_what_the_rule_says(database, asks):
    await shared.reserve(database, BOT, False, 0)
    for many, answers in asks:
        before = await lanes(database)
        granted = await shared.reserve(database, BOT, answers, many)
        after, expected = rules.reserve(before, BOT, many, granted.now_s, answers=answers)
        assert granted.slots_s == pytest.approx(expected.slots_s, abs=1e-5)
        found = await lanes(database)
        assert (found.shared_s, found.kept_s) == pytest.approx((after.shared_s, after.kept_s), abs=1e-5)


async def test_many_who_reserve_at_once_never_get_the_same_slot_nor_more_than_the_rate(database):
    slots: list[float] = []

    async def reserver(answers: bool) -> None:
        for _ in range(25):
            granted = await shared.reserve(database, FAST, answers, 7)
            slots.extend(granted.slots_s)
            await asyncio.sleep(max(0.0, granted.free_s - granted.now_s - rules.AHEAD_S / 2))

    await asyncio.gather(*(reserver(number == 3) for number in range(4)))
    assert len(slots) > 300
    assert most_in_a_second(slots) <= FAST.rate_per_s


async def test_workers_and_answers_together_keep_the_rate_of_one_bot(database):
    left: list[float] = []
    loop = asyncio.get_running_loop()

    async def sends(turns: Turns, until: float) -> None:
        while loop.time() < until:
            await turns.turn()
            left.append(loop.time())

    workers = [Turns(partial(shared.reserve, database, FAST, False)) for _ in range(3)]
    answers = Turns(partial(shared.reserve, database, FAST, True), meanwhile=Alone(FAST).reserve)
    until = loop.time() + 2.0
    await asyncio.gather(*(sends(turns, until) for turns in [*workers, answers] for _ in range(8)))
    assert len(left) > FAST.rate_per_s
    assert most_in_a_second(left) <= FAST.rate_per_s


async def test_a_pause_holds_up_every_process_and_a_shorter_one_does_not_end_it(database):
    told = Turns(partial(shared.reserve, database, BOT, False), partial(shared.pause, database, BOT))
    worker = Turns(partial(shared.reserve, database, BOT, False))
    answers = Turns(partial(shared.reserve, database, BOT, True), meanwhile=Alone(BOT).reserve)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await told.pause(1.2)
    await shared.pause(database, BOT, 0.1)
    left = await asyncio.gather(*(_left(turns) for turns in (told, worker, answers)))
    assert min(left) - began >= 1.2


async def _left(turns: Turns) -> float:
    await turns.turn()
    return asyncio.get_running_loop().time()


async def test_turns_taken_ahead_begin_soon_and_are_used_in_their_slot_or_replaced(database):
    worker, loop = Turns(partial(shared.reserve, database, FAST, False)), asyncio.get_running_loop()
    slots = await worker.ahead(100)
    most = rules.AHEAD_S / FAST.shared_gap_s + 1
    assert 1 <= len(slots) <= most
    assert slots[-1][0] - loop.time() <= rules.AHEAD_S + rules.TOLERANCE_S
    await worker.turn(slots[-1])
    assert slots[-1][0] <= loop.time() <= slots[-1][1] + 0.05
    await asyncio.sleep(0.1)
    await worker.turn(slots[0])
    assert worker.lost == 1
    assert loop.time() > slots[0][1]


async def test_turns_taken_ahead_do_not_outlast_a_pause(database):
    worker, loop = Turns(partial(shared.reserve, database, FAST, False)), asyncio.get_running_loop()
    slot, *_others = await worker.ahead(3)
    began = loop.time()
    await worker.pause(0.5)
    await worker.turn(slot)
    assert loop.time() - began >= 0.5


async def test_a_pause_longer_than_one_would_wait_is_told_with_its_length(database):
    await shared.pause(database, BOT, 300)
    worker = Turns(partial(shared.reserve, database, BOT, False))
    with pytest.raises(NoTurn) as refused:
        await worker.turn()
    assert refused.value.again_s > 290


async def test_an_answer_leaves_at_once_when_the_database_is_down(settings):
    turns = shared.answers_turns(_nowhere(settings), settings)
    left = [await _left(turns) for _ in range(3)]
    assert len(left) == 3


async def test_an_answer_waits_for_a_slow_database_hardly_and_not_again_and_its_rate_holds_here(database):
    answered = asyncio.Event()

    async def slow(many: int):
        await answered.wait()
        return await shared.reserve(database, FAST, True, many)

    turns = Turns(slow, meanwhile=Alone(FAST, answers=True).reserve)
    left = await asyncio.gather(*(_left(turns) for _ in range(400)))
    assert most_in_a_second(sorted(left)) <= FAST.rate_per_s
    answered.set()
    await turns.turn()


async def test_a_reminder_does_not_leave_without_the_database(settings):
    database = _nowhere(settings)
    turns = Turns(partial(shared.reserve, database, BOT, False), longest_wait_s=0.5)
    with pytest.raises(NoTurn):
        await turns.turn()


def _nowhere(settings) -> Database:
    from db.engine import connect

    return connect(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"}))


async def test_a_process_killed_between_reserving_and_sending_takes_nothing_with_it_but_its_slots(database):
    await shared.reserve(database, BOT, False, 30)
    again = await shared.reserve(database, BOT, False, 1)
    assert again.free_s - again.now_s <= rules.AHEAD_S + 2 * BOT.shared_gap_s


def test_the_budget_is_the_bots_and_keeps_its_part(settings):
    more = {"telegram_rate_per_s": 30, "telegram_answers_share_per_s": 1}
    assert shared.of(settings.model_copy(update=more), "telegram") == Budget("telegram:42", 30, 1)
