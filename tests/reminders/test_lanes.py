"""Lanes: few in flight, everything sent, a stop leaves the rest in the queue, an error is told when all is done."""

from __future__ import annotations

import asyncio

import pytest

from reminders import lanes
from reminders.lanes import Lane


class Sending:
    """Counts messages in flight; ends each send only when told."""

    def __init__(self) -> None:
        self.in_flight = self.most = 0
        self.sent: list[int] = []
        self.go = asyncio.Event()

    async def __call__(self, some) -> None:
        self.in_flight += len(some)
        self.most = max(self.most, self.in_flight)
        await self.go.wait()
        self.in_flight -= len(some)
        self.sent += some


@pytest.mark.parametrize(("rate", "in_flight"), [(1, 10), (10, 10), (30, 10), (100, 20), (1000, 200)])
async def test_so_many_are_in_flight_at_most_and_all_are_sent(rate, in_flight):
    assert lanes.most_in_flight(rate) == in_flight
    sending = Sending()
    lane = Lane(rate, sending, asyncio.Event())
    for number in range(500):
        lane.add(number)
    await asyncio.sleep(0)
    assert sending.in_flight == in_flight
    sending.go.set()
    await lanes.emptied([lane])
    assert sorted(sending.sent) == list(range(500))
    assert sending.most == in_flight


async def test_one_message_wakes_one_sender_and_later_ones_wake_more():
    sending = Sending()
    lane = Lane(30, sending, asyncio.Event())
    lane.add(1)
    assert len(lane.tasks) == 1
    await asyncio.sleep(0)
    lane.add(2)
    assert len(lane.tasks) == 2
    sending.go.set()
    await lanes.emptied([lane])
    assert sorted(sending.sent) == [1, 2]


async def test_a_stop_leaves_the_rest_in_the_queue():
    sending, stopping = Sending(), asyncio.Event()
    lane = Lane(30, sending, stopping)
    for number in range(100):
        lane.add(number)
    await asyncio.sleep(0)
    stopping.set()
    sending.go.set()
    await lanes.emptied([lane])
    assert len(sending.sent) == 10
    assert len(lane.queue) == 90


async def test_there_is_room_again_when_enough_has_been_sent():
    sending = Sending()
    lane = Lane(30, sending, asyncio.Event())
    for number in range(100):
        lane.add(number)
    waiting = asyncio.create_task(lanes.room([lane]))
    await asyncio.sleep(0)
    assert lane.is_full
    assert not waiting.done()
    sending.go.set()
    await waiting
    assert not lane.is_full
    await lanes.emptied([lane])


async def test_an_error_is_raised_when_all_senders_have_ended():
    sent: list[int] = []

    async def send(some) -> None:
        await asyncio.sleep(0)
        if 0 in some:
            raise ValueError("on purpose")
        sent.extend(some)

    lane = Lane(30, send, asyncio.Event())
    for number in range(50):
        lane.add(number)
    with pytest.raises(ValueError, match="on purpose"):
        await lanes.emptied([lane])
    assert len(sent) == 48
