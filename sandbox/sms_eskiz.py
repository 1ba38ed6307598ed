"""Eskiz.uz under /eskiz/api: login, send, batch, status, and callbacks without a signature, as theirs are.

Paths from the official Postman collection (documenter.getpostman.com/view/663428/RzfmES4z).
"""

from __future__ import annotations

import asyncio
import re
import secrets
import uuid
from datetime import UTC, datetime, timedelta, timezone

import aiohttp
from aiohttp import web

from core import segments
from sandbox.lost_answers import lose
from sandbox.sms import AT_REQUEST, Operator, Sms, is_phone, post
from sandbox.store import Json

_TASHKENT = timezone(timedelta(hours=5))
_TOKEN_LIFE_S = 30 * 86_400
_TEST_TEXTS = ("Это тест от Eskiz", "Bu Eskiz dan test", "This is test from Eskiz")
_WAITING = "Waiting for SMS provider"
_NOT_MODERATED = "Этот смс текст еще не прошёл модерацию"
_STATUS = {
    "queued": "waiting",
    "sent": "ACCEPTED",
    "delivered": "DELIVERED",
    "undelivered": "UNDELIV",
    "failed": "REJECTED",
}


def _refused(status: int, message: str, word: str = "error") -> web.Response:
    return web.json_response({"status": word, "message": message}, status=status)


def _shape(text: str) -> str:
    """Of an approved text only the digits may vary."""
    return re.sub(r"\d+", "0", text.strip())


class Eskiz:
    def __init__(self, operator: Operator, moderation: bool, email: str | None, password: str | None) -> None:
        self.operator, self.moderation, self.email, self.password = operator, moderation, email, password
        operator.reports["eskiz"] = self.report

    def add_routes(self, app: web.Application) -> None:
        add = app.router.add_route
        base = "/eskiz/api"
        add("POST", f"{base}/auth/login", self.login)
        add("PATCH", f"{base}/auth/refresh", self.refresh)
        add("GET", f"{base}/auth/user", self.user)
        add("POST", f"{base}/message/sms/send", self.send)
        add("POST", f"{base}/message/sms/send-batch", self.send_batch)
        add("GET", f"{base}/message/sms/status_by_id/{{id}}", self.status)
        add("POST", f"{base}/message/sms/get-user-messages", self.user_messages)
        add("POST", f"{base}/message/sms/get-user-messages-by-dispatch", self.dispatch_messages)
        add("GET", f"{base}/user/get-limit", self.limit)
        add("POST", f"{base}/user/template", self.add_template)
        add("GET", f"{base}/user/templates", self.templates)

    def _new_token(self, email: str) -> web.Response:
        token = secrets.token_urlsafe(40)
        row = {"email": email, "until": self.operator.clock() + _TOKEN_LIFE_S}
        self.operator.store.put("eskiz_token", token, row)
        body = {"message": "token_generated", "data": {"token": token}, "token_type": "bearer"}
        return web.json_response(body)

    def _session(self, request: web.Request) -> tuple[Json | None, web.Response]:
        """The row of the caller's token, or the refusal: expired can be refreshed, unknown cannot."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        row = self.operator.store.get("eskiz_token", token) if scheme.lower() == "bearer" else None
        if row is None:
            return None, _refused(401, "Could not decode token", "token_invalid")
        if self.operator.clock() > row["until"]:
            return None, _refused(401, "Expired", "token_expired")
        return row, web.Response()

    async def login(self, request: web.Request) -> web.Response:
        form = await request.post()
        email, password = str(form.get("email", "")), str(form.get("password", ""))
        wrong = (self.email or email, self.password or password) != (email, password)
        if not email or not password or wrong:
            return _refused(401, "Invalid credentials")
        return self._new_token(email)

    async def refresh(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").partition(" ")[2]
        row = self.operator.store.get("eskiz_token", token)
        if row is None:
            return _refused(401, "Could not decode token", "token_invalid")
        self.operator.store.remove("eskiz_token", token)
        return self._new_token(row["email"])

    async def user(self, request: web.Request) -> web.Response:
        row, refusal = self._session(request)
        if row is None:
            return refusal
        data = {"id": 1, "name": "Salomat", "email": row["email"], "status": "active", "is_vip": False}
        return web.json_response({"status": "success", "data": data})

    def _not_moderated(self, text: str) -> bool:
        approved = {_shape(row["template"]) for row in self.operator.store.all("eskiz_template")}
        return self.moderation and text not in _TEST_TEXTS and _shape(text) not in approved

    async def send(self, request: web.Request) -> web.StreamResponse:
        row, refusal = self._session(request)
        if row is None:
            return refusal
        form = await request.post()
        phone, text = str(form.get("mobile_phone", "")), str(form.get("message", ""))
        wrong = self._wrong(phone, text)
        if wrong is not None:
            return wrong
        kind, struck = await self._struck(request, phone)
        if struck is not None:
            return struck
        sms = self._accept(phone, text, str(form.get("from", "4546")), str(form.get("callback_url", "")))
        if kind == "timeout_after_accept":
            return await lose(request)
        return web.json_response({"id": sms.sid, "message": _WAITING, "status": "waiting"})

    async def _struck(self, request: web.Request, phone: str) -> tuple[str, web.StreamResponse | None]:
        """The fault switched on for this phone, with its refusal; a slow one is slow here."""
        fault = self.operator.faults.draw("sms", f"+{phone}", "eskiz", AT_REQUEST)
        kind = fault.kind if fault else ""
        if kind in ("too_many_requests", "server_error", "not_mobile"):
            code = {"too_many_requests": 429, "server_error": 502}.get(kind, 400)
            words = {429: "Too Many Attempts.", 502: "Bad Gateway"}.get(code, "Invalid phone number")
            return kind, _refused(code, words)
        if fault is not None and kind == "slow":
            await asyncio.sleep(fault.delay_s)
        return kind, await lose(request) if kind == "timeout_before_accept" else None

    def _wrong(self, phone: str, text: str) -> web.Response | None:
        if not re.fullmatch(r"998\d{9}", phone) or not is_phone(f"+{phone}"):
            return _refused(400, "Invalid phone number")
        if not text:
            return _refused(400, "The message field is required.")
        return _refused(400, _NOT_MODERATED) if self._not_moderated(text) else None

    def _accept(self, phone: str, text: str, sender: str, callback: str, **more: str) -> Sms:
        sid = str(uuid.uuid4())
        more |= {"callback_url": callback} if callback else {}
        return self.operator.accept(sid, "eskiz", f"+{phone}", sender or "4546", text, **more)

    async def send_batch(self, request: web.Request) -> web.StreamResponse:
        row, refusal = self._session(request)
        if row is None:
            return refusal
        body = await request.json()
        messages = body.get("messages", [])
        for message in messages:
            wrong = self._wrong(str(message.get("to", "")), str(message.get("text", "")))
            if wrong is not None:
                return wrong
        kind, struck = await self._struck(request, str(messages[0]["to"])) if messages else ("", None)
        if struck is not None:
            return struck
        callback = str(body.get("callback_url", ""))
        for message in messages:
            named = {
                "user_id": str(message.get("user_sms_id", "")),
                "dispatch_id": str(body.get("dispatch_id", "")),
            }
            sender = str(body.get("from", "4546"))
            self._accept(str(message["to"]), message["text"], sender, callback, **named)
        if kind == "timeout_after_accept":
            return await lose(request)
        statuses = ["waiting"] * len(messages)
        return web.json_response({"id": str(uuid.uuid4()), "message": _WAITING, "status": statuses})

    async def status(self, request: web.Request) -> web.Response:
        row, refusal = self._session(request)
        if row is None:
            return refusal
        sms = self.operator.messages.get(request.match_info["id"])
        if sms is None or sms.provider != "eskiz":
            return _refused(404, "Message not found")
        return web.json_response({"status": "success", "data": _row(sms)})

    async def user_messages(self, request: web.Request) -> web.Response:
        """What was sent between two moments of Tashkent time, YYYY-MM-DD HH:MM, newest first."""
        row, refusal = self._session(request)
        if row is None:
            return refusal
        form = await request.post()
        try:
            start, end = (
                datetime.strptime(str(form.get(name, "")), "%Y-%m-%d %H:%M").replace(tzinfo=_TASHKENT)
                for name in ("start_date", "to_date")
            )
        except ValueError:
            return _refused(400, "The start_date does not match the format Y-m-d H:i.")
        size = min(200, max(1, int(str(form.get("page_size", "20")))))
        found = [
            sms
            for sms in sorted(self.operator.messages.values(), key=lambda sms: -sms.number)
            if sms.provider == "eskiz" and start.timestamp() <= sms.created_at < end.timestamp() + 60
        ]
        data = {"total": len(found), "result": [_row(sms) for sms in found[:size]]}
        return web.json_response({"status": "success", "data": data})

    async def dispatch_messages(self, request: web.Request) -> web.Response:
        row, refusal = self._session(request)
        if row is None:
            return refusal
        dispatch_id = str((await request.post()).get("dispatch_id", ""))
        found = [
            _row(sms)
            for sms in self.operator.messages.values()
            if sms.provider == "eskiz" and sms.dispatch_id == dispatch_id
        ]
        data = {"total": len(found), "result": found[:200]}
        return web.json_response({"status": "success", "data": data})

    async def limit(self, request: web.Request) -> web.Response:
        row, refusal = self._session(request)
        return (
            refusal
            if row is None
            else web.json_response({"data": {"balance": 1_000_000}, "status": "success"})
        )

    async def add_template(self, request: web.Request) -> web.Response:
        """Their people look at a text for a day; here it is approved at once."""
        row, refusal = self._session(request)
        if row is None:
            return refusal
        template = str((await request.post()).get("template", "")).strip()
        if not template:
            return _refused(400, "The template field is required.")
        number = self.operator.store.next("eskiz_template")
        kept = {"id": number, "template": template, "status": "service"}
        self.operator.store.put("eskiz_template", number, kept)
        return web.json_response({"success": True, "status": 201, "result": kept})

    async def templates(self, request: web.Request) -> web.Response:
        row, refusal = self._session(request)
        if row is None:
            return refusal
        return web.json_response({"success": True, "result": self.operator.store.all("eskiz_template")})

    async def report(self, session: aiohttp.ClientSession, sms: Sms) -> int:
        """One callback. Nothing in it proves who sent it: the receiver's own address has to."""
        assert sms.callback_url is not None
        body = {
            "request_id": sms.sid,
            "message_id": sms.number,
            "user_sms_id": sms.user_id or "",
            "country": "UZ",
            "phone_number": sms.to.removeprefix("+"),
            "sms_count": str(segments.count(sms.body)),
            "status": _STATUS[sms.status],
            "status_date": datetime.fromtimestamp(self.operator.clock(), UTC).strftime("%Y-%m-%d %H:%M:%S"),
        }
        status, _ = await post(session, sms.callback_url, {}, json=body)
        return status


def _row(sms: Sms) -> Json:
    """One message as the account's reports show it."""
    return {
        "id": sms.sid,
        "user_sms_id": sms.user_id,
        "phone_number": sms.to.removeprefix("+"),
        "message": sms.body,
        "status": _STATUS[sms.status],
        "parts_count": segments.count(sms.body),
        "encoding": 0 if segments.encoding(sms.body) == "GSM-7" else 8,
        "price": 95,
        "total_price": 95 * segments.count(sms.body),
    }
