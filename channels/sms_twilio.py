"""Twilio: its official client, in a thread. https://www.twilio.com/docs/messaging/api/message-resource"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from channels.asked import Candidate
from channels.sms_text import ready
from core.errors import SettingsError
from core.ports import Balance, ChannelKind, DeliveryError, OutboundMessage, Receipt
from core.settings import Settings

TIMEOUT_S = 15.0
BUSY_WAIT_S = 5.0
LONGEST_VALIDITY_S = 36_000
WITHIN = timedelta(minutes=2)
STATUS_PATH = "/webhooks/twilio/status"

# error codes: https://www.twilio.com/docs/api/errors
PERMANENT = frozenset({21211, 21214, 21217, 21265, 21401, 21407, 21408, 21421, 21602, 21604, 21617})
DEAD_NUMBER = frozenset({21610, 21612, 21614, 21635, 30004, 30005, 30006})
BUSY = frozenset({20429, 14107, 30001})
MISCONFIGURED = frozenset({20003, 20404, 21603, 21606, 21660, 21703, 21704})
MISCONFIGURED_WAIT_S = 300.0
LATER_PERMANENT = frozenset({30004, 30005, 30006, 30007, 30034, 21610, 21614})

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
STATES = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


class TwilioChannel:
    """One account. `to` is E.164; the fate of an SMS is reported to our signed webhook, which finds it by our key."""

    kind: ChannelKind = "sms"
    name = "twilio"

    def __init__(self, client: Client, sender: dict[str, str], callback_url: str | None) -> None:
        self._client, self._sender, self._callback_url = client, sender, callback_url

    async def send(self, message: OutboundMessage) -> Receipt:
        sms, segments = ready(message)
        values: dict[str, object] = {"to": sms.to, "body": sms.text, **self._sender}
        if sms.valid_for_s is not None:
            values["validity_period"] = max(1, min(sms.valid_for_s, LONGEST_VALIDITY_S))
        if self._callback_url is not None:
            values["status_callback"] = f"{self._callback_url}?{urlencode({'key': sms.key})}"
        try:
            sent = await asyncio.to_thread(lambda: self._client.messages.create(**values))
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise translated(error) from error
        return Receipt(self.name, str(sent.sid), segments=segments)

    async def find(self, key: str, to: str, begun_at: datetime) -> list[Candidate]:
        """What was sent to this number about then, newest first; Twilio keeps no key of ours, and whole seconds only.

        Raises DeliveryError when Twilio does not say.
        """
        first, last = begun_at - timedelta(seconds=2), begun_at + WITHIN

        def listed() -> list[Candidate]:
            page = self._client.messages.list(to=to, limit=50)
            return [
                Candidate(self.name, str(sms.sid), STATES.get(str(sms.status), "sent"), str(sms.body))
                for sms in page
                if sms.date_created is not None and first <= sms.date_created <= last
            ]

        try:
            return await asyncio.to_thread(listed)
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise translated(error) from error

    async def balance(self) -> Balance:
        """https://www.twilio.com/docs/usage/api/balance: `{"balance": "12.34", "currency": "USD"}`. Raises DeliveryError."""
        try:
            found = await asyncio.to_thread(lambda: self._client.api.v2010.account.balance.fetch())
            return Balance(float(found.balance), str(found.currency))
        except (TwilioException, requests.RequestException, ValueError, TypeError) as error:
            raise translated(error) from error

    async def close(self) -> None:
        session = getattr(self._client.http_client, "session", None)
        if session is not None:
            session.close()


def from_settings(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> TwilioChannel:
    """Raises SettingsError naming what is missing."""
    account, token = settings.twilio_account_sid, settings.twilio_auth_token
    if not account or token is None:
        raise SettingsError("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are needed to send SMS")
    if settings.twilio_messaging_service_sid:
        sender = {"messaging_service_sid": settings.twilio_messaging_service_sid}
    elif settings.twilio_from:
        sender = {"from_": settings.twilio_from}
    else:
        raise SettingsError("TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is needed: who the SMS comes from")
    client = Client(account, token.get_secret_value(), http_client=TwilioHttpClient(timeout=timeout_s))
    client.api.base_url = settings.twilio_api_url.rstrip("/")
    return TwilioChannel(client, sender, f"{settings.public_url.rstrip('/')}{STATUS_PATH}")


def translated(error: Exception) -> DeliveryError:
    """What an error of the client means for the SMS."""
    if isinstance(error, TwilioRestException):
        return _refused(error.code, error.status)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return DeliveryError("twilio: not reachable")
    if isinstance(error, requests.exceptions.ConnectionError) and "NewConnectionError" in repr(error):
        return DeliveryError("twilio: not reachable")
    return DeliveryError("twilio: no answer", unknown=True)


def _refused(code: int | None, status: int) -> DeliveryError:
    said = f"twilio: {code or status}"
    if code in DEAD_NUMBER:
        return DeliveryError(said, gone=True)
    if code in MISCONFIGURED or status in (401, 403):
        return DeliveryError(said, retry_after_s=MISCONFIGURED_WAIT_S)
    if code in BUSY or status == 429:
        return DeliveryError(said, retry_after_s=BUSY_WAIT_S)
    if code in PERMANENT or 400 <= status < 500:
        return DeliveryError(said, permanent=True)
    return DeliveryError(said, unknown=status == 504)


def later_permanent(error_code: int | None) -> bool:
    """Whether a failed SMS would fail again: 30003 (handset off) may work later, 30006 (a landline) never."""
    return error_code in LATER_PERMANENT
