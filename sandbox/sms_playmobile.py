"""PlayMobile (smsxabar.uz) under /playmobile/broker-api: send and get-status, with basic auth."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web

from sandbox.lost_answers import lose
from sandbox.sms import AT_REQUEST, Operator, Sms, is_phone
from sandbox.sms_twilio import basic_auth

_STATUS = {
    "queued": "transmitted",
    "sent": "transmitted",
    "delivered": "delivered",
    "undelivered": "notDelivered",
    "failed": "failed",
}


def _refused(code: int, description: str, status: int = 400) -> web.Response:
    return web.json_response({"error-code": code, "error-description": description}, status=status)


class PlayMobile:
    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        operator.reports["playmobile"] = self.report

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/playmobile/broker-api/send", self.send)
        app.router.add_post("/playmobile/broker-api/get-status", self.get_status)

    async def send(self, request: web.Request) -> web.StreamResponse:
        if not all(basic_auth(request)):
            return web.Response(status=401, text="Unauthorized")
        try:
            messages = [_message(row) for row in (await request.json())["messages"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            return _refused(101, "Syntax error")
        for _, recipient, originator, text in messages:
            for wrong, code, description in (
                (not is_phone(f"+{recipient}"), 202, "Recipient is not specified"),
                (not originator, 401, "Originator is empty"),
                (not text, 404, "Content is empty"),
            ):
                if wrong:
                    return _refused(code, description)
        fault = self.operator.faults.draw("sms", f"+{messages[0][1]}", "playmobile", AT_REQUEST)
        kind = fault.kind if fault else ""
        if kind in ("too_many_requests", "server_error"):
            return _refused(100, "Internal server error", 429 if kind == "too_many_requests" else 500)
        if fault is not None and kind == "slow":
            await asyncio.sleep(fault.delay_s)
        if kind == "timeout_before_accept":
            return await lose(request)
        for identifier, recipient, originator, text in messages:
            sid = f"playmobile-{identifier}"
            if sid not in self.operator.messages:  # their message-id is ours: the same one is not sent twice
                self.operator.accept(sid, "playmobile", f"+{recipient}", originator, text, user_id=identifier)
        return (
            await lose(request)
            if kind == "timeout_after_accept"
            else web.Response(text="Request is received")
        )

    async def get_status(self, request: web.Request) -> web.Response:
        if not all(basic_auth(request)):
            return web.Response(status=401, text="Unauthorized")
        identifiers = (await request.json()).get("message-id", [])
        identifiers = identifiers if isinstance(identifiers, list) else [identifiers]
        found = [self.operator.messages.get(f"playmobile-{identifier}") for identifier in identifiers]
        rows = [
            {"message-id": sms.user_id, "status": _STATUS[sms.status]} for sms in found if sms is not None
        ]
        return web.json_response({"messages": rows})

    async def report(self, session: aiohttp.ClientSession, sms: Sms) -> int:
        """They have no callback for each message: the status is asked for."""
        return 0


def _message(row: dict[str, object]) -> tuple[str, str, str, str]:
    sms = row["sms"]
    assert isinstance(sms, dict)
    text = str(sms.get("content", {}).get("text", ""))
    return str(row["message-id"]), str(row.get("recipient", "")), str(sms.get("originator", "")), text
