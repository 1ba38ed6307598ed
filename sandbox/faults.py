"""Faults switched on by hand: refusals, delays and lost answers, by chat or phone, counted or by chance."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.errors import ControlError

LOST = ("timeout_before_accept", "timeout_after_accept")
TELEGRAM_KINDS = ("blocked", "too_many_requests", "server_error", *LOST, "slow")
SMS_KINDS = (
    "failed",
    "undelivered",
    "slow_callback",
    "lost_callback",
    "duplicate_callback",
    "out_of_order_callback",
    *LOST,
    "too_many_requests",
    "server_error",
    "not_mobile",
    "slow",
)


@dataclass(slots=True)
class Fault:
    """`subject` is a telegram id or a phone (None: everybody); `count` None means until it is removed.

    `struck` counts how often it did.
    """

    id: int
    target: str
    kind: str
    subject: str | None = None
    probability: float = 1.0
    count: int | None = None
    retry_after_s: int = 3
    delay_s: float = 3.0
    error_code: int | None = None
    methods: list[str] = field(default_factory=list)
    struck: int = 0


class Faults:
    def __init__(self, seed: int | None) -> None:
        self._random = random.Random(seed)  # noqa: S311  chance, not secrets
        self._faults: list[Fault] = []
        self._last_id = 0

    def all(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

    def add(self, **wanted: Any) -> Fault:
        target, kind = wanted.get("target"), wanted.get("kind")
        kinds = {"telegram": TELEGRAM_KINDS, "sms": SMS_KINDS}.get(str(target), ())
        if kind not in kinds:
            raise ControlError(
                422, f"no fault {kind!r} of target {target!r}; telegram: {TELEGRAM_KINDS}; sms: {SMS_KINDS}"
            )
        unknown = set(wanted) - (set(Fault.__dataclass_fields__) - {"id", "struck"})
        if unknown:
            raise ControlError(422, f"unknown fields of a fault: {sorted(unknown)}")
        if wanted.get("subject") is not None:
            wanted["subject"] = str(wanted["subject"])
        self._last_id += 1
        fault = Fault(id=self._last_id, **wanted)
        self._faults.append(fault)
        return fault

    def remove(self, fault_id: int) -> None:
        self._faults = [fault for fault in self._faults if fault.id != fault_id]

    def clear(self) -> None:
        self._faults.clear()

    def draw(self, target: str, subject: object, method: str, kinds: tuple[str, ...] = ()) -> Fault | None:
        """The first fault that strikes this call, its count lowered."""
        for fault in self._faults:
            if fault.target != target or (kinds and fault.kind not in kinds):
                continue
            if fault.subject is not None and fault.subject != str(subject):
                continue
            if fault.methods and method not in fault.methods:
                continue
            if self._random.random() >= fault.probability:
                continue
            fault.struck += 1
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self.remove(fault.id)
            return fault
        return None
