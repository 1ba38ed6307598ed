"""Several SMS providers as one channel: each message goes to one by weight, and weights follow errors and delay."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from channels.asked import Answers, Candidate
from core import failover as rules
from core.failover import Health
from core.ports import Channel, ChannelKind, DeliveryError, OutboundMessage, Receipt

log = structlog.get_logger()
_chance = random.Random().random  # noqa: S311 – spreads load, keeps no secret


class SmsFailover:
    """`weights` are those at rest, by provider. A message that one provider surely did not take goes to the next at once."""

    kind: ChannelKind = "sms"
    name = "sms"

    def __init__(
        self,
        providers: Sequence[Channel],
        weights: Mapping[str, int],
        *,
        chance: Callable[[], float] = _chance,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._resting, self.weights = dict(weights), dict(weights)
        self._chance, self._clock = chance, clock
        self._errors: dict[str, deque[float]] = {name: deque(maxlen=rules.ERRORS) for name in weights}
        self._delays: dict[str, tuple[int, int]] = {}
        self._stepped_at = self._bad_at = float("-inf")

    async def send(self, message: OutboundMessage) -> Receipt:
        error: DeliveryError | None = None
        for provider in self._order():
            try:
                return await provider.send(message)
            except DeliveryError as failure:
                error = failure
                if failure.permanent or failure.gone:
                    break
                self._errors[provider.name].append(self._clock())
                if failure.unknown:  # it may have gone out: another provider would send it twice
                    break
        self.judge()
        assert error is not None
        raise error

    async def find(self, key: str, to: str, begun_at: datetime) -> list[Candidate]:
        """Every provider is asked. Raises DeliveryError when one of them does not say and none of the others has it."""
        found: list[Candidate] = []
        silent: DeliveryError | None = None
        for provider in self._providers.values():
            if isinstance(provider, Answers):
                try:
                    found += await provider.find(key, to, begun_at)
                except DeliveryError as error:
                    silent = error
        if not found and silent is not None:
            raise silent
        return found

    async def close(self) -> None:
        for provider in self._providers.values():
            await provider.close()

    def note_delays(self, delays: Mapping[str, tuple[int, int]]) -> None:
        """By provider: how many recent messages, and how many of them took longer than five minutes."""
        self._delays = dict(delays)
        self.judge()

    def judge(self) -> None:
        now = self._clock()
        health = {name: self._health(name, now) for name in self.weights}
        if any(one.is_bad for one in health.values()):
            self._bad_at = now
        weights = rules.judged(
            self.weights, self._resting, health, now - self._stepped_at, now - self._bad_at
        )
        if weights != self.weights:
            log.warning("sms_weights_moved", **weights)
            self.weights, self._stepped_at = weights, now

    def _health(self, name: str, now: float) -> Health:
        recent, slow = self._delays.get(name, (0, 0))
        errors = sum(at > now - rules.ERRORS_WITHIN_S for at in self._errors[name])
        return Health(errors, recent, slow)

    def _order(self) -> list[Channel]:
        """One by weight first, the others after it by weight."""
        left = dict(self.weights)
        found: list[Channel] = []
        point = self._chance() * sum(left.values())
        for name, weight in left.items():
            point -= weight
            if point < 0:
                found.append(self._providers[name])
                break
        rest = sorted((n for n in left if self._providers[n] not in found), key=lambda n: -left[n])
        return found + [self._providers[name] for name in rest]
