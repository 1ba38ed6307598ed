"""The phones' side of the control API: what arrived on each number, and answering it."""

from __future__ import annotations

from aiohttp import web

from sandbox.chats import Chats
from sandbox.errors import ControlError
from sandbox.sms import Operator, is_phone
from sandbox.sms_twilio import Twilio


class PhoneControl:
    def __init__(self, operator: Operator, twilio: Twilio, chats: Chats) -> None:
        self.operator, self.twilio, self.chats = operator, twilio, chats

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/api/phones", self.phones)
        app.router.add_get("/api/phones/{phone}/sms", self.messages)
        app.router.add_post("/api/phones/{phone}/sms", self.answer)

    async def phones(self, request: web.Request) -> web.Response:
        """Every number of a citizen or with an SMS, with its messages."""
        owners = {citizen.phone: citizen.name for citizen in self.chats.citizens.values() if citizen.phone}
        numbers = [*owners, *(phone for phone in self.operator.phones() if phone not in owners)]
        rows = [
            {
                "phone": phone,
                "name": owners.get(phone),
                "opted_out": self.operator.opted_out(phone),
                "sms": [sms.view() for sms in self.operator.on(phone)],
            }
            for phone in numbers
        ]
        return web.json_response(rows)

    def _phone(self, request: web.Request) -> str:
        phone = "+" + request.match_info["phone"].strip().lstrip("+")
        if not is_phone(phone):
            raise ControlError(422, f"{phone} is no phone number")
        return phone

    async def messages(self, request: web.Request) -> web.Response:
        return web.json_response([sms.view() for sms in self.operator.on(self._phone(request))])

    async def answer(self, request: web.Request) -> web.Response:
        """The phone's owner writes back; goes signed to the inbound address, when one is set."""
        body = await request.json()
        text = str(body.get("text", "")).strip()
        if not text:
            raise ControlError(422, "an empty SMS cannot be sent")
        sms, status = await self.twilio.receive(self._phone(request), text)
        answer = {"sid": sms.sid, "webhook_status": status, "opted_out": self.operator.opted_out(sms.sender)}
        return web.json_response(answer, status=201)
