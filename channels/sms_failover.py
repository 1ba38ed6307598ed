"""Several SMS providers as one channel: each message goes to one by weight, and to one that has approved its text.

The weights are not this process's own: all workers count together and use the same (services/failover.py).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import structlog

from channels.asked import Answers, Candidate
from core import sms_templates
from core.failover import Count
from core.ports import Channel, ChannelKind, DeliveryError, OutboundMessage, Receipt
from core.turns import NoTurn, Turns

log = structlog.get_logger()
_chance = random.Random().random  # noqa: S311 – spreads load, keeps no secret

APPROVAL_WAIT_S = 3600.0


class SmsFailover:
    """`resting` are the weights while all is well. A message that one provider surely did not take goes to the next at once.

    `demanding` providers get only texts whose fingerprint is in `approved`. `turns`: each provider's rate, common to all
    workers; while it makes everybody wait, the next one is taken.
    """

    kind: ChannelKind = "sms"
    name = "sms"

    def __init__(
        self,
        providers: Sequence[Channel],
        resting: Mapping[str, int],
        *,
        demanding: Collection[str] = (),
        turns: Mapping[str, Turns] | None = None,
        chance: Callable[[], float] = _chance,
    ) -> None:
        self.providers = {provider.name: provider for provider in providers}
        self.resting, self.weights = dict(resting), dict(resting)
        self.approved: dict[str, frozenset[str]] = dict.fromkeys(demanding, frozenset())
        self._chance, self._turns = chance, turns or {}
        self._taken: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    def is_approved(self, text: str) -> bool:
        """Whether any provider may send it."""
        return any(self._may(name, text) for name in self.providers)

    async def send(self, message: OutboundMessage) -> Receipt:
        error = DeliveryError("sms: text not approved", retry_after_s=APPROVAL_WAIT_S)
        for provider in self._order():
            if not self._may(provider.name, message.text):
                continue
            try:
                receipt = await self._in_turn(provider, message)
            except NoTurn as refused:
                error = DeliveryError(f"{provider.name}: no turn", retry_after_s=refused.again_s)
            except DeliveryError as failure:
                error = failure
                error.provider = provider.name
                if failure.permanent or failure.gone:
                    break
                self._errors[provider.name] += 1
                if failure.unknown:  # it may have gone out: another provider would send it twice
                    break
            else:
                self._taken[provider.name] += 1
                return receipt
        raise error

    async def _in_turn(self, provider: Channel, message: OutboundMessage) -> Receipt:
        turns = self._turns.get(provider.name)
        if turns is None:
            return await provider.send(message)
        await turns.turn()
        try:
            return await provider.send(message)
        except DeliveryError as failure:
            if failure.retry_after_s is not None and not failure.only_this:
                await turns.pause(failure.retry_after_s)
            raise

    async def find(self, key: str, to: str, begun_at: datetime) -> list[Candidate]:
        """Every provider is asked. Raises DeliveryError when one of them does not say and none of the others has it."""
        found: list[Candidate] = []
        silent: DeliveryError | None = None
        for provider in self.providers.values():
            if isinstance(provider, Answers):
                try:
                    found += await provider.find(key, to, begun_at)
                except DeliveryError as error:
                    silent = error
        if not found and silent is not None:
            raise silent
        return found

    async def close(self) -> None:
        for provider in self.providers.values():
            await provider.close()

    def take_counts(self) -> dict[str, Count]:
        """What each provider took and failed at since the last call."""
        counts = {name: Count(self._taken[name], self._errors[name]) for name in self.providers}
        self._taken.clear()
        self._errors.clear()
        return counts

    def give_back(self, counts: Mapping[str, Count]) -> None:
        """They could not be kept; the next call takes them again."""
        for name, count in counts.items():
            self._taken[name] += count.taken
            self._errors[name] += count.errors

    def use(self, weights: Mapping[str, int]) -> None:
        """From now on these, for the providers this worker has."""
        found = {name: weights.get(name, weight) for name, weight in self.weights.items()}
        if found != self.weights:
            log.warning("sms_weights_moved", **found)
            self.weights = found

    def _may(self, name: str, text: str) -> bool:
        return name not in self.approved or sms_templates.fingerprint(text) in self.approved[name]

    def _order(self) -> list[Channel]:
        """One by weight first, the others after it by weight."""
        left = dict(self.weights)
        found: list[Channel] = []
        point = self._chance() * sum(left.values())
        for name, weight in left.items():
            point -= weight
            if point < 0:
                found.append(self.providers[name])
                break
        rest = sorted((n for n in left if self.providers[n] not in found), key=lambda n: -left[n])
        return found + [self.providers[name] for name in rest]
