"""PlayMobile (smsxabar.uz): send and get-status with basic auth; our id is its message-id, so the same is not sent twice.

Shapes from the public client packages; error codes from the body {"error-code": 202, "error-description": "…"}.
"""

from __future__ import annotations

from datetime import datetime

import httpx

from channels.asked import Candidate
from channels.http import answered, refused, sent_or_not
from channels.sms_text import ready
from core.errors import SettingsError
from core.ports import ChannelKind, DeliveryError, OutboundMessage, Receipt
from core.settings import Settings

TIMEOUT_S = 15.0
LATER_WAIT_S = 300.0

# what get-status says; the mapping is not official
STATES = {
    "transmitted": "sent",
    "deferred": "sent",
    "delivered": "delivered",
    "notdelivered": "failed",
    "failed": "failed",
}
# internal error: try again; account locked or no channel: everybody waits; all others are about this message
TRY_AGAIN = frozenset({100})
EVERYBODY_WAITS = frozenset({102, 103})
NO_SUCH_NUMBER = frozenset({202, 204, 205, 206})


class PlayMobileChannel:
    """One account. `to` is E.164 of Uzbekistan."""

    kind: ChannelKind = "sms"
    name = "playmobile"

    def __init__(self, http: httpx.AsyncClient, sender: str) -> None:
        self._http, self._sender = http, sender

    async def send(self, message: OutboundMessage) -> Receipt:
        sms, segments = ready(message)
        content: dict[str, object] = {"originator": self._sender, "content": {"text": sms.text}}
        if sms.valid_for_s is not None:
            content["ttl"] = max(60, min(sms.valid_for_s, 86_400))
        one = {"message-id": sms.key, "recipient": sms.to.removeprefix("+"), "sms": content}
        response = await sent_or_not(
            self.name, self._http, "POST", "/broker-api/send", json={"messages": [one]}
        )
        if response.status_code == 400:
            raise _refusal(answered(response).get("error-code"))
        refused(self.name, response)
        return Receipt(self.name, sms.key, segments=segments)

    async def find(self, key: str, to: str, begun_at: datetime) -> list[Candidate]:
        """The message with our key. Raises DeliveryError when PlayMobile does not say."""
        body = {"message-id": [key]}
        response = await sent_or_not(self.name, self._http, "POST", "/broker-api/get-status", json=body)
        refused(self.name, response)
        return [
            Candidate(self.name, key, STATES.get(str(row.get("status", "")).lower(), "sent"))
            for row in answered(response).get("messages", [])
            if str(row.get("message-id")) == key
        ]

    async def close(self) -> None:
        await self._http.aclose()


def _refusal(code: object) -> DeliveryError:
    said = f"playmobile: {code}"
    if code in TRY_AGAIN:
        return DeliveryError(said)
    if code in EVERYBODY_WAITS:
        return DeliveryError(said, retry_after_s=LATER_WAIT_S)
    return DeliveryError(said, permanent=True, gone=code in NO_SUCH_NUMBER)


def from_settings(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> PlayMobileChannel:
    """Raises SettingsError naming what is missing."""
    login, password, sender = (
        settings.playmobile_login,
        settings.playmobile_password,
        settings.playmobile_from,
    )
    if not login or password is None or not sender:
        raise SettingsError("PLAYMOBILE_LOGIN, PLAYMOBILE_PASSWORD and PLAYMOBILE_FROM are needed")
    url = settings.playmobile_api_url.rstrip("/")
    http = httpx.AsyncClient(
        base_url=url,
        auth=(login, password.get_secret_value()),
        timeout=timeout_s,
        trust_env="127.0.0.1" not in url,
    )
    return PlayMobileChannel(http, sender)
