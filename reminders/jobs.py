"""The jobs of the worker: plan, deliver, sweep, reconcile. Each may fail, be repeated, or run in several workers at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import psycopg
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from channels.sms_failover import SmsFailover
from core import notice_words
from core.deliveries import Hours, repeat_unknown
from core.notices import Attempt, Notice, attempt_key
from core.ports import Channel, ChannelKind, DeliveryError, OutboundMessage, Receipt
from core.settings import Settings
from core.turns import STILL_WAITING
from monitoring import metrics
from reminders import asking, weighing
from reminders import balances as accounts
from reminders import lanes as waiting
from reminders.watching import Watched
from services import (
    Database,
    campaign_people,
    deliveries,
    outcomes,
    programmes,
    receipts,
    recompute,
    reminders,
)
from services.outcomes import Outcome

log = structlog.get_logger()

CLAIMED_TOGETHER = 60
SMS_RATE_PER_S = 10
NO_CHANNEL_WAIT = timedelta(hours=1)
DATABASE_DOWN = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, OSError)
LONGEST_PAUSE_S = 5.0


@dataclass
class Work:
    """What the jobs share. `clock` is the only source of now; `stopping` is set when the process has to end."""

    database: Database
    channels: Mapping[ChannelKind, Channel]
    settings: Settings
    clock: Callable[[], datetime]
    worker: str
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    watched: Watched = field(init=False)

    def __post_init__(self) -> None:
        self.watched = Watched(self.database, self.channels, self.settings, self.clock)

    @property
    def hours(self) -> Hours:
        return Hours(self.settings.quiet_from_hour, self.settings.quiet_to_hour)


async def plan(work: Work) -> int:
    """Records that may have changed by the mere passing of time are looked at again; what is due becomes a due moment."""
    now = work.clock()
    while not work.stopping.is_set() and (stale := await programmes.refresh(work.database, now)):
        await recompute.some(work.database, stale, now)
    room = round(max(CLAIMED_TOGETHER, work.settings.telegram_rate_per_s * work.settings.tick_s * 2))
    await campaign_people.feed(work.database, now, hours=work.hours, room=room)
    planned = await reminders.plan(work.database, now, hours=work.hours)
    if planned:
        log.info("planned", reminders=planned)
    return planned


async def deliver(work: Work) -> int:
    """Send what is due until nothing is left; how many messages were tried.

    Small claims follow each other while earlier ones are being sent: nobody waits for a big one, nor does the loop.
    """
    await weighing.approvals(work.database, work.channels.get("sms"))
    tried, lanes = 0, {way: _lane(work, way, channel) for way, channel in work.channels.items()}
    try:
        while not work.stopping.is_set():
            work.watched.came()
            notices = await deliveries.claim(
                work.database,
                work.worker,
                work.clock(),
                CLAIMED_TOGETHER,
                work.settings.lease_s,
                hours=work.hours,
            )
            if not notices and not any(lane.tasks for lane in lanes.values()):
                break
            tried += len(notices)
            for notice in notices:
                if notice.way in lanes:
                    lanes[notice.way].add(notice)
            await _put_off(work, [notice.lead_id for notice in notices if notice.way not in lanes])
            # what failed for certain may be due again on the next channel: looked at when the rest is sent
            await (waiting.room(list(lanes.values())) if notices else waiting.emptied(list(lanes.values())))
    finally:
        await waiting.emptied(list(lanes.values()))
        left = [notice.lead_id for lane in lanes.values() for notice in lane.queue]
        if left:
            await deliveries.release(work.database, left, work.worker)
    return tried


def _lane(work: Work, way: ChannelKind, channel: Channel) -> waiting.Lane:
    rate_per_s = work.settings.telegram_rate_per_s if way == "telegram" else SMS_RATE_PER_S
    return waiting.Lane(rate_per_s, lambda some: _some(work, channel, some), work.stopping)


async def _put_off(work: Work, leads: Sequence[int]) -> None:
    if leads:
        until = work.clock() + NO_CHANNEL_WAIT
        await deliveries.put_off(work.database, leads, work.worker, until, "no_channel")


async def _some(work: Work, channel: Channel, notices: Sequence[Notice]) -> None:
    """At most ten: words, begun in the database, sent with no transaction open, recorded together."""
    until = work.clock() + NO_CHANNEL_WAIT
    composed = await _words(work, notices)
    messages = await weighing.sendable(work.database, channel, composed, work.worker, until)
    ready = [notice for notice in notices if notice.lead_id in messages]
    keys = {lead_id: attempt_key(message.text) for lead_id, message in messages.items()}
    try:
        attempts = await deliveries.begin(
            work.database, ready, work.worker, work.clock(), work.settings.lease_s, keys
        )
    except DATABASE_DOWN:
        # whether it was committed is not known, but that nothing has left is
        await _until_recorded(work, lambda: outcomes.never_left(work.database, keys, work.worker))
        return
    results = await asyncio.gather(
        *(_send(work, channel, attempt, messages[attempt.notice.lead_id]) for attempt in attempts)
    )
    await _record(work, results)


async def _words(work: Work, notices: Sequence[Notice]) -> dict[int, OutboundMessage]:
    found: dict[int, OutboundMessage] = {}
    for notice in notices:
        try:
            found[notice.lead_id] = notice_words.compose(
                notice, work.clock(), work.settings.telegram_bot_name, cyrillic=work.settings.sms_cyrillic
            )
        except Exception as error:  # noqa: BLE001 – one broken record stops nobody else
            log.error("notice_broken", lead_id=notice.lead_id, error=type(error).__name__)
            await outcomes.give_up(work.database, notice.lead_id, "broken")
    return found


async def _send(work: Work, channel: Channel, attempt: Attempt, message: OutboundMessage) -> Outcome:
    result: Receipt | DeliveryError
    try:
        async with asyncio.timeout(work.settings.lease_s * 0.75):
            result = await channel.send(replace(message, key=attempt.key))
    except DeliveryError as error:
        result = error
    except TimeoutError as error:
        result = _took_too_long(channel, error)
    except Exception as error:  # noqa: BLE001 – a fault of ours must not lose the message's fate
        result = DeliveryError(f"{channel.name}: {type(error).__name__}", unknown=True)
    if isinstance(result, DeliveryError):
        log.warning("not_sent", delivery_id=attempt.delivery_id, error=str(result), unknown=result.unknown)
    else:
        log.info("sent", delivery_id=attempt.delivery_id, channel=channel.kind, provider=result.provider)
    price = work.settings.segment_price(result.provider) if isinstance(result, Receipt) else None
    metrics.count(channel.kind, channel.name, result, price)
    return Outcome(attempt, result)


def _took_too_long(channel: Channel, error: TimeoutError) -> DeliveryError:
    """What never got its turn has surely not left, and is due again; of anything else nobody knows."""
    if error.__cause__ is not None and error.__cause__.args == (STILL_WAITING,):
        return DeliveryError(f"{channel.name}: no turn", retry_after_s=1.0)
    return DeliveryError(f"{channel.name}: took too long", unknown=True)


async def _record(work: Work, results: Sequence[Outcome]) -> None:
    if not results:
        return
    try:
        await _until_recorded(work, lambda: outcomes.settle(work.database, results, work.clock()))
    except Exception as error:  # noqa: BLE001 – an outcome that cannot be kept must not take nine others with it
        log.error("not_recorded", error=type(error).__name__, together=len(results))
        if len(results) > 1:
            for one in results:
                await _record(work, [one])


async def _until_recorded(work: Work, keep: Callable[[], Awaitable[None]]) -> None:
    """What is known now is kept as soon as the database is there again; until then nothing else is begun."""
    pause_s = 0.1
    while True:
        try:
            return await keep()
        except DATABASE_DOWN as error:
            log.warning("database_down", error=type(error).__name__, again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


async def weigh(work: Work) -> None:
    """All workers count errors of SMS providers together, and use the same weights."""
    channel = work.channels.get("sms")
    if isinstance(channel, SmsFailover):
        await weighing.weigh(work.database, channel, work.clock())


async def balances(work: Work) -> int:
    """Once an hour one worker asks what the accounts of the SMS providers hold, and how long that lasts."""
    channel = work.channels.get("sms")
    if not isinstance(channel, SmsFailover):
        return 0
    return await accounts.ask(work.database, channel, work.settings, work.clock())


async def watch(work: Work) -> None:
    """This worker lives; and is all well with the others?"""
    await work.watched.watch.round()


async def sweep(work: Work) -> tuple[int, int]:
    """Free what dead workers held."""
    again, unknown = await outcomes.sweep(work.database)
    if again or unknown:
        log.warning("swept", due_again=again, unknown=unknown)
    return again, unknown


async def reconcile(work: Work) -> int:
    """Ask the providers about attempts whose fate is unknown; how many are settled now."""
    now, settled = work.clock(), 0
    for one in await receipts.lost(work.database, now, settled_for_s=work.settings.lease_s):
        channel = work.channels.get(one.channel)
        answer = await asking.ask(work.database, channel, one) if channel else None
        if answer == "later":
            continue
        if isinstance(answer, Receipt):
            await receipts.found(work.database, one, answer, now)
        elif answer == "never_sent":
            await receipts.not_found(work.database, one, now)
        else:
            repeat = repeat_unknown(one.kind, one.losses, work.settings.telegram_repeat_unknown)
            await receipts.cannot_know(work.database, one, now, repeat=repeat)
        settled += 1
    return settled


async def follow(work: Work) -> int:
    """Ask for the fate of SMS nobody reported, and let the providers' weights follow their delays."""
    channel = work.channels.get("sms")
    if channel is None:
        return 0
    now = work.clock()
    if isinstance(channel, SmsFailover):
        await weighing.weigh(work.database, channel, now, await receipts.delays(work.database, now))
    return await asking.follow(work.database, channel, now)
