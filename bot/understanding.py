"""What a message means, found out at most once and only when somebody asks."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.intents import Interpretation


class Interprets(Protocol):
    """What the bot needs of nlu.interpreter.Interpreter."""

    async def interpret(self, text: str, now: datetime) -> Interpretation: ...


class Understanding:
    """One message's text with the interpreter; `get` asks it once."""

    def __init__(self, interpreter: Interprets, text: str, now: datetime) -> None:
        self._interpreter, self.text, self._now = interpreter, text, now
        self._interpretation: Interpretation | None = None

    async def get(self) -> Interpretation:
        if self._interpretation is None:
            self._interpretation = await self._interpreter.interpret(self.text, self._now)
        return self._interpretation

    def means(self, interpretation: Interpretation) -> None:
        """A person chose the meaning themselves, from the suggestions."""
        self._interpretation = interpretation
