"""What really arrived, as the sandbox saw it: every Bot API call and every SMS it accepted."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

ARRIVED = ("queued", "sending", "sent", "delivered")


@dataclass
class Arrivals:
    """`telegram` holds, by chat, the moment and the reminders named by the buttons of each accepted message; `sms`, by phone,
    the moment, text and status of each accepted SMS; `words` what a reminder's messages said; `refusals` how often a chat was
    refused."""

    telegram: dict[int, list[tuple[float, frozenset[int]]]] = field(default_factory=lambda: defaultdict(list))
    sms: dict[str, list[tuple[float, str, str]]] = field(default_factory=lambda: defaultdict(list))
    words: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    refusals: Counter[int] = field(default_factory=Counter)
    _seen: int = 0

    async def watch(self, sandbox: httpx.AsyncClient, stop: asyncio.Event) -> None:
        """The sandbox remembers its last five thousand calls only."""
        while not stop.is_set():
            await self.look(sandbox)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1.0)

    async def look(self, sandbox: httpx.AsyncClient) -> None:
        query = {"method": "sendMessage", "after": str(self._seen)}
        for call in (await sandbox.get("/api/calls", params=query)).json():
            self._seen = call["number"]
            chat_id = int(call["chat_id"])
            if call["ok"]:
                named = _named(call["params"].get("reply_markup"))
                self.telegram[chat_id].append((call["at"], named))
                for number in named:
                    self.words[number].add(call["params"]["text"])
            elif call["error_code"] == 403:
                self.refusals[chat_id] += 1

    async def read_sms(self, sandbox: httpx.AsyncClient) -> None:
        """All of them, from the sandbox's own phones."""
        self.sms.clear()
        for phone in (await sandbox.get("/api/phones", timeout=120)).json():
            for sms in phone["sms"]:
                self.sms[phone["phone"]].append((sms["created_at"], sms["body"], sms["status"]))

    def apart(self, numbers: Collection[int], words: Collection[str]) -> tuple[Arrivals, Arrivals]:
        """What names one of these reminders, or says by SMS one of these words, and everything else."""
        ours, others = (Arrivals(words=self.words, refusals=self.refusals) for _ in range(2))
        for chat_id, messages in self.telegram.items():
            for one in messages:
                (others if one[1].isdisjoint(numbers) else ours).telegram[chat_id].append(one)
        for phone, some in self.sms.items():
            for sms in some:
                (ours if sms[1] in words else others).sms[phone].append(sms)
        return ours, others

    def total(self) -> int:
        return sum(map(len, self.telegram.values())) + sum(map(len, self.sms.values()))


def _named(markup: Any) -> frozenset[int]:
    rows = (json.loads(markup) if isinstance(markup, str) else markup or {}).get("inline_keyboard", [])
    return frozenset(int(button["callback_data"].split(":")[2]) for row in rows for button in row)


def texts(arrived: Iterable[tuple[float, str, str]]) -> Counter[str]:
    return Counter(text for _at, text, status in arrived if status in ARRIVED)
