"""One lane a channel: messages wait in it for a few senders, so that a slow channel does not hold up another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from core.notices import Notice

RECORDED_TOGETHER = 10
"""So many are begun, sent and recorded together, at most; as many outcomes a kill leaves unknown for each that sends."""
FEW_SENDERS = 5
ASSUMED_ANSWER_S = 0.2
WAITING_S = 2.0
"""Messages claimed beforehand, in seconds of the channel's rate."""


def most_in_flight(rate_per_s: float) -> int:
    """Messages begun and not recorded, of one channel in one process: a kill leaves no more unknown."""
    return max(RECORDED_TOGETHER, round(rate_per_s * ASSUMED_ANSWER_S))


class Lane:
    """`send` is given at most ten at a time. A sender ends when nothing waits or `stopping` is set."""

    def __init__(
        self, rate_per_s: float, send: Callable[[Sequence[Notice]], Awaitable[None]], stopping: asyncio.Event
    ) -> None:
        in_flight = most_in_flight(rate_per_s)
        self._senders = max(FEW_SENDERS, in_flight // RECORDED_TOGETHER)
        self._together = min(RECORDED_TOGETHER, in_flight // self._senders)
        self._most_waiting = rate_per_s * WAITING_S
        self._send, self._stopping = send, stopping
        self.queue: deque[Notice] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = 0
        self.some_left = asyncio.Event()
        """Set whenever messages left the queue or a sender ended."""

    @property
    def is_full(self) -> bool:
        return len(self.queue) > self._most_waiting

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        return set(self._tasks)

    def add(self, notice: Notice) -> None:
        self.queue.append(notice)
        if len(self._tasks) < self._senders and self._starting * self._together < len(self.queue):
            self._starting += 1
            task = asyncio.create_task(self._sender())
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.some_left.set()

    async def _sender(self) -> None:
        self._starting -= 1
        while self.queue and not self._stopping.is_set():
            some = [self.queue.popleft() for _ in range(min(self._together, len(self.queue)))]
            self.some_left.set()
            await self._send(some)


async def emptied(lanes: Sequence[Lane]) -> None:
    """Until every sender has ended. Raises the first error of one, when all have."""
    errors: list[BaseException] = []
    while tasks := [task for lane in lanes for task in lane.tasks]:
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        errors += [error for error in ended if isinstance(error, BaseException)]
    if errors:
        raise errors[0]


async def room(lanes: Sequence[Lane]) -> None:
    """Until no lane is full."""
    while full := [lane for lane in lanes if lane.is_full and lane.tasks]:
        full[0].some_left.clear()
        await full[0].some_left.wait()
