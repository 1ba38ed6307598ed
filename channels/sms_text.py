"""Every SMS passes here: plain letters, and how many segments it takes."""

from __future__ import annotations

from dataclasses import replace

from core import segments, sms
from core.ports import OutboundMessage


def ready(message: OutboundMessage) -> tuple[OutboundMessage, int]:
    """The message as it leaves, and its number of segments."""
    text = sms.plain(message.text)
    return replace(message, text=text), segments.count(text)
