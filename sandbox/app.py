"""Wires the sandbox: one aiohttp application that is Telegram, the SMS operators, their controls and the page."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.bot_api import BotApi
from sandbox.bot_profile import Bot
from sandbox.chats import Chats
from sandbox.control import Control
from sandbox.control_sandbox import SandboxControl
from sandbox.control_sms import PhoneControl
from sandbox.errors import ControlError
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.methods import World
from sandbox.sms import Operator
from sandbox.sms_eskiz import Eskiz
from sandbox.sms_playmobile import PlayMobile
from sandbox.sms_twilio import Twilio
from sandbox.store import Store
from sandbox.updates import Updates

_PAGE = Path(__file__).parent / "page"
_ONLY_OWN = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'"
_MAX_BODY_BYTES = 64 * 1024 * 1024
log = logging.getLogger("sandbox")


@dataclass(frozen=True, slots=True)
class Settings:
    """`token` None takes any token of the right shape; `state_dir` None keeps everything in memory."""

    token: str | None = None
    bot_name: str = "Salomat"
    bot_username: str = "salomat_bot"
    state_dir: Path | None = None
    strict_limits: bool = False
    seed: int | None = None
    sms_step_s: float = 0.5
    inbound_url: str | None = None
    twilio_account: str | None = None
    twilio_token: str | None = None
    eskiz_email: str | None = None
    eskiz_password: str | None = None
    eskiz_moderation: bool = False
    clock: Callable[[], float] = time.time


@web.middleware
async def _plain_refusals(
    request: web.Request, handler: Callable[[web.Request], object]
) -> web.StreamResponse:
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    if origin and origin != request.host and request.path.startswith("/api/"):
        return web.json_response({"error": "another site may not play citizens here"}, status=403)
    try:
        response = await handler(request)  # type: ignore[misc]
    except ControlError as error:
        return web.json_response({"error": error.reason}, status=error.status)
    assert isinstance(response, web.StreamResponse)
    return response


async def _page(request: web.Request) -> web.FileResponse:
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _ONLY_OWN, "X-Frame-Options": "DENY"}
    return web.FileResponse(_PAGE / "index.html", headers=headers)


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def create_app(settings: Settings | None = None) -> web.Application:
    settings = settings or Settings()
    events = Events()
    store = Store(settings.state_dir)
    faults = Faults(settings.seed)
    bot = Bot(store, settings.token, settings.bot_name, settings.bot_username)
    chats = Chats(store, events, settings.clock)
    world = World(bot, chats, Files(store), Updates(store))
    api = BotApi(world, faults, events, settings.strict_limits)

    app = web.Application(client_max_size=_MAX_BODY_BYTES, middlewares=[_plain_refusals])
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", api.handle)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", api.download)
    app.router.add_get("/health", _health)
    app.router.add_get("/", _page)
    app.router.add_static("/page", _PAGE)
    operator = Operator(store, events, faults, settings.sms_step_s, settings.clock)
    twilio = Twilio(operator, settings.twilio_account, settings.twilio_token, settings.inbound_url)
    twilio.add_routes(app)
    Eskiz(operator, settings.eskiz_moderation, settings.eskiz_email, settings.eskiz_password).add_routes(app)
    PlayMobile(operator).add_routes(app)
    PhoneControl(operator, twilio, chats).add_routes(app)
    Control(world).add_routes(app)
    SandboxControl(world, api, faults, events, operator).add_routes(app)

    async def always_fresh(request: web.Request, response: web.StreamResponse) -> None:
        if request.path.startswith("/page/"):
            response.headers["Cache-Control"] = "no-cache"

    async def start(_: web.Application) -> None:
        world.updates.start()
        operator.resume()

    async def shut_down(_: web.Application) -> None:
        events.close()
        await world.updates.close()
        await operator.close()

    async def clean_up(_: web.Application) -> None:
        store.close()

    app.on_response_prepare.append(always_fresh)
    app.on_startup.append(start)
    app.on_shutdown.append(shut_down)
    app.on_cleanup.append(clean_up)
    return app
