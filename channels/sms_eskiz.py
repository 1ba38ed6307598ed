"""Eskiz.uz, the Uzbek gateway: login, send with our id, status. Paths from its public Postman collection.

https://documenter.getpostman.com/view/663428/RzfmES4z. Texts must equal an approved template but for the digits. Its
callbacks carry no signature, so they come to an address nobody can guess, and what they miss is asked for.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from channels.asked import Candidate
from channels.http import answered, refused, sent_or_not
from channels.sms_text import ready
from core.errors import SettingsError
from core.ports import Balance, ChannelKind, DeliveryError, OutboundMessage, Receipt
from core.settings import Settings

TIMEOUT_S = 15.0
WITHIN = timedelta(minutes=10)
PAGE = 200
"""So many messages it lists at most: on a busy day ours is not among them."""
CALLBACK_PATH = "/webhooks/eskiz"
TASHKENT = ZoneInfo("Asia/Tashkent")
WAIT_FOR_MODERATION_S = 3600.0

# message and part states as the account's reports show them
STATES = {
    "WAITING": "sent",
    "NEW": "sent",
    "ACCEPTED": "sent",
    "ENROUTE": "sent",
    "PARTDELIVERED": "sent",
    "DELIVERED": "delivered",
    "DELIVRD": "delivered",
    "UNDELIV": "failed",
    "UNDELIVERABLE": "failed",
    "EXPIRED": "failed",
    "REJECTED": "failed",
    "REJECTD": "failed",
    "DELETED": "failed",
}
FINAL = frozenset({"REJECTED", "REJECTD", "DELETED"})


def is_final(said: str) -> bool:
    """Whether it would fail again: a rejected text does, a handset that was off for long may not."""
    return said.upper() in FINAL


class EskizChannel:
    """One account. `to` is E.164 of Uzbekistan. Our key travels as `user_sms_id`, by which a lost answer is found."""

    kind: ChannelKind = "sms"
    name = "eskiz"

    def __init__(
        self, http: httpx.AsyncClient, email: str, password: str, sender: str, callback_url: str | None
    ) -> None:
        self._http, self._email, self._password = http, email, password
        self._sender, self._callback_url = sender, callback_url
        self._token: str | None = None
        self._user_id: str | None = None
        self._login = asyncio.Lock()

    async def send(self, message: OutboundMessage) -> Receipt:
        sms, segments = ready(message)
        body: dict[str, Any] = {
            "messages": [{"user_sms_id": sms.key, "to": sms.to.removeprefix("+"), "text": sms.text}],
            "from": self._sender,
            "dispatch_id": _dispatch_id(sms.key),
        }
        if self._callback_url is not None:
            body["callback_url"] = f"{self._callback_url}/{sms.key}"
        response = await self._call("POST", "/message/sms/send-batch", json=body)
        if response.status_code == 400:
            said = str(answered(response).get("message", ""))
            if "модерац" in said.lower():
                raise DeliveryError(
                    "eskiz: text not approved", retry_after_s=WAIT_FOR_MODERATION_S, only_this=True
                )
            raise DeliveryError("eskiz: refused", permanent=True)
        refused(self.name, response)
        return Receipt(self.name, sms.key, segments=segments)

    async def find(self, key: str, to: str, begun_at: datetime) -> list[Candidate]:
        """Ours by its dispatch, else by its key among those of its time. Raises DeliveryError when Eskiz does not say."""
        found = dispatched = await self._of_dispatch(key)
        if not found:
            found = await self._of_time(begun_at)
            if dispatched is None and len(found) >= PAGE and not _with_key(found, key):
                raise DeliveryError("eskiz: more messages of that time than it lists")
        return [
            Candidate(self.name, key, STATES.get(str(row.get("status", "")).upper(), "sent"))
            for row in _with_key(found, key)
        ]

    async def _of_dispatch(self, key: str) -> list[dict[str, Any]] | None:
        """None when the account cannot ask so."""
        if self._user_id is None:
            response = await self._call("GET", "/auth/user")
            refused(self.name, response)
            self._user_id = str((answered(response).get("data") or {}).get("id", ""))
        form = {"user_id": self._user_id, "dispatch_id": str(_dispatch_id(key))}
        path = f"/message/sms/get-user-messages-by-dispatch?page-size={PAGE}"
        response = await self._call("POST", path, data=form)
        if response.status_code in (400, 404, 405, 422):
            return None
        refused(self.name, response)
        return _rows(answered(response))

    async def _of_time(self, begun_at: datetime) -> list[dict[str, Any]]:
        first, last = (at.astimezone(TASHKENT) for at in (begun_at - WITHIN, begun_at + WITHIN))
        form = {
            "start_date": first.strftime("%Y-%m-%d %H:%M"),
            "to_date": last.strftime("%Y-%m-%d %H:%M"),
            "page_size": str(PAGE),
        }
        response = await self._call("POST", "/message/sms/get-user-messages", data=form)
        refused(self.name, response)
        return _rows(answered(response))

    async def balance(self) -> Balance:
        """`{"data": {"balance": 1000000}, "status": "success"}`, in soums. Raises DeliveryError when Eskiz does not say."""
        response = await self._call("GET", "/user/get-limit")
        refused(self.name, response)
        data = answered(response).get("data")
        try:
            return Balance(float((data or {})["balance"]), "UZS")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DeliveryError("eskiz: balance not understood") from error

    async def close(self) -> None:
        await self._http.aclose()

    async def _call(self, method: str, path: str, **body: Any) -> httpx.Response:
        """With a token that is renewed once when it has run out. Raises DeliveryError."""
        token = self._token or await self._new_token(None)
        response = await sent_or_not(self.name, self._http, method, path, headers=_bearer(token), **body)
        if response.status_code == 401:
            token = await self._new_token(token)
            response = await sent_or_not(self.name, self._http, method, path, headers=_bearer(token), **body)
        return response

    async def _new_token(self, old: str | None) -> str:
        async with self._login:
            if self._token is not None and self._token != old:
                return self._token
            form = {"email": self._email, "password": self._password}
            try:
                response = await sent_or_not(self.name, self._http, "POST", "/auth/login", data=form)
            except DeliveryError as error:
                raise DeliveryError(str(error)) from error  # a lost login has sent no SMS
            refused(self.name, response)
            self._token = str(answered(response).get("data", {}).get("token", ""))
            return self._token


def from_settings(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> EskizChannel:
    """Raises SettingsError naming what is missing."""
    if not settings.eskiz_email or settings.eskiz_password is None:
        raise SettingsError("ESKIZ_EMAIL and ESKIZ_PASSWORD are needed to send SMS through Eskiz")
    url = settings.eskiz_api_url.rstrip("/")
    http = httpx.AsyncClient(base_url=url, timeout=timeout_s, trust_env="127.0.0.1" not in url)
    secret = settings.eskiz_callback_secret
    callback = None
    if secret is not None:
        callback = f"{settings.public_url.rstrip('/')}{CALLBACK_PATH}/{secret.get_secret_value()}"
    return EskizChannel(
        http, settings.eskiz_email, settings.eskiz_password.get_secret_value(), settings.eskiz_from, callback
    )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _is_hex(key: str) -> bool:
    return len(key) >= 12 and all(letter in "0123456789abcdef" for letter in key[:12])


def _rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    """{"data": {"result": [{"user_sms_id", "status", …}]}}; some accounts see `data.data`."""
    data = body.get("data")
    found = (data.get("result") or data.get("data") or []) if isinstance(data, dict) else data or []
    return [row for row in found if isinstance(row, dict)]


def _with_key(rows: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [row for row in rows if str(row.get("user_sms_id", "")) == key]


def _dispatch_id(key: str) -> int:
    """Of our key, so that the message is found by it alone."""
    return int(key[:12], 16) if _is_hex(key) else 0
