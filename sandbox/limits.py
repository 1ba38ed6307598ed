"""Telegram's sending limits, kept when asked: 30 messages a second in all, one a second to a chat."""

from __future__ import annotations

import math
from collections import deque

from sandbox.errors import too_many_requests

OVERALL_PER_S = 30
PER_CHAT_S = 1.0


class Limits:
    """Sliding windows; `now` is a monotonic moment in seconds."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque()
        self._last_by_chat: dict[int, float] = {}

    def spend(self, chat_id: int, now: float) -> None:
        """Counts one message. Raises 429 with the seconds to wait; a refused one is not counted."""
        while self._sent and now - self._sent[0] >= 1.0:
            self._sent.popleft()
        if len(self._sent) >= OVERALL_PER_S:
            raise too_many_requests(math.ceil(self._sent[0] + 1.0 - now))
        last = self._last_by_chat.get(chat_id)
        if last is not None and now - last < PER_CHAT_S:
            raise too_many_requests(math.ceil(last + PER_CHAT_S - now))
        self._sent.append(now)
        self._last_by_chat[chat_id] = now
