"""The one contract of every way to reach a person: a Channel sends, gives a Receipt or raises a DeliveryError."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from core.errors import SalomatError

ChannelKind = Literal["telegram", "sms"]
Slot = tuple[float, float]
"""A turn in a channel's budget: from when until when, by the loop's clock, a message may leave."""


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: `label` as shown, `data` at most 64 bytes; or a link."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message, finished: text in the person's language (Telegram HTML or plain SMS), `key` our own id of the attempt.

    `to` is a Telegram chat id in digits or a phone in E.164. `valid_for_s` tells an operator when to give up. `slot` is its
    turn, if that was taken beforehand.
    """

    key: str
    to: str
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    protect: bool = False
    valid_for_s: int | None = None
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel took the message; `provider_id` is its name for it, `status` what it said."""

    provider: str
    provider_id: str
    status: Literal["sent", "delivered"] = "sent"
    segments: int = 1


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left on an account, in its own currency (ISO 4217)."""

    amount: float
    currency: str


class DeliveryError(SalomatError):
    """The message was not sent, or nobody knows.

    `permanent`: never try this channel again for this message. `gone`: the address itself is dead (blocked, no such chat).
    `unknown`: the request left and no answer came: it may have been sent. `retry_after_s`: everybody must wait that long,
    or `only_this` message.
    `args[0]` is safe to log: it names no person, number or text. `provider` is set where a channel has several.
    """

    provider: str | None = None

    def __init__(
        self,
        loggable: str,
        *,
        permanent: bool = False,
        gone: bool = False,
        unknown: bool = False,
        retry_after_s: float | None = None,
        only_this: bool = False,
    ) -> None:
        super().__init__(loggable)
        self.permanent = permanent or gone
        self.gone = gone
        self.unknown = unknown
        self.retry_after_s = retry_after_s
        self.only_this = only_this


class Channel(Protocol):
    """A way to reach people. `send` raises DeliveryError, nothing else."""

    kind: ChannelKind
    name: str

    async def send(self, message: OutboundMessage) -> Receipt: ...

    async def close(self) -> None: ...
