"""The control API of the sandbox itself: its state and events, faults, the log of calls, starting afresh."""

from __future__ import annotations

from aiohttp import web

from sandbox.bot_api import BotApi
from sandbox.control import read_json
from sandbox.errors import ControlError
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.methods import World
from sandbox.sms import Operator


class SandboxControl:
    def __init__(self, world: World, api: BotApi, faults: Faults, events: Events, operator: Operator) -> None:
        self.world, self.api, self.faults, self.events = world, api, faults, events
        self.operator = operator

    def add_routes(self, app: web.Application) -> None:
        add = app.router.add_route
        add("GET", "/api/events", self.events.stream)
        add("GET", "/api/state", self.state)
        add("GET", "/api/files/{file_id}", self.file)
        add("GET", "/api/calls", self.calls)
        add("GET", "/api/faults", self.show_faults)
        add("POST", "/api/faults", self.add_fault)
        add("DELETE", "/api/faults/{id:\\d+}", self.remove_fault)
        add("DELETE", "/api/faults", self.clear_faults)
        add("POST", "/api/reset", self.reset)

    async def state(self, request: web.Request) -> web.Response:
        """All the page needs at its start."""
        bot = self.world.bot
        people = self.world.chats.state()
        for row in people:
            row["commands"] = bot.commands_for(row["telegram_id"], row["language_code"])
        profile = {"name": bot.profile["names"][""], "username": bot.username}
        profile |= {"descriptions": bot.profile["descriptions"]}
        profile |= {"polls": self.world.updates.waiting}
        return web.json_response({"bot": profile, "citizens": people, "faults": self.faults.all()})

    async def file(self, request: web.Request) -> web.Response:
        found = self.world.files.content(request.match_info["file_id"])
        if found is None:
            raise ControlError(404, "no such file")
        row, content = found
        name = str(row["file_name"] or row["file_path"].rsplit("/", 1)[-1]).replace('"', "")
        inline = row["mime_type"].startswith(("image/png", "image/jpeg", "image/webp", "image/gif"))
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Content-Disposition": "inline"
            if inline
            else f'attachment; filename="{name.encode("ascii", "replace").decode()}"',
        }
        kind = row["mime_type"] if inline else "application/octet-stream"
        return web.Response(body=content, content_type=kind, headers=headers)

    async def calls(self, request: web.Request) -> web.Response:
        """The log of Bot API calls, oldest first; filters: method, chat_id, after (a call's number)."""
        query = request.query
        rows = [
            row
            for row in self.api.calls
            if row["number"] > int(query.get("after", 0))
            and query.get("method", row["method"]) == row["method"]
            and query.get("chat_id", str(row["chat_id"])) == str(row["chat_id"])
        ]
        return web.json_response(rows)

    async def show_faults(self, request: web.Request) -> web.Response:
        return web.json_response(self.faults.all())

    async def add_fault(self, request: web.Request) -> web.Response:
        fault = self.faults.add(**await read_json(request))
        return self._faults_changed(fault.id)

    async def remove_fault(self, request: web.Request) -> web.Response:
        self.faults.remove(int(request.match_info["id"]))
        return self._faults_changed(None)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self.faults.clear()
        return self._faults_changed(None)

    def _faults_changed(self, fault_id: int | None) -> web.Response:
        self.events.tell("faults", faults=self.faults.all())
        return web.json_response({"id": fault_id, "faults": self.faults.all()})

    async def reset(self, request: web.Request) -> web.Response:
        """Forgets citizens, messages, SMS, faults and the log; the bot's own settings stay."""
        self.world.chats.clear()
        self.world.updates.forget_pending()
        self.operator.clear()
        self.faults.clear()
        self.api.calls.clear()
        self.events.tell("reset")
        return web.json_response({"ok": True})
