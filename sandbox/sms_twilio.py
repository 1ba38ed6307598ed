"""Twilio's messaging API: https://www.twilio.com/docs/messaging/api/message-resource, with signed callbacks."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from core import segments
from sandbox.errors import ControlError
from sandbox.lost_answers import lose
from sandbox.sms import AT_REQUEST, Operator, Sms, is_landline, is_phone, post
from sandbox.store import Json

_VERSION = "2010-04-01"
_MAX_BODY = 1600
_PAGE_SIZE = 50
_NOT_FOUND = 20404
_MESSAGES = {
    20003: (401, "Authenticate"),
    _NOT_FOUND: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "Invalid 'To' Phone Number: {to}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number: {to}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    20500: (500, "Internal Server Error"),
}


def error(code: int, to: str = "", status: int | None = None) -> web.Response:
    found, message = _MESSAGES[code]
    status = status or found
    info = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message.format(to=to), "more_info": info, "status": status}
    return web.json_response(body, status=status)


def new_sid() -> str:
    return f"SM{secrets.token_hex(16)}"


class Twilio:
    def __init__(
        self, operator: Operator, account: str | None, token: str | None, inbound_url: str | None
    ) -> None:
        self.operator, self.account, self.token, self.inbound_url = operator, account, token, inbound_url
        operator.reports["twilio"] = self.report

    def add_routes(self, app: web.Application) -> None:
        base = f"/{_VERSION}/Accounts/{{account}}"
        app.router.add_post(f"{base}/Messages.json", self.create)
        app.router.add_get(f"{base}/Messages.json", self.page)
        app.router.add_get(f"{base}/Messages/{{sid}}.json", self.fetch)
        app.router.add_get(f"{base}/Balance.json", self.balance)

    def _authorised(self, request: web.Request) -> bool:
        """Basic auth with the account's SID and token. Any pair will do where none is fixed; its token then signs."""
        user, password = basic_auth(request)
        account = request.match_info["account"]
        if user != account or not password:
            return False
        if self.account is not None or self.token is not None:
            return (user, password) == (self.account or user, self.token or password)
        self.operator.store.put("twilio_token", account, {"account": account, "token": password})
        return True

    def _signing_token(self, account: str) -> str:
        kept = self.operator.store.get("twilio_token", account) or {}
        return self.token or kept.get("token", "")

    def signed(self, account: str, url: str, form: dict[str, str]) -> dict[str, str]:
        signature = RequestValidator(self._signing_token(account)).compute_signature(url, form)
        return {"X-Twilio-Signature": str(signature), "User-Agent": "TwilioProxy/1.1"}

    async def create(self, request: web.Request) -> web.StreamResponse:
        if not self._authorised(request):
            return error(20003)
        form = await request.post()
        to, body = str(form.get("To", "")), str(form.get("Body", ""))
        sender = str(form.get("From") or form.get("MessagingServiceSid") or "")
        refused = self._refusal(to, sender, body)
        if refused is not None:
            return error(refused, to)
        fault = self.operator.faults.draw("sms", to, "twilio", AT_REQUEST)
        kind = fault.kind if fault else ""
        if kind in ("too_many_requests", "server_error", "not_mobile"):
            code = {"too_many_requests": 20429, "server_error": 20500}.get(kind, 21614)
            return error(code, to, fault.error_code if fault and kind == "server_error" else None)
        if fault is not None and kind == "slow":
            await asyncio.sleep(fault.delay_s)
        if kind == "timeout_before_accept":
            return await lose(request)
        callback = str(form.get("StatusCallback", "")) or None
        account = request.match_info["account"]
        sms = self.operator.accept(
            new_sid(), "twilio", to, sender, body, account=account, callback_url=callback
        )
        if kind == "timeout_after_accept":
            return await lose(request)
        return web.json_response(resource(sms), status=201)

    def _refusal(self, to: str, sender: str, body: str) -> int | None:
        checks = (
            (not to, 21604),
            (not is_phone(to), 21211),
            (not sender, 21603),
            (not body, 21602),
            (len(body) > _MAX_BODY, 21617),
            (is_landline(to), 21614),
            (self.operator.opted_out(to), 21610),
        )
        return next((code for refused, code in checks if refused), None)

    async def fetch(self, request: web.Request) -> web.Response:
        if not self._authorised(request):
            return error(20003)
        sms = self.operator.messages.get(request.match_info["sid"])
        if sms is None or sms.account != request.match_info["account"]:
            return error(_NOT_FOUND)
        return web.json_response(resource(sms))

    async def balance(self, request: web.Request) -> web.Response:
        """Always the same: here nothing costs anything."""
        if not self._authorised(request):
            return error(20003)
        return web.json_response(
            {"account_sid": request.match_info["account"], "balance": "20.00", "currency": "USD"}
        )

    async def page(self, request: web.Request) -> web.Response:
        """The list, newest first, filtered by To, From and DateSent, a page at a time."""
        if not self._authorised(request):
            return error(20003)
        query, account = request.query, request.match_info["account"]
        size = min(1000, max(1, int(query.get("PageSize", _PAGE_SIZE))))
        number = int(query.get("Page", 0))
        found = [
            sms
            for sms in sorted(self.operator.messages.values(), key=lambda sms: -sms.number)
            if sms.account == account and _wanted(sms, query)
        ]
        start = number * size
        shown = found[start : start + size]

        def uri(page: int) -> str:
            filters = {k: v for k, v in query.items() if k not in ("Page", "PageToken", "PageSize")}
            paging = {"PageSize": str(size), "Page": str(page)}
            return f"/{_VERSION}/Accounts/{account}/Messages.json?{urlencode(filters | paging)}"

        return web.json_response(
            {
                "messages": [resource(sms) for sms in shown],
                "page": number,
                "page_size": size,
                "start": start,
                "end": start + max(0, len(shown) - 1),
                "uri": uri(number),
                "first_page_uri": uri(0),
                "next_page_uri": uri(number + 1) if start + size < len(found) else None,
                "previous_page_uri": uri(number - 1) if number else None,
            }
        )

    async def report(self, session: aiohttp.ClientSession, sms: Sms) -> int:
        """One status callback, form-encoded and signed with the account's token."""
        form = {
            "SmsSid": sms.sid,
            "SmsStatus": sms.status,
            "MessageStatus": sms.status,
            "To": sms.to,
            "MessageSid": sms.sid,
            "AccountSid": sms.account,
            "From": sms.sender,
            "ApiVersion": _VERSION,
        }
        if sms.error_code is not None and sms.status in ("failed", "undelivered"):
            form["ErrorCode"] = str(sms.error_code)
        assert sms.callback_url is not None
        headers = self.signed(sms.account, sms.callback_url, form)
        status, _ = await post(session, sms.callback_url, headers, data=form)
        return status

    async def receive(self, phone: str, text: str) -> tuple[Sms, int | None]:
        """An answer from a phone, posted to the inbound address; TwiML messages in the reply are sent."""
        sms = self.operator.answer(new_sid(), phone, text)
        if self.inbound_url is None:
            return sms, None
        account = (
            sms.account
            or self.account
            or next((row["account"] for row in self.operator.store.all("twilio_token")), "AC" + "0" * 32)
        )
        form = {
            "MessageSid": sms.sid,
            "SmsSid": sms.sid,
            "SmsMessageSid": sms.sid,
            "AccountSid": account,
            "From": phone,
            "To": sms.to,
            "Body": text,
            "NumMedia": "0",
            "NumSegments": str(segments.count(text)),
            "SmsStatus": "received",
            "ApiVersion": _VERSION,
        }
        headers = self.signed(account, self.inbound_url, form)
        status, reply = await post(self.operator.session(), self.inbound_url, headers, data=form)
        for words in re.findall(r"<Message[^>]*>(?:\s*<Body>)?([^<]+)<", reply):
            self.operator.accept(new_sid(), "twilio", phone, sms.to, words.strip(), account=account)
        if status == 0:
            raise ControlError(502, f"the inbound address {self.inbound_url} does not answer")
        return sms, status


def basic_auth(request: web.Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _wanted(sms: Sms, query: Mapping[str, str]) -> bool:
    if query.get("To", sms.to) != sms.to or query.get("From", sms.sender) != sms.sender:
        return False
    return all(
        _within(sms, key, query[key]) for key in ("DateSent", "DateSent<", "DateSent>") if key in query
    )


def _within(sms: Sms, key: str, text: str) -> bool:
    """Twilio takes a date or a moment; `<` and `>` include the day or moment itself."""
    if sms.sent_at is None:
        return False
    sent_at = datetime.fromtimestamp(sms.sent_at, UTC)
    if len(text) > len("YYYY-MM-DD"):
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        sent, wanted = sent_at.replace(microsecond=0), moment
    else:
        midnight = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        sent, wanted = sent_at.replace(hour=0, minute=0, second=0, microsecond=0), midnight
    return {"DateSent": sent == wanted, "DateSent<": sent <= wanted, "DateSent>": sent >= wanted}[key]


def _moment(at: float | None) -> str | None:
    return None if at is None else format_datetime(datetime.fromtimestamp(at, UTC))


def resource(sms: Sms) -> Json:
    uri = f"/{_VERSION}/Accounts/{sms.account}/Messages/{sms.sid}"
    return {
        "account_sid": sms.account,
        "api_version": _VERSION,
        "body": sms.body,
        "date_created": _moment(sms.created_at),
        "date_sent": _moment(sms.sent_at),
        "date_updated": _moment(sms.updated_at),
        "direction": "outbound-api" if sms.outbound else "inbound",
        "error_code": sms.error_code if sms.status in ("failed", "undelivered") else None,
        "error_message": None,
        "from": sms.sender,
        "messaging_service_sid": sms.sender if sms.sender.startswith("MG") else None,
        "num_media": "0",
        "num_segments": str(segments.count(sms.body)),
        "price": None,
        "price_unit": "USD",
        "sid": sms.sid,
        "status": sms.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": sms.to,
        "uri": f"{uri}.json",
    }
