"""The admin put together: FastAPI around starlette-admin, its pages and tables, and who may open them."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.contrib.sqla import Admin
from starlette_admin.i18n import I18nConfig, TimezoneConfig
from starlette_admin.theme import DefaultTheme, TablerSettings

from admin import errors, status, tables, words
from admin import routes as pages
from admin.auth import HOME, StaffAuth
from admin.security import BehindHttps, NonceLoader, SameOrigin, SecurityHeaders
from core.errors import SettingsError
from core.settings import Settings
from monitoring.watch import Watch
from services import Database, staff

HERE = Path(__file__).resolve().parent
NOT_FOUND = HTTPException(404)


class StaffAdmin(Admin):
    """starlette-admin with our error page and the nonce in every script."""

    def _setup_templates(self) -> None:
        super()._setup_templates()
        env = self.templates.env
        assert env.loader is not None
        env.loader = NonceLoader(env.loader)
        words.into(env)

    async def _render_error(self, request: Request, exc: Exception = NOT_FOUND) -> Response:
        assert isinstance(exc, HTTPException)
        return errors.page(self.templates, request, exc.status_code)


def create_app(settings: Settings, database: Database) -> FastAPI:
    """Raises SettingsError when the key that signs its cookies is missing or short."""
    secret_key = settings.session_key.get_secret_value() if settings.session_key else ""
    if len(secret_key) < 32:
        raise SettingsError("SESSION_KEY is needed, 32 characters or more: make one with `salomat keys`")
    https = settings.public_url.startswith("https://")
    watch = Watch(database, "admin")
    app = FastAPI(
        title="Salomat admin", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_watched_by(watch)
    )
    app.include_router(status.router(settings, database))

    @app.get("/")
    async def root() -> Response:
        return RedirectResponse(HOME, 303)

    _include_webhooks(app, settings, database)
    admin_site(settings, database, secret_key, https).mount_to(app)
    app.add_middleware(SecurityHeaders, https=https)
    if https:
        app.add_middleware(BehindHttps)
    return app


def admin_site(settings: Settings, database: Database, secret_key: str, https: bool) -> StaffAdmin:
    words.install()
    logging.getLogger("starlette_admin").setLevel(logging.ERROR)  # its other lines name what was searched for
    site = StaffAdmin(
        async_sessionmaker(database.engine, expire_on_commit=False),
        title="Salomat",
        base_url="/admin",
        templates_dir=str(HERE / "templates"),
        static_dir=str(HERE / "static"),
        theme=DefaultTheme(TablerSettings(base="gray", primary="teal")),
        auth_provider=StaffAuth(database, https),
        secret_key=secret_key,
        index_view=pages.home.Home(database),
        middlewares=_first(settings.public_url, https),
        i18n_config=I18nConfig("uz", words.LANGUAGE_COOKIE, None),
        timezone_config=TimezoneConfig(
            "Asia/Tashkent", timezone_cookie_name=None, use_user_locale_timezone=False
        ),
    )
    site.middlewares.insert(3, Middleware(errors.ErrorPages, templates=site.templates))
    for view in (
        pages.questions.Questions(database),
        tables.appointments.Appointments(),
        pages.appointments.Appointments(database),
        tables.people.People(),
        pages.people.People(database, secret_key),
        pages.doses.Doses(database, secret_key),
        pages.results.Results(database, secret_key),
        pages.not_given.NotGiven(database, secret_key),
        pages.endings.Endings(database, secret_key),
        tables.reminders.Reminders(),
        pages.trial.Trial(database),
        pages.holds.Holds(database, settings),
        pages.reminders_ahead.Ahead(database, settings),
        pages.reminders.Reminders(database, settings),
        pages.alarms.Alarms(database),
        pages.calendar.Calendar(database),
        pages.articles.Articles(database),
        pages.campaigns.Campaigns(database, settings),
        pages.experiments.Experiments(database),
        pages.effect.Effect(database),
        pages.sms_templates.SmsTemplates(database, settings),
        tables.staff.Staff(),
        pages.staff.Staff(database),
        tables.audit.Audit(),
    ):
        site.add_view(view)
    return site


def _watched_by(watch: Watch) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await staff.prepare()
        watching = asyncio.create_task(watch.run())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    return lifespan


def _include_webhooks(app: FastAPI, settings: Settings, database: Database) -> None:
    if importlib.util.find_spec("admin.webhooks"):
        webhooks: Any = importlib.import_module("admin.webhooks")
        app.include_router(webhooks.router(settings, database))


def _first(public_url: str, https: bool) -> list[Middleware]:
    """What looks at a request before anything else does: in real deployment also the host it was sent to."""
    found = [Middleware(SameOrigin, public_url=public_url)]
    if https:
        hosts = [urlsplit(public_url).hostname or "", "localhost", "127.0.0.1"]
        found.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=hosts))
    return found
