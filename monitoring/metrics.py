"""What Prometheus scrapes: counters of this process and figures of the whole from the database. No label names a person.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import get_args

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core.alarms import Kind
from core.intents import EngineName
from core.ports import ChannelKind, DeliveryError, Receipt
from services.monitoring import Figures

disable_created_metrics()  # type: ignore[no-untyped-call]
SENT = Counter(
    "salomat_sent", "Attempts of this process by how they ended", ("channel", "provider", "outcome")
)
RECEIPTS = Counter("salomat_receipts", "What providers reported later", ("provider", "outcome"))
SEGMENTS = Counter("salomat_sms_segments", "SMS segments handed over", ("provider",))
COST = Counter("salomat_sms_cost", "Their price, where a price is set", ("provider",))
ENGINE = Gauge("salomat_engine", "1 for the engine the next message goes to", ("engine",))


def count(kind: ChannelKind, name: str, result: Receipt | DeliveryError, price: float | None = None) -> None:
    """One attempt of the channel `name` ended so. `price` is of one segment, in the account's currency."""
    if isinstance(result, DeliveryError):
        outcome = "unknown" if result.unknown else "refused" if result.permanent else "failed"
        SENT.labels(kind, result.provider or name, outcome).inc()
        return
    SENT.labels(kind, result.provider, "sent").inc()
    if kind == "sms":
        SEGMENTS.labels(result.provider).inc(result.segments)
        if price is not None:
            COST.labels(result.provider).inc(price * result.segments)


def show_engine(used: Callable[[], EngineName]) -> None:
    """`used` is asked at every scrape."""
    for name in get_args(EngineName):
        ENGINE.labels(name).set_function(partial(_is_used, used, name))


def _is_used(used: Callable[[], EngineName], name: EngineName) -> float:
    return float(used() == name)


class Whole(Collector):
    """The figures of one moment as metrics."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        f = self._figures
        yield _one("due", "Reminders whose time to be sent has come", f.due)
        yield _one("oldest_due_seconds", "Age of the oldest of them", f.oldest_due_s)
        yield _one("claimed", "Reminders held by a worker", f.claimed)
        yield _one("lease_age_seconds", "Age of the oldest lease", f.lease_age_s)
        yield _one("unknown", "Attempts nobody knows the end of", f.unknown)
        yield _one("not_approved", "SMS that wait for an operator to approve their text", f.not_approved)
        yield _one("inbox", "Messages of citizens not answered yet", f.inbox)
        yield _one("inbox_age_seconds", "Age of the oldest of them", f.inbox_age_s)
        yield _many(
            "heartbeat_age_seconds", "Since a process was last heard of", "process", f.beat_ages_s.items()
        )
        yield _many("alarm", "1 while it lasts", "kind", ((k, k in f.alarms) for k in get_args(Kind)))
        yield from self._providers()

    def _providers(self) -> Iterator[GaugeMetricFamily]:
        of = self._figures.providers
        yield _many("sms_weight", "Share of the SMS", "provider", ((p.name, p.weight) for p in of))
        yield _many("sms_down", "1 when it takes nothing", "provider", ((p.name, p.is_down) for p in of))
        known = [(p.name, p.balance) for p in of if p.balance is not None]
        yield _many("sms_balance", "What the account holds, in its currency", "provider", known)
        lasting = [(p.name, p.days_left) for p in of if p.days_left is not None]
        yield _many("sms_balance_days", "How long that lasts for what is promised", "provider", lasting)


def exposed(figures: Figures | None) -> bytes:
    """Prometheus' text format; without figures (no database) only this process's own."""
    registry = CollectorRegistry()
    if figures is not None:
        registry.register(Whole(figures))
    return generate_latest(REGISTRY) + generate_latest(registry)


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"salomat_{name}", says, value=value)


def _many(name: str, says: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"salomat_{name}", says, labels=(label,))
    for key, value in values:
        family.add_metric((key,), float(value))
    return family
