"""Lanes: few in flight, begun in their turn, recorded at most ten together, a stop leaves the rest in the queue."""

from __future__ import annotations

import asyncio

import pytest

from core.turns import NoTurn
from reminders import lanes
from reminders.lanes import Lane


class Sending:
    """Counts messages in flight; ends each send only when told. `at_once`: so many get a turn together."""

    def __init__(self, at_once: int = 1000, refused_s: float = 0.0) -> None:
        self.at_once, self.refused_s, self.in_flight, self.most = at_once, refused_s, 0, 0
        self.late: list[tuple[int, float]] = []
        self.begun: list[int] = []
        self.recorded: list[list[int]] = []
        self.go = asyncio.Event()
        self.broken: set[int] = set()

    async def turns(self, many):
        await asyncio.sleep(0)
        if self.refused_s:
            raise NoTurn(self.refused_s)
        return [None] * min(many, self.at_once)

    async def put_off(self, some, after_s):
        self.refused_s = 0.0
        self.late += [(one, after_s) for one in some]

    async def begin(self, some, slots):
        self.in_flight += len(some)
        self.most = max(self.most, self.in_flight)
        await asyncio.sleep(0)
        if self.broken & set(some):
            self.in_flight -= len(some)
            raise ValueError("on purpose")
        assert len(slots) == len(some)
        self.begun += some
        return some

    async def send(self, one):
        await self.go.wait()
        return one

    async def record(self, some):
        await asyncio.sleep(0)
        self.recorded.append(some)
        self.in_flight -= len(some)

    @property
    def sent(self) -> list[int]:
        return [one for some in self.recorded for one in some]


def lane_of(rate: float, sending: Sending, number: int, stopping: asyncio.Event | None = None) -> Lane:
    lane = Lane(rate, sending, stopping or asyncio.Event())
    for one in range(number):
        lane.add(one)
    return lane


async def some_time() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("rate", "in_flight"), [(1, 10), (10, 10), (30, 10), (100, 20), (1000, 200)])
async def test_so_many_are_in_flight_at_most_and_all_are_sent(rate, in_flight):
    assert lanes.most_in_flight(rate) == in_flight
    sending = Sending()
    lane = lane_of(rate, sending, 500)
    await some_time()
    assert sending.in_flight == in_flight
    sending.go.set()
    await lanes.emptied([lane])
    assert sorted(sending.sent) == list(range(500))
    assert sending.most == in_flight


async def test_at_most_ten_are_recorded_together_and_one_alone_does_not_wait_for_long():
    sending = Sending()
    sending.go.set()
    await lanes.emptied([lane_of(1000, sending, 333)])
    assert max(map(len, sending.recorded)) == 10
    await asyncio.wait_for(lanes.emptied([lane_of(30, sending, 1)]), 1)


async def test_what_has_no_turn_yet_keeps_its_place():
    sending = Sending(at_once=3)
    sending.go.set()
    await lanes.emptied([lane_of(1000, sending, 20)])
    assert sending.begun == list(range(20))


async def test_what_gets_no_turn_for_long_is_put_off_and_the_others_go_on():
    sending = Sending(refused_s=300)
    sending.go.set()
    await lanes.emptied([lane_of(30, sending, 25)])
    assert sending.late == [(one, 300) for one in range(10)]
    assert sorted(sending.sent) == list(range(10, 25))


async def test_a_stop_leaves_the_rest_in_the_queue():
    sending, stopping = Sending(), asyncio.Event()
    lane = lane_of(30, sending, 100, stopping)
    await some_time()
    stopping.set()
    sending.go.set()
    await lanes.emptied([lane])
    assert len(sending.sent) == 10
    assert len(lane.queue) == 90


async def test_there_is_room_again_when_enough_has_been_sent():
    sending = Sending()
    lane = lane_of(30, sending, 100)
    waiting = asyncio.create_task(lanes.room([lane]))
    await some_time()
    assert lane.is_full
    assert not waiting.done()
    sending.go.set()
    await waiting
    assert not lane.is_full
    await lanes.emptied([lane])


async def test_an_error_is_raised_when_what_was_begun_is_recorded_and_the_lane_goes_on_with_the_next():
    sending = Sending()
    sending.broken = {12}
    lane = lane_of(30, sending, 15)
    sending.go.set()
    with pytest.raises(ValueError, match="on purpose"):
        await lanes.emptied([lane])
    assert sorted(sending.sent) == list(range(10))
    assert not lane.queue
    lane.add(15)
    await lanes.emptied([lane])
    assert sorted(sending.sent) == [*range(10), 15]
