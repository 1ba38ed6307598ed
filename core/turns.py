"""How a process waits for its turn in the budget: slots are reserved for all who wait, each leaves in its slot."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core import budget as rules
from core.budget import Budget, ForeignClock, Granted, Lanes
from core.errors import SalomatError
from core.ports import Slot

Reserve = Callable[[int], Awaitable[Granted]]
Pause = Callable[[float], Awaitable[None]]

PATIENCE_S = 0.15
"""An answer does not wait longer for a word of the database."""
DISTRUST_S = 1.0
AGAIN_S = 0.25
CLOCK_TRIES = 5


STILL_WAITING = "still waiting for its turn"
"""What the CancelledError of a message says that was given up before it left: its fate is known."""


class NoTurn(SalomatError):
    """Nothing may leave for `again_s` seconds; the message did not leave."""

    def __init__(self, again_s: float) -> None:
        super().__init__("no turn")
        self.again_s = again_s


@dataclass(slots=True)
class _Waiter:
    """Who waits for slots: for `many`, and content with fewer."""

    slots: asyncio.Future[list[Slot]]
    many: int


class Alone:
    """A budget of one process, on its own clock."""

    def __init__(self, budget: Budget, *, answers: bool = False) -> None:
        self._budget, self._answers, self._lanes = budget, answers, Lanes()

    async def reserve(self, many: int) -> Granted:
        now_s = asyncio.get_running_loop().time()
        self._lanes, granted = rules.reserve(self._lanes, self._budget, many, now_s, answers=self._answers)
        return granted


class Turns:
    """`turn` returns when a message may leave. Raises NoTurn when none may for `longest_wait_s`.

    With `meanwhile` nobody waits for a database that is slow or down: its slots are used, bounded in this process alone.
    """

    def __init__(
        self,
        reserve: Reserve,
        pause: Pause | None = None,
        *,
        meanwhile: Reserve | None = None,
        longest_wait_s: float = 20.0,
    ) -> None:
        self._reserve, self._pause, self._meanwhile = reserve, pause, meanwhile
        self.longest_wait_s = longest_wait_s
        self._clock = ForeignClock()
        self._waiting: deque[_Waiter] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._reply: asyncio.Task[Granted] | None = None
        self._distrusted_until_s = self._paused_until_s = 0.0
        self.lost = 0
        """Slots that were not used in time."""

    async def turn(self, slot: Slot | None = None) -> None:
        """`slot` was taken beforehand: it is used unless it is over or a pause came between."""
        give_up_s = asyncio.get_running_loop().time() + self.longest_wait_s
        try:
            while slot is None or not await self._used(slot):
                (slot,) = await self._slots(1, give_up_s, first=slot is not None)
        except asyncio.CancelledError:
            raise asyncio.CancelledError(STILL_WAITING) from None

    async def ahead(self, many: int) -> list[Slot]:
        """From one to `many` slots that begin soon: who has to prepare a message does so in the meantime."""
        return await self._slots(many, asyncio.get_running_loop().time() + self.longest_wait_s, first=False)

    async def _used(self, slot: Slot) -> bool:
        loop = asyncio.get_running_loop()
        begins_s, ends_s = slot
        if begins_s > loop.time():
            await asyncio.sleep(begins_s - loop.time())
        in_time = self._paused_until_s <= loop.time() <= ends_s
        self.lost += not in_time
        return in_time

    async def _slots(self, many: int, give_up_s: float, *, first: bool) -> list[Slot]:
        await self._pause_over(give_up_s)
        try:
            async with asyncio.timeout_at(give_up_s):
                return await self._queued(many, first=first)
        except TimeoutError:
            raise NoTurn(max(1.0, self.paused_for_s)) from None

    async def pause(self, seconds: float) -> None:
        """Nothing of this bot leaves for so long, in any process."""
        self._paused_until_s = max(self._paused_until_s, asyncio.get_running_loop().time() + seconds)
        if self._pause is not None:
            try:
                await asyncio.wait_for(self._pause(seconds), 5)
            except Exception:  # noqa: BLE001 – here the pause is kept; elsewhere Telegram says it again
                return

    @property
    def paused_for_s(self) -> float:
        return max(0.0, self._paused_until_s - asyncio.get_running_loop().time())

    async def _pause_over(self, give_up_s: float) -> None:
        while (left_s := self.paused_for_s) > 0:
            if self._paused_until_s > give_up_s:
                raise NoTurn(left_s)
            await asyncio.sleep(left_s)

    async def _queued(self, many: int, *, first: bool) -> list[Slot]:
        waiter = _Waiter(asyncio.get_running_loop().create_future(), many)
        if first:
            self._waiting.appendleft(waiter)
        else:
            self._waiting.append(waiter)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await waiter.slots

    async def _ask(self) -> None:
        """One question at a time, for all who wait by then."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)  # what is waiting in the same moment is asked for together
        while self._waiting:
            slots, again_at_s = await self._granted(sum(waiter.many for waiter in self._waiting))
            while slots:
                waiter = self._next_waiter()
                if waiter is None:
                    return
                waiter.slots.set_result(slots[: waiter.many])
                slots = slots[waiter.many :]
            if self.paused_for_s > self.longest_wait_s:
                self._refuse_all()
            if self._waiting:
                await asyncio.sleep(max(0.002, again_at_s - loop.time()))
            self._forget_the_gone()

    def _refuse_all(self) -> None:
        while (waiter := self._next_waiter()) is not None:
            waiter.slots.set_exception(NoTurn(self.paused_for_s))

    def _next_waiter(self) -> _Waiter | None:
        self._forget_the_gone()
        return self._waiting.popleft() if self._waiting else None

    def _forget_the_gone(self) -> None:
        while self._waiting and self._waiting[0].slots.done():
            self._waiting.popleft()

    async def _granted(self, many: int) -> tuple[list[Slot], float]:
        """Slots in which a message may leave, and when to ask for more."""
        loop = asyncio.get_running_loop()
        if self._meanwhile is None:
            try:
                granted = await self._asked(many)
            except Exception:  # noqa: BLE001 – the database is away: what waits goes on waiting
                return [], loop.time() + AGAIN_S
        else:
            heard = await self._asked_patiently(many)
            if heard is None:
                granted = await self._meanwhile(many)
                slots = [(slot, slot + rules.TOLERANCE_S) for slot in granted.slots_s]
                return slots, granted.free_s - rules.AHEAD_S / 2
            granted = heard
        paused_s = granted.paused_until_s + self._clock.high_s
        self._paused_until_s = max(self._paused_until_s, paused_s)
        slots = [self._clock.span(slot) for slot in granted.slots_s]
        return slots, min(granted.free_s + self._clock.high_s - rules.AHEAD_S / 2, loop.time() + 1.0)

    async def _asked(self, many: int) -> Granted:
        """First, when their clock is not known well enough, only for the time."""
        loop = asyncio.get_running_loop()
        for number in (0,) * CLOCK_TRIES + (many,):
            unsure_s = self._clock.width_s + 2 * self._clock.widened_s(loop.time())
            if number == 0 and unsure_s < rules.TOLERANCE_S / 2:
                continue
            asked_s = loop.time()
            granted = await self._reserve(number)
            self._clock.hear(asked_s, granted.now_s, loop.time())
        return granted

    async def _asked_patiently(self, many: int) -> Granted | None:
        """None when the database does not answer soon; a late answer's slots are left unused."""
        loop = asyncio.get_running_loop()
        if (self._reply and not self._reply.done()) or loop.time() < self._distrusted_until_s:
            return None
        self._reply = asyncio.create_task(self._asked(many))
        await asyncio.wait({self._reply}, timeout=PATIENCE_S)
        if not self._reply.done():
            self._reply.add_done_callback(_seen)
            return None
        if self._reply.exception() is not None:
            self._distrusted_until_s = loop.time() + DISTRUST_S
            return None
        return self._reply.result()


def _seen(task: asyncio.Task[Granted]) -> None:
    """That a late question failed is known already."""
    if not task.cancelled():
        task.exception()


def alone(budget: Budget, *, longest_wait_s: float = 20.0) -> Turns:
    """For a process that shares its bot with nobody."""
    return Turns(Alone(budget).reserve, longest_wait_s=longest_wait_s)
