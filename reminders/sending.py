"""What happens to claimed messages: words, their turn, begun in the database, sent, recorded.

A kill leaves unknown only what was begun: so nothing is begun before its turn has come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from channels.asked import Paced
from core import notice_words
from core.notices import Notice, attempt_key
from core.ports import Channel, ChannelKind, DeliveryError, OutboundMessage, Receipt, Slot
from core.turns import STILL_WAITING
from monitoring import metrics
from reminders import weighing
from reminders.lanes import Begun, Ready
from reminders.work import DATABASE_DOWN, Work
from services import deliveries, outcomes
from services.outcomes import Outcome

log = structlog.get_logger()

NO_CHANNEL_WAIT = timedelta(hours=1)
LONGEST_PAUSE_S = 5.0


async def put_off(work: Work, notices: Sequence[Notice], after: timedelta, reason: str) -> None:
    """They cannot go now: given back, to be looked at again later."""
    if notices:
        leads, until = [notice.lead_id for notice in notices], work.clock() + after
        await deliveries.put_off(work.database, leads, work.worker, until, reason)


async def prepared(work: Work, notices: Sequence[Notice]) -> dict[ChannelKind, list[Ready]]:
    """Their words, by channel. Who cannot be written to on any is put off."""
    found: dict[ChannelKind, list[Ready]] = {}
    until = work.clock() + NO_CHANNEL_WAIT
    for way in {notice.way for notice in notices}:
        some = [notice for notice in notices if notice.way == way]
        channel = work.channels.get(way)
        if channel is None:
            await put_off(work, some, NO_CHANNEL_WAIT, "no_channel")
            continue
        composed = await _words(work, some)
        messages = await weighing.sendable(work.database, channel, composed, work.worker, until)
        found[way] = [Ready(n, messages[n.lead_id]) for n in some if n.lead_id in messages]
    return found


@dataclass(frozen=True, slots=True)
class Sender:
    """What the lane of `channel` does."""

    work: Work
    channel: Channel

    async def turns(self, many: int) -> Sequence[Slot | None]:
        return await self.channel.turns.ahead(many) if isinstance(self.channel, Paced) else [None] * many

    async def put_off(self, some: Sequence[Ready], after_s: float) -> None:
        notices, after = [one.notice for one in some], timedelta(seconds=after_s)
        await _until_recorded(lambda: put_off(self.work, notices, after, "busy"))

    async def begin(self, some: Sequence[Ready], slots: Sequence[Slot | None]) -> Sequence[Begun]:
        in_turn = [
            Ready(one.notice, replace(one.message, key=attempt_key(one.message.text), slot=slot))
            for one, slot in zip(some, slots, strict=True)
        ]
        return await self._begun(in_turn)

    async def _begun(self, some: Sequence[Ready]) -> list[Begun]:
        work, messages = self.work, {one.notice.lead_id: one.message for one in some}
        keys = {lead_id: message.key for lead_id, message in messages.items()}
        notices, now, lease_s = [one.notice for one in some], work.clock(), work.settings.lease_s
        try:
            attempts = await deliveries.begin(work.database, notices, work.worker, now, lease_s, keys)
        except DATABASE_DOWN:
            # whether it was committed is not known, but that nothing has left is
            await _until_recorded(lambda: outcomes.never_left(work.database, keys, work.worker))
            return []
        except Exception as error:  # noqa: BLE001 – one broken record stops nobody else
            if len(some) > 1:
                return [begun for one in some for begun in await self._begun([one])]
            await _broken(work, some[0].notice, error)
            return []
        return [Begun(attempt, messages[attempt.notice.lead_id]) for attempt in attempts]

    async def send(self, begun: Begun) -> Outcome:
        work, channel, attempt = self.work, self.channel, begun.attempt
        result: Receipt | DeliveryError
        try:
            async with asyncio.timeout(work.settings.lease_s * 0.75):
                result = await channel.send(begun.message)
        except DeliveryError as error:
            result = error
        except TimeoutError as error:
            result = _took_too_long(channel, error)
        except Exception as error:  # noqa: BLE001 – a fault of ours must not lose the message's fate
            result = DeliveryError(f"{channel.name}: {type(error).__name__}", unknown=True)
        if isinstance(result, DeliveryError):
            log.warning(
                "not_sent", delivery_id=attempt.delivery_id, error=str(result), unknown=result.unknown
            )
        price = work.settings.segment_price(result.provider) if isinstance(result, Receipt) else None
        metrics.count(channel.kind, channel.name, result, price)
        return Outcome(attempt, result)

    async def record(self, some: Sequence[Outcome]) -> None:
        work = self.work
        sent = [one.attempt.delivery_id for one in some if isinstance(one.result, Receipt)]
        if sent:
            log.info("sent", channel=self.channel.kind, delivery_ids=sent)
        try:
            await _until_recorded(lambda: outcomes.settle(work.database, some, work.clock()))
        except Exception as error:  # noqa: BLE001 – an outcome that cannot be kept must not take nine others with it
            log.error("not_recorded", error=type(error).__name__, together=len(some))
            if len(some) > 1:
                for one in some:
                    await self.record([one])


async def _words(work: Work, notices: Sequence[Notice]) -> dict[int, OutboundMessage]:
    found: dict[int, OutboundMessage] = {}
    for notice in notices:
        try:
            found[notice.lead_id] = notice_words.compose(
                notice, work.clock(), work.settings.telegram_bot_name, cyrillic=work.settings.sms_cyrillic
            )
        except Exception as error:  # noqa: BLE001 – one broken record stops nobody else
            await _broken(work, notice, error)
    return found


async def _broken(work: Work, notice: Notice, error: Exception) -> None:
    log.error("notice_broken", lead_id=notice.lead_id, error=type(error).__name__)
    await outcomes.give_up(work.database, notice.lead_id, "broken")


def _took_too_long(channel: Channel, error: TimeoutError) -> DeliveryError:
    """What never got its turn has surely not left, and is due again; of anything else nobody knows."""
    if error.__cause__ is not None and error.__cause__.args == (STILL_WAITING,):
        return DeliveryError(f"{channel.name}: no turn", retry_after_s=1.0)
    return DeliveryError(f"{channel.name}: took too long", unknown=True)


async def _until_recorded(keep: Callable[[], Awaitable[None]]) -> None:
    """What is known now is kept as soon as the database is there again; until then nothing else is begun."""
    pause_s = 0.1
    while True:
        try:
            return await keep()
        except DATABASE_DOWN as error:
            log.warning("database_down", error=type(error).__name__, again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
