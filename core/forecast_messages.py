"""How many messages the next days bring, and what the SMS among them cost: arithmetic over promises, nothing is sent.

Assumed, and said on the page: nobody acts on a reminder, every message goes through at once, by the channel a person is
reached on today; what is due for one person on one day is one message, visits and campaigns apart; an SMS has SEGMENTS
parts. The SMS that follows an unanswered Telegram message is not counted, nor is what staff hold back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from core.deliveries import Hours, send_at
from core.i18n import TASHKENT, Language
from core.ports import ChannelKind
from core.reminders import Kind, Promise, steps

DAYS = 14
APART: frozenset[Kind] = frozenset({"appointment", "campaign"})
SEGMENTS: Mapping[Language, int] = {"uz": 1, "uz_Cyrl": 1, "ru": 2}
"""The most an SMS takes, kept by a test for every template (docs/adr/0011); Cyrillic Uzbek goes out in Latin letters."""
SEGMENTS_CYRILLIC: Mapping[Language, int] = {**SEGMENTS, "uz_Cyrl": 2}


class Pace(NamedTuple):
    """What decides on which days a promise speaks: as numbers, since of many thousand most share them.

    `due_s` and `next_s` in seconds since 1970, `promised_h` in hours. With no `next_step` a due moment already planned.
    """

    kind: Kind
    due_on: date
    due_s: int | None
    missed: bool
    promised_h: int
    next_step: str | None
    next_s: int


class Live(NamedTuple):
    """A promise that is alive, and who hears it how. The fields after `clinic_id` are those of a Pace."""

    person_id: int
    way: ChannelKind | None
    language: Language
    clinic_id: int | None
    kind: Kind
    due_on: date
    due_s: int | None
    missed: bool
    promised_h: int
    next_step: str | None
    next_s: int


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
    """Whom nothing reaches (`way` None) is left out."""
    today = now.astimezone(TASHKENT).date()
    paces: dict[tuple[object, ...], tuple[int, ...]] = {}
    messages: dict[tuple[int, ChannelKind, int | None], int] = {}
    parts: dict[tuple[int, ChannelKind, int | None], int] = {}
    seen: set[int] = set()
    for one in promises:
        person_id, way, language, clinic_id, kind = one[:5]
        if way is None:
            continue
        speaks = paces.get(pace := one[4:])
        if speaks is None:
            speaks = paces[pace] = tuple(_days(Pace(*pace), today, now, days))
        for day in speaks:
            if kind not in APART:
                if (mark := person_id * days + day) in seen:
                    continue
                seen.add(mark)
            cell = day, way, clinic_id
            messages[cell] = messages.get(cell, 0) + 1
            if way == "sms":
                parts[cell] = parts.get(cell, 0) + segments[language]
    span = tuple(today + timedelta(days=day) for day in range(days))
    return Forecast(span, _dated(messages, span), _dated(parts, span))


def _dated(
    counts: Mapping[tuple[int, ChannelKind, int | None], int], span: tuple[date, ...]
) -> dict[Cell, int]:
    return {Cell(span[day], way, clinic_id): number for (day, way, clinic_id), number in counts.items()}


def _days(pace: Pace, today: date, now: datetime, days: int) -> Iterator[int]:
    """The days, counted from today, on which something of this promise goes out; what is late goes today."""
    event_at = None if pace.due_s is None or pace.missed else _at(pace.due_s)
    for at in _moments(pace, now, today + timedelta(days=days)):
        hours_at = send_at(at, Hours(), event_at, workdays=pace.kind != "appointment")
        day = (hours_at.astimezone(TASHKENT).date() - today).days
        if day < days:
            yield max(day, 0)


def _moments(pace: Pace, now: datetime, end: date) -> Iterator[datetime]:
    """Its next step, and those after it."""
    next_at = _at(pace.next_s)
    yield next_at
    if pace.next_step is None or pace.missed or pace.kind == "campaign":
        return
    due_at = None if pace.due_s is None else _at(pace.due_s)
    promise = Promise(pace.kind, pace.due_on, _at(pace.promised_h * 3600), due_at)
    for step in steps(promise):
        if step.at > next_at and step.expires_at > now and step.at.date() < end:
            yield step.at


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


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
