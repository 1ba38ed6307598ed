"""Whether, when and how a due message goes out: consent, decent hours, expiry, caps, the way to the person, retries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

import holidays

from core.i18n import TASHKENT, Language
from core.ports import ChannelKind

ChannelChoice = Literal["auto", "telegram", "sms"]
RepeatUnknown = Literal["never", "appointments", "always"]

MOST_A_DAY = 3
MOST_SMS_A_WEEK = 2
WEEK = timedelta(days=7)
RETRY_AFTER = tuple(timedelta(minutes=m) for m in (5, 15, 60, 240))
"""Waits after the first, second … failed try; after one more the next channel is taken."""
JITTER = 0.2
BEFORE_CLOSING = timedelta(hours=1)
"""A message moved to the evening before goes out so long before that evening ends."""
FAILED_DAYS_BEFORE_PAUSE = 5
LOOK_AGAIN = timedelta(hours=1)
"""What staff hold back is looked at again so often, and at once when they release it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Decent hours in Tashkent, full hours 0–24: quiet from `quiet_from` until `quiet_to`.

    Equal (or 24 and 0) means never quiet, not on holidays either.
    """

    quiet_from: int = 20
    quiet_to: int = 9

    def is_open(self, at: datetime) -> bool:
        hour = at.astimezone(TASHKENT).hour
        begin, end = self.quiet_from % 24, self.quiet_to % 24
        if begin <= end:
            return not begin <= hour < end
        return end <= hour < begin

    def next_open(self, at: datetime, *, workdays: bool = False) -> datetime:
        """`at` itself when open, else the next moment that is; with `workdays`, never on a public holiday."""
        if self.quiet_from % 24 == self.quiet_to % 24:
            return at
        found = at if self.is_open(at) else _next(at, self.quiet_to % 24)
        while workdays and is_holiday(found.astimezone(TASHKENT).date()):
            found = _next(_midnight_after(found), self.quiet_to % 24)
        return found

    def last_open_before(self, at: datetime) -> datetime:
        """When `at` is quiet: an hour before the quiet began."""
        local = at.astimezone(TASHKENT)
        closing = datetime.combine(local.date(), time(self.quiet_from % 24), TASHKENT)
        if closing > local:
            closing = datetime.combine(local.date() - timedelta(days=1), closing.timetz())
        return closing - BEFORE_CLOSING


def _next(at: datetime, hour: int) -> datetime:
    local = at.astimezone(TASHKENT)
    found = datetime.combine(local.date(), time(hour), TASHKENT)
    return (
        found if found >= local else datetime.combine(local.date() + timedelta(days=1), time(hour), TASHKENT)
    )


def _midnight_after(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(TASHKENT).date() + timedelta(days=1), time(0), TASHKENT)


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("UZ", years=year))


def is_holiday(on: date) -> bool:
    """A public holiday of Uzbekistan (religious ones as estimated by the `holidays` package)."""
    return on in _holidays(on.year)


@dataclass(frozen=True, slots=True)
class Sent:
    """An unasked message that went out, for the caps."""

    at: datetime
    channel: ChannelKind


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to be told, as the record stands now. `chat_id` is None when Telegram is not to be tried.

    `barred`: a trial is on, and this person is not on its list.
    `campaigns`: they did not refuse them.
    """

    id: int
    language: Language
    choice: ChannelChoice
    chat_id: int | None
    phone: str | None
    hours: Hours
    consented: bool
    paused: bool
    deceased: bool
    sent: Sequence[Sent] = ()
    barred: bool = False
    campaigns: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """One due moment. `way` is the channel it was moved to; with `only`, no other will do. `capped`: nobody asked for it.

    `held`: staff hold it back. `urged`: staff want it now, whatever the caps say, and with `any_hour` at night too.
    """

    expires_at: datetime
    stopped: bool = False
    way: ChannelKind | None = None
    only: bool = False
    capped: bool = True
    held: bool = False
    urged: bool = False
    any_hour: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    way: ChannelKind
    address: str


@dataclass(frozen=True, slots=True)
class Wait:
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Never to be sent: `expired`, or left out for a reason."""

    reason: str

    @property
    def state(self) -> Literal["expired", "skipped", "failed"]:
        if self.reason == "unreachable":
            return "failed"
        return "expired" if self.reason == "expired" else "skipped"


def decide(due: Due, to: Recipient, now: datetime) -> Send | Wait | Drop:
    """Looked at again before every try: the whole of what stands between a due moment and a message."""
    if due.stopped:
        return Drop("acted_on")
    if now >= due.expires_at:
        return Drop("expired")
    if to.deceased or not to.consented or to.paused:
        return Drop("deceased" if to.deceased else "paused" if to.paused else "no_consent")
    if due.held or (to.barred and due.capped):
        return Wait(min(now + LOOK_AGAIN, due.expires_at), "held" if due.held else "trial")
    possible = ways(to)
    way = due.way if due.way in possible or due.only else next(iter(possible), None)
    if way not in possible:
        return Drop("unreachable")
    open_at = now if due.any_hour else to.hours.next_open(now, workdays=due.capped)
    if open_at > now:
        return Wait(open_at, "hours") if open_at < due.expires_at else Drop("hours")
    if due.capped and not due.urged and (until := capped_until(to.sent, way, now)) is not None:
        return Wait(until, "cap") if until < due.expires_at else Drop("cap")
    address = to.phone if way == "sms" else str(to.chat_id)
    assert address is not None
    return Send(way, address)


def ways(to: Recipient) -> tuple[ChannelKind, ...]:
    """The channels that may be used, best first. The person's own choice wins while it leads anywhere."""
    possible: list[ChannelKind] = []
    if to.chat_id is not None:
        possible.append("telegram")
    if to.phone is not None:
        possible.append("sms")
    if to.choice in possible:
        return (to.choice,)
    return tuple(possible)


def way_after(way: ChannelKind, to: Recipient) -> ChannelKind | None:
    """The next channel when all tries on `way` failed."""
    possible = ways(to)
    if way not in possible:
        return next(iter(possible), None)
    return next(iter(possible[possible.index(way) + 1 :]), None)


# Most of what is planned together falls due at the same few moments.
@lru_cache(maxsize=1 << 12)
def send_at(moment: datetime, hours: Hours, event_at: datetime | None, *, workdays: bool) -> datetime:
    """When a step is to go out: at its moment, or at the next decent hour, or, if that missed the event, before it."""
    found = hours.next_open(moment, workdays=workdays)
    if event_at is not None and found >= event_at:
        return hours.last_open_before(moment)
    return found


def capped_until(sent: Sequence[Sent], way: ChannelKind, now: datetime) -> datetime | None:
    """When the next unasked message may go: 3 a day, 2 SMS in seven days; None when now."""
    today = now.astimezone(TASHKENT).date()
    until: datetime | None = None
    if sum(s.at.astimezone(TASHKENT).date() == today for s in sent) >= MOST_A_DAY:
        until = _midnight_after(now)
    if way == "sms":
        recent = sorted(s.at for s in sent if s.channel == "sms" and s.at > now - WEEK)
        if len(recent) >= MOST_SMS_A_WEEK:
            free_at = recent[-MOST_SMS_A_WEEK] + WEEK
            until = free_at if until is None else max(until, free_at)
    return until


def retry_at(failed: int, now: datetime, expires_at: datetime, chance: float) -> datetime | None:
    """When to try the same channel again after `failed` tries; None when it is time for the next channel.

    `chance` in [0, 1) spreads the tries of many messages that failed together.
    """
    if not 1 <= failed <= len(RETRY_AFTER):
        return None
    at = now + RETRY_AFTER[failed - 1] * (1 + JITTER * chance)
    return at if at < expires_at else None


def repeat_unknown(kind: str, losses: int, setting: RepeatUnknown) -> bool:
    """Whether a message whose fate nobody can tell is sent once more; never twice."""
    return losses < 2 and (setting == "always" or (setting == "appointments" and kind == "appointment"))
