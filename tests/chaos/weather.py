"""What goes wrong around the workers, by chance: refusals, lost and late answers, lost, repeated and late receipts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx

FAULTS: tuple[tuple[str, str, float, dict[str, Any]], ...] = (
    ("telegram", "blocked", 0.004, {}),
    ("telegram", "too_many_requests", 0.003, {"retry_after_s": 1}),
    ("telegram", "server_error", 0.008, {}),
    ("telegram", "server_error", 0.003, {"error_code": 504}),
    ("telegram", "timeout_before_accept", 0.004, {}),
    ("telegram", "timeout_after_accept", 0.004, {}),
    ("telegram", "slow", 0.03, {"delay_s": 0.7}),
    ("sms", "too_many_requests", 0.006, {}),
    ("sms", "server_error", 0.01, {}),
    ("sms", "timeout_before_accept", 0.008, {}),
    ("sms", "timeout_after_accept", 0.01, {}),
    ("sms", "not_mobile", 0.02, {}),
    ("sms", "slow", 0.03, {"delay_s": 0.7}),
    ("sms", "failed", 0.01, {}),
    ("sms", "undelivered", 0.005, {}),
    ("sms", "lost_callback", 0.03, {}),
    ("sms", "slow_callback", 0.02, {"delay_s": 2}),
    ("sms", "duplicate_callback", 0.03, {}),
    ("sms", "out_of_order_callback", 0.03, {}),
)
"""Target, kind, how likely a request meets it in fair weather of the long form, and more."""

NOBODY_KNOWS = ("timeout_before_accept", "timeout_after_accept", "server_error 504")


async def begins(sandbox: httpx.AsyncClient, times: float) -> None:
    for target, kind, probability, more in FAULTS:
        methods = ["sendMessage"] if target == "telegram" else []
        body = {"target": target, "kind": kind, "probability": probability * times, "methods": methods}
        answer = await sandbox.post("/api/faults", json=body | more)
        assert answer.is_success, answer.text


async def struck(sandbox: httpx.AsyncClient) -> Counter[str]:
    """How often each fault did, as `target kind` with the error code where there are several."""
    found: Counter[str] = Counter()
    for fault in (await sandbox.get("/api/faults")).json():
        code = f" {fault['error_code']}" if fault["error_code"] else ""
        found[f"{fault['target']} {fault['kind']}{code}"] += fault["struck"]
    return found
