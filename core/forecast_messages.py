"""How many messages the next days bring, and what the SMS among them cost: arithmetic over promises, nothing is sent.

Assumed, and said on the page: nobody acts on a reminder, every message goes through at once, by the channel a person is
reached on today; what is due for one person on one day is one message, visits apart; an SMS has SEGMENTS parts. The SMS
that follows an unanswered Telegram message is not counted, nor is what staff hold back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from core.deliveries import Hours, send_at
from core.i18n import TASHKENT, Language
from core.ports import ChannelKind
from core.reminders import Kind, Promise, Step, steps

DAYS = 14
SEGMENTS: Mapping[Language, int] = {"uz": 1, "uz_Cyrl": 1, "ru": 2}
"""The most an SMS takes, kept by a test for every template (docs/adr/0011); Cyrillic Uzbek goes out in Latin letters."""
SEGMENTS_CYRILLIC: Mapping[Language, int] = {**SEGMENTS, "uz_Cyrl": 2}


class Live(NamedTuple):
    """A promise that is alive, or with no `next_step` a due moment already planned for `next_at`."""

    person_id: int
    kind: Kind
    due_on: date
    due_at: datetime | None
    missed_at: datetime | None
    promised_at: datetime
    next_step: str | None
    next_at: datetime
    way: ChannelKind
    language: Language
    clinic_id: int | None


class Cell(NamedTuple):
    """Where messages are counted; `clinic_id` None: of no clinic."""

    on: date
    way: ChannelKind
    clinic_id: int | None


@dataclass(frozen=True, slots=True)
class Total:
    """Messages by channel, and the parts of the SMS."""

    telegram: int = 0
    sms: int = 0
    segments: int = 0

    @property
    def messages(self) -> int:
        return self.telegram + self.sms

    def __add__(self, other: Total) -> Total:
        return Total(self.telegram + other.telegram, self.sms + other.sms, self.segments + other.segments)

    def plus(self, way: ChannelKind, messages: int, segments: int) -> Total:
        if way == "telegram":
            return replace(self, telegram=self.telegram + messages)
        return replace(self, sms=self.sms + messages, segments=self.segments + segments)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`messages` and `segments` by cell; `days` in order, today first."""

    days: tuple[date, ...]
    messages: Mapping[Cell, int]
    segments: Mapping[Cell, int]

    def by_day(self, clinic_id: int | None = None) -> dict[date, Total]:
        """Of one clinic, or of all together; every day is there."""
        found = dict.fromkeys(self.days, Total())
        for cell, number in self.messages.items():
            if clinic_id in (None, cell.clinic_id):
                found[cell.on] = found[cell.on].plus(cell.way, number, self.segments.get(cell, 0))
        return found

    def total(self, clinic_id: int | None = None) -> Total:
        return sum(self.by_day(clinic_id).values(), Total())

    def by_clinic(self) -> dict[int | None, Total]:
        """Those with most messages first; None: of no clinic."""
        found: dict[int | None, Total] = {}
        for cell, number in self.messages.items():
            before = found.get(cell.clinic_id, Total())
            found[cell.clinic_id] = before.plus(cell.way, number, self.segments.get(cell, 0))
        return dict(sorted(found.items(), key=lambda one: -one[1].messages))


def forecast(
    promises: Iterable[Live], now: datetime, segments: Mapping[Language, int], days: int = DAYS
) -> Forecast:
    """A hundred thousand promises take about a second."""
    today = now.astimezone(TASHKENT).date()
    span = tuple(today + timedelta(days=day) for day in range(days))
    messages: Counter[Cell] = Counter()
    parts: Counter[Cell] = Counter()
    seen: set[tuple[int, date]] = set()
    for one in promises:
        for at in _moments(one, span[-1], now):
            on = max(at, today)
            if on > span[-1]:
                continue
            if one.kind != "appointment":
                if (one.person_id, on) in seen:
                    continue
                seen.add((one.person_id, on))
            cell = Cell(on, one.way, one.clinic_id)
            messages[cell] += 1
            if one.way == "sms":
                parts[cell] += segments[one.language]
    return Forecast(span, messages, parts)


def _moments(one: Live, last: date, now: datetime) -> Iterator[date]:
    """The days on which something of this promise goes out: its next step, and those after it."""
    event_at = one.due_at if one.missed_at is None else None
    if one.next_step is None:
        yield one.next_at.astimezone(TASHKENT).date()
        return
    yield _day(one.next_at, event_at, one.kind)
    end = datetime.combine(last + timedelta(days=1), time(0), TASHKENT)
    promise = Promise(one.kind, one.due_on, one.promised_at, one.due_at, one.missed_at)
    for step in _after(promise, one.next_at, end):
        if step.expires_at > now:
            yield _day(step.at, event_at, one.kind)


def _after(promise: Promise, after: datetime, end: datetime) -> Iterator[Step]:
    return (step for step in steps(promise) if after < step.at < end)


# Steps counted in days fall due at ten o'clock: of many thousand most share a moment.
@lru_cache(maxsize=1 << 14)
def _day(at: datetime, event_at: datetime | None, kind: Kind) -> date:
    return send_at(at, Hours(), event_at, workdays=kind != "appointment").astimezone(TASHKENT).date()


def costs(
    segments: int, shares: Mapping[str, int], prices: Mapping[str, float | None]
) -> dict[str, Decimal | None]:
    """What the parts cost at each provider that takes a share (percent) of them, in its account's currency.

    None where nobody set a price: a cost is never made up.
    """
    whole = sum(shares.values()) or 1
    found: dict[str, Decimal | None] = {}
    for name, share in shares.items():
        price = prices.get(name)
        found[name] = None if price is None else segments * Decimal(str(price)) * share / whole
    return found
