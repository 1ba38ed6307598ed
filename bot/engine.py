"""Understanding that may be ready later than the bot: the very first start trains its engine, which takes a minute or more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from core.intents import Interpretation
from nlu import training
from nlu.embedded import EmbeddedEngine
from nlu.interpreter import Interpreter


class Later:
    """Emergencies, menus and buttons need no model and work at once; a message in free words waits for it."""

    def __init__(
        self, make: Callable[[], EmbeddedEngine], wire: Callable[[EmbeddedEngine], Interpreter]
    ) -> None:
        self._made = asyncio.create_task(self._make(make, wire), name="engine")

    @staticmethod
    async def _make(
        make: Callable[[], EmbeddedEngine], wire: Callable[[EmbeddedEngine], Interpreter]
    ) -> Interpreter:
        loop = asyncio.get_running_loop()
        made: asyncio.Future[EmbeddedEngine] = loop.create_future()

        def tell(engine: EmbeddedEngine | None, error: BaseException | None) -> None:
            if made.done():
                return
            if engine is not None:
                made.set_result(engine)
            elif error is not None:
                made.set_exception(error)

        def work() -> None:
            engine, broken = None, None
            try:
                engine = make()
            except Exception as error:  # noqa: BLE001 – raised again where it is waited for
                broken = error
            with suppress(RuntimeError):  # the process ended meanwhile
                loop.call_soon_threadsafe(tell, engine, broken)

        training.in_background(work)  # a daemon: a stop does not wait for it
        return wire(await made)

    async def ready(self) -> Interpreter:
        """Raises whatever making the engine raised."""
        return await asyncio.shield(self._made)

    async def interpret(self, text: str, now: datetime) -> Interpretation:
        return await (await self.ready()).interpret(text, now)

    async def close(self) -> None:
        if not self._made.done():
            self._made.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await (await self._made).close()
