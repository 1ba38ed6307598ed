"""One message about everything due for one person in one window: what it is made of, before it has words."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from core.deliveries import Hours
from core.halves import Variant
from core.i18n import Language, Words
from core.ports import ChannelKind
from core.reminders import Kind
from core.sms import plain


@dataclass(frozen=True, slots=True)
class Visit:
    """Where an appointment takes place; `service` is core.booking's code."""

    clinic: Words
    room: str
    service: str


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a campaign, for SMS only where they were written."""

    text: Words
    sms: Words | None


@dataclass(frozen=True, slots=True)
class Tried:
    """Which of an experiment's two texts a message has; `words` stand for the usual inviting sentence, None: that one."""

    experiment_id: int
    variant: Variant
    words: Words | None


@dataclass(frozen=True, slots=True)
class Item:
    """One promise inside a notice. `about` is the first name of who it is about, None for the recipient themselves."""

    reminder_id: int
    kind: Kind
    item: str
    dose: int
    step: str
    due_on: date
    due_at: datetime | None
    about_id: int
    about: str | None
    birth_date: date
    visit: Visit | None = None
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A claimed message, ready for words. `lead_id` names it; `fallback` is the channel after `way` fails for good.

    `failed` counts the tries on `way` that failed before this one; `follow_up` whether silence may be followed by an SMS.
    """

    lead_id: int
    size: int
    person_id: int
    language: Language
    way: ChannelKind
    address: str
    items: tuple[Item, ...]
    expires_at: datetime
    capped: bool
    hours: Hours
    fallback: ChannelKind | None = None
    failed: int = 0
    follow_up: bool = False
    tried: Tried | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A notice whose Delivery row is written: from here on its fate must be recorded. `key` is our id at the provider."""

    notice: Notice
    delivery_id: int
    key: str


PRINT_LENGTH = 8


def attempt_key(text: str) -> str:
    """Our own id of an attempt, new each time: 32 hex digits, the last eight of them made from its text.

    A provider that keeps no id of ours can be asked by number and text all the same.
    """
    return uuid.uuid4().hex[:-PRINT_LENGTH] + text_print(text)


def text_print(text: str) -> str:
    """Eight hex digits by which the texts of two attempts are told apart, in the letters an SMS has."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:PRINT_LENGTH]
