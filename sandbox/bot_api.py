"""The Bot API over HTTP: reads a call in any of its forms, checks it, strikes it with faults, answers, logs."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import Any

from aiohttp import web

from sandbox import methods_messages, methods_profile, methods_updates, schema
from sandbox.errors import TelegramError, bad_request, too_many_requests
from sandbox.events import Events
from sandbox.faults import LOST, Fault, Faults
from sandbox.limits import Limits
from sandbox.lost_answers import lose
from sandbox.methods import METHODS, Call, Upload, World
from sandbox.store import Json

# Importing a module of methods is what registers them.
__all__ = ["METHODS", "BotApi", "methods_messages", "methods_profile", "methods_updates"]

_BY_LOWER_NAME = {name.lower(): name for name in METHODS}
_LIMITED = tuple(
    name for name in METHODS if name.startswith(("send", "copy", "forward")) and name != "sendChatAction"
)


class BotApi:
    def __init__(self, world: World, faults: Faults, events: Events, strict_limits: bool) -> None:
        self.world, self.faults, self.events = world, faults, events
        self.limits = Limits() if strict_limits else None
        self.calls: deque[Json] = deque(maxlen=5000)
        self._number = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        started, at = time.monotonic(), time.time()
        name = _BY_LOWER_NAME.get(request.match_info["method"].lower(), request.match_info["method"])
        params: Json = {}
        lost = None
        try:
            if not self.world.bot.accepts(request.match_info["token"]):
                raise TelegramError(401, "Unauthorized")
            if name not in METHODS:
                raise TelegramError(404, "Not Found: method not found")
            params, uploads = await _read(request)
            result, lost = await self._perform(name, params, uploads)
            ok = lost is None or lost.kind == "timeout_after_accept"
            status, body = 200, {"ok": ok, "result": result}
        except TelegramError as error:
            status, body = error.error_code, error.body()
        self._log(at, name, params, body, started, lost)
        if lost is not None:
            return await lose(request)
        headers = {"Retry-After": str(body["parameters"]["retry_after"])} if status == 429 else None
        return web.json_response(body, status=status, headers=headers)

    async def _perform(self, name: str, params: Json, uploads: dict[str, Upload]) -> tuple[Any, Fault | None]:
        checked = schema.check(name, params, set(uploads))
        chat_id = self._chat_id(checked)
        fault = self._struck(name, chat_id)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.delay_s)
        elif fault is not None and fault.kind == "timeout_before_accept":
            return None, fault
        elif fault is not None and fault.kind not in LOST:
            raise _refusal(fault)
        if self.limits is not None and chat_id is not None and name in _LIMITED:
            self.limits.spend(chat_id, time.monotonic())
        result = await METHODS[name](self.world, Call(name, checked, uploads))
        lost = fault if fault is not None and fault.kind == "timeout_after_accept" else None
        return result, lost

    def _chat_id(self, params: Json) -> int | None:
        if "callback_query_id" in params:
            query = self.world.chats.store.get("callback", params["callback_query_id"])
            return None if query is None else int(query["chat_id"])
        chat_id = str(params.get("chat_id", ""))
        return int(chat_id) if chat_id.lstrip("-").isdecimal() else None

    def _struck(self, name: str, chat_id: int | None) -> Fault | None:
        """A fault for everybody spares the calls that speak of no chat, unless it names their method."""
        fault = self.faults.draw("telegram", chat_id if chat_id is not None else name, name)
        if fault is None or (chat_id is None and name not in fault.methods):
            return None
        self.events.tell("faults", faults=self.faults.all())
        return fault

    def _log(
        self, at: float, name: str, params: Json, body: Json, started: float, lost: Fault | None
    ) -> None:
        if name == "getUpdates" and body["ok"] and not body["result"]:
            return
        self._number += 1
        row = {
            "number": self._number,
            "at": at,
            "method": name,
            "chat_id": self._chat_id(params),
            "params": params,
            "ok": body["ok"],
            "error_code": body.get("error_code"),
            "description": body.get("description"),
            "message_id": _message_id(body.get("result")),
            "answered": lost is None,
            "duration_ms": round((time.monotonic() - started) * 1000, 2),
        }
        self.calls.append(row)

    async def download(self, request: web.Request) -> web.Response:
        if not self.world.bot.accepts(request.match_info["token"]):
            return web.json_response(TelegramError(401, "Unauthorized").body(), status=401)
        found = self.world.files.by_path(request.match_info["path"])
        if found is None:
            return web.json_response(TelegramError(404, "Not Found").body(), status=404)
        row, content = found
        return web.Response(body=content, content_type=row["mime_type"])


def _message_id(result: Any) -> int | None:
    return result.get("message_id") if isinstance(result, dict) else None


def _refusal(fault: Fault) -> TelegramError:
    if fault.kind == "blocked":
        return TelegramError(403, "Forbidden: bot was blocked by the user")
    if fault.kind == "too_many_requests":
        return too_many_requests(fault.retry_after_s)
    code = fault.error_code or 502
    return TelegramError(
        code, {500: "Internal Server Error", 504: "Gateway Timeout"}.get(code, "Bad Gateway")
    )


async def _read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Parameters from the query and from a JSON, urlencoded or multipart body; files by part name."""
    params: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("expected an Object")
        return params | body, uploads
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            content = value.file.read()
            uploads[name] = Upload(value.filename, value.content_type, content)
        else:
            params[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    return params, uploads
