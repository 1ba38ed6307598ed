"""When staff are alarmed: late messages, silent processes, SMS providers that fail or run out of money, texts not approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from core.failover import Health
from core.i18n import Text, _, n_, verbatim

Process = Literal["bot", "reminders", "admin"]
Kind = Literal["late", "no_worker", "no_bot", "sms_down", "low_balance", "not_approved"]

LATE_AFTER = timedelta(minutes=15)
SILENT_AFTER = timedelta(minutes=5)
REPEATED_AFTER = timedelta(hours=1)
"""An alarm is told again after so long; one that comes back within it is the same alarm."""
LOOK_BACK = timedelta(minutes=15)
FEWEST_ERRORS = 3
COVERED_DAYS = 7

Found = Mapping[Kind, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Provider:
    """An SMS provider: `errors` and `taken` of the last quarter of an hour, and how many days its money lasts, if known."""

    name: str
    weight: int
    health: Health = field(default_factory=Health)
    errors: int = 0
    taken: int = 0
    balance: float | None = None
    currency: str | None = None
    days_left: float | None = None

    @property
    def is_down(self) -> bool:
        """By the rule of failover; or, where few messages go, when nothing is taken any more."""
        return self.health.is_bad or (self.taken == 0 and self.errors >= FEWEST_ERRORS)

    @property
    def is_low(self) -> bool:
        return self.days_left is not None and self.days_left < COVERED_DAYS


@dataclass(frozen=True, slots=True)
class State:
    """What is looked at. `beats` holds the newest heartbeat of each process that ever beat lately."""

    oldest_due_at: datetime | None = None
    beats: Mapping[str, datetime] = field(default_factory=dict)
    providers: Sequence[Provider] = ()
    not_approved: int = 0


def found(state: State, watched_since: datetime, now: datetime) -> dict[Kind, dict[str, Any]]:
    """What is wrong now, with figures. Silence counts only since somebody watches: a watch that just began knows of none."""
    wrong: dict[Kind, dict[str, Any]] = {}
    if state.oldest_due_at is not None and now - state.oldest_due_at > LATE_AFTER:
        wrong["late"] = {"minutes": int((now - state.oldest_due_at) / timedelta(minutes=1))}
    if now - max(state.beats.get("reminders", watched_since), watched_since) > SILENT_AFTER:
        wrong["no_worker"] = {}
    if "bot" in state.beats and now - max(state.beats["bot"], watched_since) > SILENT_AFTER:
        wrong["no_bot"] = {}
    if state.providers and all(one.is_down for one in state.providers):
        wrong["sms_down"] = {"providers": sorted(one.name for one in state.providers)}
    if low := sorted(one.name for one in state.providers if one.is_low):
        wrong["low_balance"] = {"providers": low}
    if state.not_approved:
        wrong["not_approved"] = {"messages": state.not_approved}
    return wrong


def days_left(balance: float, price: float | None, segments: float) -> float | None:
    """How many days the money lasts when the next COVERED_DAYS bring so many segments; None without a price or segments."""
    if price is None or segments <= 0:
        return None
    return COVERED_DAYS * balance / (price * segments)


def sentence(kind: Kind, details: Mapping[str, Any]) -> Text:
    """What staff read: what is wrong, and what to do."""
    match kind:
        case "late":
            return n_(
                "Reminders are late: the oldest waits for {n} minute. Call your technician.",
                "Reminders are late: the oldest waits for {n} minutes. Call your technician.",
                int(details.get("minutes", 0)),
            )
        case "no_worker":
            return _("Reminders have stopped: their process does not run. Call your technician at once.")
        case "no_bot":
            return _("The bot does not answer: its process does not run. Call your technician at once.")
        case "sms_down":
            return _("No SMS operator takes messages: {names}. Call them.", names=_names(details))
        case "low_balance":
            return _(
                "Money for SMS ends within {days} days: {names}. Top up the account.",
                names=_names(details),
                days=COVERED_DAYS,
            )
        case "not_approved":
            return n_(
                "{n} SMS waits because the operator has not approved its text.",
                "{n} SMS wait because the operator has not approved their text.",
                int(details.get("messages", 0)),
            )


def _names(details: Mapping[str, Any]) -> Text:
    return verbatim(", ".join(details.get("providers", ())))
