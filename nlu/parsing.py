"""Many messages at once, as the bot would understand each: for `salomat nlu parse` and for evaluation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from core.intents import Interpretation
from nlu import server, training
from nlu.interpreter import Interpreter

# More than this many requests at once make Rasa slower, not faster.
_IN_FLIGHT = 8


class RasaSilent(Exception):
    """Rasa was asked for by name and did not answer a message."""


def parse(
    texts: Sequence[str],
    now: datetime,
    engine: str,
    url: str | None,
    var_dir: Path,
    say: Callable[[str], None],
) -> list[Interpretation]:
    """In the order given. `engine` is `rasa` (its server at `url`, else one of our own), `embedded`, or `auto`.

    Raises:
        RasaSilent: `rasa` was asked for and another engine answered.
    """
    embedded = training.embedded(var_dir, say)
    with ExitStack() as stack:
        if engine == "rasa" and not (url and server.is_up(url)):
            url = stack.enter_context(server.running(var_dir, say))
        if engine == "embedded" or not url:
            url = None
        # A report waits as long as it takes; only a citizen must not.
        interpreter_timeout_s = 30.0 if engine == "rasa" else 1.5
        found = asyncio.run(_all(texts, now, lambda: Interpreter(url, embedded, interpreter_timeout_s)))
    if engine == "rasa" and any(i.engine != "rasa" for i in found):
        raise RasaSilent("Rasa stopped answering")
    return found


def as_json(interpretation: Interpretation) -> dict[str, Any]:
    """The contract of `salomat nlu parse`."""
    return {
        "text": interpretation.text,
        "intent": interpretation.intent,
        "confidence": round(interpretation.confidence, 4),
        "entities": [
            {"entity": e.entity, "text": e.text, "value": e.value}
            | ({} if e.possible else {"possible": False})
            for e in interpretation.entities
        ],
        "red_flag": interpretation.red_flag,
        "form": interpretation.form,
        "engine": interpretation.engine,
    }


async def _all(texts: Sequence[str], now: datetime, make: Callable[[], Interpreter]) -> list[Interpretation]:
    interpreter = make()
    lane = asyncio.Semaphore(_IN_FLIGHT)

    async def one(text: str) -> Interpretation:
        async with lane:
            return await interpreter.interpret(text, now)

    try:
        return list(await asyncio.gather(*(one(text) for text in texts)))
    finally:
        await interpreter.close()
