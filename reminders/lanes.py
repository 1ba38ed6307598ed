"""One lane a channel: messages wait in it for their turns, so that a slow channel does not hold up another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.notices import Attempt, Notice
from core.ports import OutboundMessage, Slot
from core.turns import NoTurn
from services.outcomes import Outcome

BEGUN_TOGETHER = 60
RECORDED_TOGETHER = 10
RECORDED_WITHIN_S = 0.01
"""So long an outcome waits for others to be recorded with it."""
MOST_RECORDING = 4
ASSUMED_ANSWER_S = 0.2
WAITING_S = 2.0
"""Messages claimed beforehand, in seconds of the channel's rate."""


def most_in_flight(rate_per_s: float) -> int:
    """Messages begun and not recorded, of one channel in one process: a kill leaves no more unknown."""
    return max(RECORDED_TOGETHER, round(rate_per_s * ASSUMED_ANSWER_S))


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed message with its words."""

    notice: Notice
    message: OutboundMessage


@dataclass(frozen=True, slots=True)
class Begun:
    """On record as being sent; `message` has the attempt's key, and its slot if it took one."""

    attempt: Attempt
    message: OutboundMessage


class Sends(Protocol):
    """What a lane does with its messages."""

    async def turns(self, many: int) -> Sequence[Slot | None]:
        """One at least, soon; None where none is needed. Raises NoTurn."""

    async def put_off(self, some: Sequence[Ready], after_s: float) -> None: ...

    async def begin(self, some: Sequence[Ready], slots: Sequence[Slot | None]) -> Sequence[Begun]:
        """Those that may go; the others are settled or given back."""

    async def send(self, begun: Begun) -> Outcome: ...

    async def record(self, some: Sequence[Outcome]) -> None: ...


class Lane:
    """Messages take their turns, are begun together, sent each by itself, and recorded at most ten together. Ends when none
    is left, or, with `stopping`, when those begun are recorded.
    """

    def __init__(self, rate_per_s: float, sends: Sends, stopping: asyncio.Event) -> None:
        self._most_in_flight, self._most_waiting = most_in_flight(rate_per_s), rate_per_s * WAITING_S
        self._sends, self._stopping = sends, stopping
        self.queue: deque[Ready] = deque()
        self._sent: deque[Outcome] = deque()
        self._in_flight = self._recording = 0
        self._turning: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.some_left = asyncio.Event()
        """Set whenever messages left the queue, were recorded, or a task ended."""

    @property
    def is_full(self) -> bool:
        return len(self.queue) > self._most_waiting

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        return set(self._tasks)

    def add(self, ready: Ready) -> None:
        self.queue.append(ready)
        if self._turning is None or self._turning.done():
            self._turning = self._task(self._turn())

    def _task(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.some_left.set()

    async def _turn(self) -> None:
        while self.queue and not self._stopping.is_set():
            room = min(self._most_in_flight - self._in_flight, len(self.queue), BEGUN_TOGETHER)
            if not room:
                self.some_left.clear()
                await self.some_left.wait()
                continue
            try:
                slots = await self._sends.turns(room)
            except NoTurn as refused:
                await self._sends.put_off(self._next(room), refused.again_s)
                continue
            if not self._stopping.is_set():  # meanwhile the next turns are asked for
                self._in_flight += len(slots)
                self._task(self._begin(self._next(len(slots)), slots))

    def _next(self, many: int) -> list[Ready]:
        self.some_left.set()
        return [self.queue.popleft() for _ in range(many)]

    async def _begin(self, some: Sequence[Ready], slots: Sequence[Slot | None]) -> None:
        begun: Sequence[Begun] = ()
        try:
            begun = await self._sends.begin(some, slots)
        finally:
            self._in_flight -= len(some) - len(begun)
            self.some_left.set()
        for one in begun:
            self._task(self._through(one))

    async def _through(self, begun: Begun) -> None:
        self._sent.append(await self._sends.send(begun))
        if self._recording < min(MOST_RECORDING, len(self._sent) / RECORDED_TOGETHER):
            self._recording += 1
            try:
                await self._record()
            finally:
                self._recording -= 1

    async def _record(self) -> None:
        while self._sent:
            if len(self._sent) < min(RECORDED_TOGETHER, self._in_flight):
                await asyncio.sleep(RECORDED_WITHIN_S)
            some = [self._sent.popleft() for _ in range(min(RECORDED_TOGETHER, len(self._sent)))]
            try:
                await self._sends.record(some)
            finally:
                self._in_flight -= len(some)
                self.some_left.set()


async def emptied(lanes: Sequence[Lane]) -> None:
    """Until every lane has ended. Raises the first error of one, when all have."""
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
