"""What a channel or a provider may be able to do beyond sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from core.ports import Balance
from core.turns import Turns


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message the provider has: `state` is sent, delivered or failed; `text` where it keeps no id of ours."""

    provider: str
    provider_id: str
    state: str
    text: str | None = None


@runtime_checkable
class HasBalance(Protocol):
    """A provider whose account can be asked. Raises DeliveryError when it does not say."""

    name: str

    async def balance(self) -> Balance: ...


@runtime_checkable
class Paced(Protocol):
    """A channel whose turns can be taken before its messages are begun."""

    turns: Turns


@runtime_checkable
class Answers(Protocol):
    """Finds messages by our own key where the provider keeps it, else by number and time."""

    name: str

    async def find(self, key: str, to: str, begun_at: datetime) -> list[Candidate]: ...
