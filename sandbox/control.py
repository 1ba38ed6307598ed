"""The control API of the citizens: who there is, what they write and press. For the page, tests and the demo."""

from __future__ import annotations

import asyncio
import base64
import secrets
from typing import Any

from aiohttp import web

from sandbox.chats import Citizen
from sandbox.entities import Formatted, trim, with_found
from sandbox.errors import ControlError, TelegramError
from sandbox.files import described
from sandbox.methods import World
from sandbox.methods_messages import MAX_TEXT
from sandbox.store import Json

_MEDIA = ("photo", "document", "voice", "sticker")
_PRESS_POLL_S = 0.02


class Control:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_routes(self, app: web.Application) -> None:
        add = app.router.add_route
        add("GET", "/api/citizens", self.citizens)
        add("POST", "/api/citizens", self.add_citizen)
        add("GET", "/api/citizens/{id:\\d+}/messages", self.messages)
        add("POST", "/api/citizens/{id:\\d+}/messages", self.say)
        add("POST", "/api/citizens/{id:\\d+}/press", self.press)
        add("GET", "/api/callbacks/{id}", self.callback)
        add("POST", "/api/citizens/{id:\\d+}/{action:block|unblock}", self.block)

    def _citizen(self, request: web.Request, telegram: bool = True) -> Citizen:
        citizen = self.world.chats.citizen(int(request.match_info["id"]))
        if telegram and citizen.telegram_id is None:
            raise ControlError(409, f"{citizen.name} has no Telegram")
        return citizen

    async def citizens(self, request: web.Request) -> web.Response:
        rows = [{k: v for k, v in row.items() if k != "messages"} for row in self.world.chats.state()]
        return web.json_response(rows)

    async def add_citizen(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        name = str(body.get("name", "")).strip()
        if not name:
            raise ControlError(422, "a citizen needs a name")
        allowed = ("language_code", "telegram", "telegram_id", "phone", "username", "started")
        try:
            citizen, new = self.world.chats.add_citizen(name, **{k: body[k] for k in allowed if k in body})
        except TypeError as error:
            raise ControlError(422, str(error)) from None
        row = {
            "id": citizen.id,
            "telegram_id": citizen.telegram_id,
            "phone": citizen.phone,
            "name": citizen.name,
        }
        return web.json_response(row, status=201 if new else 200)

    async def messages(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", 0))
        return web.json_response(self.world.chats.history(self._citizen(request), after))

    async def say(self, request: web.Request) -> web.Response:
        """The citizen writes: a text, a contact, or a file as base64 or multipart."""
        citizen = self._citizen(request)
        body = await _message(request)
        if citizen.blocked:
            raise ControlError(409, f"{citizen.name} has blocked the bot: unblock first")
        contents = self._contents(citizen, body)
        if not citizen.started:
            citizen.started = True
            self.world.chats.save(citizen)
        sent = []
        for content in contents:
            stored = self.world.chats.post(citizen, citizen.user(), content)
            self.world.updates.add("message", stored.message)
            sent.append(stored.message_id)
        self.world.chats.pressed(citizen, str(body.get("text") or body.get("button", "")))
        return web.json_response({"message_id": sent[-1], "message_ids": sent}, status=201)

    def _contents(self, citizen: Citizen, body: Json) -> list[Json]:
        if "contact" in body:
            return [{"contact": self._contact(citizen, body["contact"])}]
        for kind in _MEDIA:
            if kind in body:
                caption = {"caption": body["caption"]} if body.get("caption") else {}
                return [self._file(kind, body[kind]) | caption]
        parts = [with_found(trim(Formatted(part, []))) for part in _parts(str(body.get("text", "")))]
        if not any(part.text for part in parts):
            raise ControlError(422, "an empty message cannot be sent")
        return [
            {"text": part.text} | ({"entities": part.entities} if part.entities else {})
            for part in parts
            if part.text
        ]

    @staticmethod
    def _contact(citizen: Citizen, contact: Any) -> Json:
        """`true` is the citizen's own contact, as the request_contact button shares it."""
        if contact is True:
            if citizen.phone is None:
                raise ControlError(409, f"{citizen.name} has no phone number")
            user = citizen.user()
            names: Json = {key: user[key] for key in ("first_name", "last_name") if key in user}
            return {"phone_number": citizen.phone, **names, "user_id": citizen.telegram_id}
        if not isinstance(contact, dict) or not contact.get("phone_number") or not contact.get("first_name"):
            raise ControlError(422, "a contact needs phone_number and first_name")
        keys = ("phone_number", "first_name", "last_name", "user_id", "vcard")
        return {key: contact[key] for key in keys if contact.get(key) is not None}

    def _file(self, kind: str, file: Any) -> Json:
        try:
            content = base64.b64decode(file["content_base64"], validate=True)
            row = self.world.files.keep(kind, content, file.get("file_name", ""), file.get("mime_type", ""))
        except (KeyError, TypeError, ValueError):
            raise ControlError(422, f"a {kind} needs content_base64") from None
        except TelegramError as error:
            raise ControlError(422, error.description) from None
        return described(row)

    async def press(self, request: web.Request) -> web.Response:
        """Presses an inline button; `force` presses one that is no longer there, as an old screen can.

        `wait_s` waits for the bot's answerCallbackQuery; the answer is null where none came.
        """
        citizen, body = self._citizen(request), await read_json(request)
        if citizen.blocked:
            raise ControlError(409, f"{citizen.name} has blocked the bot: unblock first")
        stored = self.world.chats.messages.get(int(body.get("message_id", 0)))
        data = str(body.get("data", ""))
        if stored is None or stored.chat_id != citizen.telegram_id or not stored.by_bot:
            raise ControlError(404, "no such message of the bot in this chat")
        rows = stored.message.get("reply_markup", {}).get("inline_keyboard", [])
        there = any(button.get("callback_data") == data for row in rows for button in row)
        if not body.get("force") and (stored.deleted or not there):
            raise ControlError(409, f"no button with the data {data!r} on that message")
        query_id = self._ask(citizen, stored.message, stored.deleted, data)
        answer = await self._answer(query_id, float(body.get("wait_s", 0)))
        return web.json_response({"callback_query_id": query_id, "answer": answer}, status=201)

    def _ask(self, citizen: Citizen, message: Json, deleted: bool, data: str) -> str:
        query_id = str(secrets.randbits(60))
        row = {
            "id": query_id,
            "citizen_id": citizen.id,
            "chat_id": citizen.telegram_id,
            "asked_at": self.world.chats.clock(),
            "answer": None,
        }
        self.world.chats.store.put("callback", query_id, row)
        if deleted:
            message = {"message_id": message["message_id"], "chat": message["chat"], "date": 0}
        instance = str(3_000_000_000 + citizen.id)
        query = {
            "id": query_id,
            "from": citizen.user(),
            "message": message,
            "chat_instance": instance,
            "data": data,
        }
        self.world.updates.add("callback_query", query)
        return query_id

    async def _answer(self, query_id: str, wait_s: float) -> Json | None:
        while True:
            row = self.world.chats.store.get("callback", query_id)
            if row is None or row["answer"] is not None or wait_s <= 0:
                return None if row is None else row["answer"]
            await asyncio.sleep(_PRESS_POLL_S)
            wait_s -= _PRESS_POLL_S

    async def callback(self, request: web.Request) -> web.Response:
        row = self.world.chats.store.get("callback", request.match_info["id"])
        if row is None:
            raise ControlError(404, "no such callback query")
        return web.json_response(row)

    async def block(self, request: web.Request) -> web.Response:
        citizen = self._citizen(request)
        blocked = request.match_info["action"] == "block"
        if citizen.blocked != blocked:
            citizen.blocked = blocked
            self.world.chats.save(citizen)
            self.world.updates.add("my_chat_member", self._membership(citizen))
        return web.json_response({"blocked": citizen.blocked})

    def _membership(self, citizen: Citizen) -> Json:
        user = self.world.bot.user()
        member: Json = {"status": "member", "user": user}
        kicked: Json = {"status": "kicked", "user": user, "until_date": 0}
        old, new = (member, kicked) if citizen.blocked else (kicked, member)
        moment = int(self.world.chats.clock())
        return {
            "chat": citizen.chat(),
            "from": citizen.user(),
            "date": moment,
            "old_chat_member": old,
            "new_chat_member": new,
        }


def _parts(text: str) -> list[str]:
    """Telegram's apps send what is too long for one message as several; no character is cut in half."""
    parts, room = [""], MAX_TEXT
    for character in text.encode("utf-16-le", "replace").decode("utf-16-le"):
        width = 2 if ord(character) > 0xFFFF else 1
        if width > room:
            parts, room = [*parts, ""], MAX_TEXT
        parts[-1] += character
        room -= width
    return parts


async def read_json(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        raise ControlError(400, "the body must be JSON") from None
    if not isinstance(body, dict):
        raise ControlError(400, "the body must be a JSON object")
    return body


async def _message(request: web.Request) -> Json:
    """A message as JSON, or as a form whose file part is named photo, document, voice or sticker."""
    if request.content_type == "application/json":
        return await read_json(request)
    body: Json = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            encoded = base64.b64encode(value.file.read()).decode()
            kind = {"content_base64": encoded, "file_name": value.filename, "mime_type": value.content_type}
            body[name] = kind
        else:
            body[name] = value
    return body
