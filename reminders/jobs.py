"""The jobs of the worker: plan, deliver, sweep, reconcile. Each may fail, be repeated, or run in several workers at once."""

from __future__ import annotations

import structlog

import channels
from channels.sms_failover import SmsFailover
from core.deliveries import repeat_unknown
from core.ports import Channel, ChannelKind, Receipt
from reminders import asking, sending, weighing
from reminders import balances as accounts
from reminders import lanes as waiting
from reminders.work import Work
from services import campaign_people, claims, deliveries, outcomes, programmes, receipts, recompute, reminders

log = structlog.get_logger()

CLAIMED_TOGETHER = 100


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
            notices = await claims.claim(
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
            for way, ready in (await sending.prepared(work, notices)).items():
                for one in ready:
                    lanes[way].add(one)
            # what failed for certain may be due again on the next channel: looked at when the rest is sent
            await (waiting.room(list(lanes.values())) if notices else waiting.emptied(list(lanes.values())))
    finally:
        await waiting.emptied(list(lanes.values()))
        left = [ready.notice.lead_id for lane in lanes.values() for ready in lane.queue]
        if left:
            await deliveries.release(work.database, left, work.worker)
    return tried


def _lane(work: Work, way: ChannelKind, channel: Channel) -> waiting.Lane:
    rate_per_s = channels.rate_per_s(work.settings, way)
    return waiting.Lane(rate_per_s, sending.Sender(work, channel), work.stopping)


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
