"""The operator behind every SMS provider: takes messages, delivers them to phones, reports back, takes answers."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

import aiohttp

from core import segments
from sandbox.events import Events
from sandbox.faults import LOST, Fault, Faults
from sandbox.store import Json, Store

AT_REQUEST = ("too_many_requests", "server_error", *LOST, "not_mobile", "slow")
AT_DELIVERY = (
    "failed",
    "undelivered",
    "slow_callback",
    "lost_callback",
    "duplicate_callback",
    "out_of_order_callback",
)
FINAL = ("delivered", "undelivered", "failed", "received")
_STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
_START = {"START", "YES", "UNSTOP"}
_LANDLINE = re.compile(r"\+9987[1-69]\d{7}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")


@dataclass(slots=True)
class Sms:
    """`status` is provider-neutral: queued, sent, delivered, undelivered, failed; received for an answer."""

    number: int
    sid: str
    provider: str
    to: str
    sender: str
    body: str
    status: str
    created_at: float
    outbound: bool = True
    account: str = ""
    callback_url: str | None = None
    sent_at: float | None = None
    updated_at: float = 0.0
    error_code: int | None = None
    user_id: str | None = None
    dispatch_id: str | None = None
    callbacks: list[Json] = field(default_factory=list)

    @property
    def phone(self) -> str:
        return self.to if self.outbound else self.sender

    def view(self) -> Json:
        return asdict(self) | {
            "phone": self.phone,
            "encoding": segments.encoding(self.body),
            "segments": segments.count(self.body),
            "units": segments.units(self.body),
        }


# Posts one report about an SMS. Returns the HTTP status it met, 0 where nobody answered.
Report = Callable[[aiohttp.ClientSession, Sms], Awaitable[int]]


def is_phone(number: str) -> bool:
    return _E164.fullmatch(number) is not None and (not number.startswith("+998") or len(number) == 13)


def is_landline(number: str) -> bool:
    return _LANDLINE.fullmatch(number) is not None


class Operator:
    def __init__(
        self,
        store: Store,
        events: Events,
        faults: Faults,
        step_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store, self.events, self.faults, self.step_s, self.clock = store, events, faults, step_s, clock
        self.messages = {row["sid"]: Sms(**row) for row in store.all("sms")}
        self.reports: dict[str, Report] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))
        return self._session

    def save(self, sms: Sms) -> None:
        sms.updated_at = self.clock()
        self.store.put("sms", sms.sid, asdict(sms))
        self.events.tell("sms", sms=sms.view())

    def accept(self, sid: str, provider: str, to: str, sender: str, body: str, **more: str | None) -> Sms:
        """Takes a message and begins to deliver it."""
        number = self.store.next("sms")
        sms = Sms(number, sid, provider, to, sender, body, "queued", self.clock(), **more)  # type: ignore[arg-type]
        self.messages[sid] = sms
        self.save(sms)
        self._start(sms)
        return sms

    def resume(self) -> None:
        """Goes on with what was under way when the sandbox stopped."""
        for sms in self.messages.values():
            if sms.outbound and sms.status not in FINAL:
                self._start(sms)

    def _start(self, sms: Sms) -> None:
        task = asyncio.create_task(self._deliver(sms))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, sms: Sms) -> None:
        fault = self.faults.draw("sms", sms.to, sms.provider, AT_DELIVERY)
        kind = fault.kind if fault else ""
        final = kind if kind in ("failed", "undelivered") else "delivered"
        if final != "delivered":
            sms.error_code = (
                fault.error_code if fault and fault.error_code else {"failed": 30008}.get(final, 30005)
            )
        if sms.status == "queued":
            await self._tell(sms, "queued", fault)
        await asyncio.sleep(self.step_s)
        if kind == "out_of_order_callback":
            await self._reach(sms, final, None)
            await self._tell(sms, "sent", None)
            return
        for status in ("sent", final):
            if sms.status == status or (status == "sent" and final == "failed"):
                continue
            await self._reach(sms, status, fault)
            await asyncio.sleep(self.step_s)

    async def _reach(self, sms: Sms, status: str, fault: Fault | None) -> None:
        sms.status = status
        sms.sent_at = sms.sent_at or self.clock()
        self.save(sms)
        await self._tell(sms, status, fault)

    async def _tell(self, sms: Sms, status: str, fault: Fault | None) -> None:
        """Reports a status to the sender's callback address, as the fault has it: late, never or twice."""
        kind = fault.kind if fault else ""
        if not sms.callback_url or kind == "lost_callback":
            return
        if kind == "slow_callback" and fault is not None:
            await asyncio.sleep(fault.delay_s)
        for _ in range(2 if kind == "duplicate_callback" else 1):
            # A copy carries the status of this report, which need not be that of the message by now.
            reported = Sms(**{**asdict(sms), "status": status})
            answered = await self.reports[sms.provider](self.session(), reported)
            sms.callbacks.append({"status": status, "answered": answered})
            self.save(sms)

    def phones(self) -> list[str]:
        return sorted({sms.phone for sms in self.messages.values()})

    def on(self, phone: str) -> list[Sms]:
        return [sms for sms in self.messages.values() if sms.phone == phone]

    def opted_out(self, phone: str) -> bool:
        return self.store.get("opted_out", phone) is not None

    def answer(self, sid: str, phone: str, text: str) -> Sms:
        """The owner of a phone answers the last message there; STOP and START are obeyed as operators do."""
        last = next((sms for sms in reversed(self.on(phone)) if sms.outbound), None)
        word = text.strip().upper()
        if word in _STOP:
            self.store.put("opted_out", phone, {"phone": phone})
        elif word in _START:
            self.store.remove("opted_out", phone)
        sms = Sms(
            number=self.store.next("sms"),
            sid=sid,
            provider=last.provider if last else "twilio",
            to=last.sender if last else "+15005550006",
            sender=phone,
            body=text,
            status="received",
            created_at=self.clock(),
            outbound=False,
            account=last.account if last else "",
        )
        self.messages[sid] = sms
        self.save(sms)
        return sms

    def clear(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.messages.clear()
        self.store.clear("sms", "opted_out")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


async def post(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], **body: object
) -> tuple[int, str]:
    """Posts to the world outside. Returns status and text; status 0 where nobody answered."""
    try:
        async with session.post(url, headers=headers, **body) as response:  # type: ignore[arg-type]
            return response.status, await response.text()
    except (aiohttp.ClientError, TimeoutError):
        return 0, ""
