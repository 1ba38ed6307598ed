"""Asking a provider what became of an attempt whose answer never came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import structlog

from channels.asked import Answers, Candidate
from core.notices import PRINT_LENGTH, text_print
from core.ports import Channel, DeliveryError, Receipt
from monitoring.metrics import RECEIPTS
from services import Database, receipts

log = structlog.get_logger()


async def ask(
    database: Database, channel: Channel, one: receipts.Lost
) -> Receipt | Literal["never_sent", "later"] | None:
    """The receipt, when the provider has the message; `never_sent` when it surely has not; None when it cannot be asked."""
    if not isinstance(channel, Answers):
        return None
    try:
        candidates = await channel.find(one.key, one.address, one.begun_at)
    except DeliveryError as error:
        log.warning("cannot_ask", delivery_id=one.delivery_id, error=str(error))
        return "later"
    known = await receipts.known_ids(database, [candidate.provider_id for candidate in candidates])
    free = [candidate for candidate in candidates if candidate.provider_id not in known]
    ours = await _of_this_text(database, one, free)
    if not ours:
        return "never_sent"
    first = ours[0]
    if first.state == "failed":
        return "never_sent"
    return Receipt(first.provider, first.provider_id, "delivered" if first.state == "delivered" else "sent")


async def _of_this_text(
    database: Database, one: receipts.Lost, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Of messages to one number those that are this attempt: two appointments may be told of in the same second.

    A text that is none of ours (a trial account puts words in front) may be this one.
    """
    prints = {
        candidate: None if candidate.text is None else text_print(candidate.text) for candidate in candidates
    }
    mine = [candidate for candidate in candidates if prints[candidate] in (None, one.key[-PRINT_LENGTH:])]
    if mine or not candidates:
        return mine
    others = await receipts.prints_about(database, one.begun_at)
    return [candidate for candidate in candidates if prints[candidate] not in others]


async def follow(database: Database, channel: Channel, now: datetime) -> int:
    """Ask for the fate of what left and was not reported; how many are known now."""
    known = 0
    if not isinstance(channel, Answers):
        return known
    for one in await receipts.unreported(database, now):
        try:
            candidates = await channel.find(one.key, one.address, one.begun_at)
        except DeliveryError as error:
            log.warning("cannot_ask", error=str(error))
            return known
        state = next((c.state for c in candidates if c.provider_id == one.provider_id), "sent")
        if state != "sent":
            await receipts.receipt(database, one.key, receipts.Report(state, "as asked"), now)
            RECEIPTS.labels(candidates[0].provider, state).inc()
            known += 1
    return known
