"""Who is looking: the sign-in page, the session cookie, and the guard in front of every route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp
from starlette_admin.auth import AdminUser, BaseAuthProvider
from starlette_admin.security.csrf import CSRFMiddleware

from admin import errors, permissions, words
from core.errors import Refusal
from core.i18n import Text, _
from core.staff import Member
from services import Database, staff

SESSION_COOKIE = "salomat_session"
HOME = "/admin/"
NOT_CARRIED = frozenset({CSRFMiddleware.field_name, "login", "password", "next"})
MOST_CARRIED_CHARS = 200_000


@dataclass
class SignedIn(AdminUser):
    """The member of staff behind a request."""

    member: Member | None = None


def member_of(request: Request) -> Member:
    """Whoever is signed in; the guard lets nobody else come this far."""
    user: SignedIn = request.state.admin_user
    assert user.member is not None
    return user.member


class StaffAuth(BaseAuthProvider):
    """Sessions kept in the database; the cookie is a random token that means nothing elsewhere."""

    def __init__(self, database: Database, https: bool) -> None:
        super().__init__()
        self.database, self.https = database, https
        self.templates: Jinja2Templates | None = None

    async def authenticate(self, request: Request) -> SignedIn | None:
        token = request.cookies.get(SESSION_COOKIE)
        member = await staff.session_of(self.database, token, datetime.now(UTC)) if token else None
        return SignedIn(username=member.name, member=member) if member else None

    def get_middleware(self) -> Middleware:
        return Middleware(Guard, provider=self)

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        self.templates = templates
        return [
            Route("/login", self.login_page, methods=["GET"], name="login"),
            Route("/login", self.sign_in, methods=["POST"], name="sign-in"),
            Route("/logout", self.sign_out, methods=["POST"], name="logout"),
            Route("/language", self.choose_language, methods=["POST"], name="language"),
        ]

    async def login_page(self, request: Request) -> Response:
        if not request.state.is_anonymous:
            return RedirectResponse(_own(request.query_params.get("next")), 303)
        return self.ask(request, next_=request.query_params.get("next"))

    async def sign_in(self, request: Request) -> Response:
        """A right password always begins a new session: a token from before it is worth nothing after it."""
        form = await request.form()
        next_ = _own(str(form.get("next", "")))
        try:
            token, member = await staff.sign_in(
                self.database, str(form.get("login", "")), str(form.get("password", "")), datetime.now(UTC)
            )
        except Refusal as refusal:
            return self.ask(request, next_, refusal.text, _carried(form), 400)
        if old := request.cookies.get(SESSION_COOKIE):
            await staff.sign_out(self.database, old, datetime.now(UTC))
        words.speak(member.language)
        carried = _carried(form)
        answer: Response = RedirectResponse(next_, 303)
        if carried:
            answer = self._page(request, "go_on.html", {"target": next_, "carried": carried})
        self._set(answer, token, member.language)
        return answer

    async def sign_out(self, request: Request) -> Response:
        if token := request.cookies.get(SESSION_COOKIE):
            await staff.sign_out(self.database, token, datetime.now(UTC))
        answer = RedirectResponse(request.url_for("admin:login").path, 303)
        answer.delete_cookie(SESSION_COOKIE, path="/admin", httponly=True, secure=self.https, samesite="lax")
        return answer

    async def choose_language(self, request: Request) -> Response:
        form = await request.form()
        chosen: Literal["uz", "ru"] = "ru" if form.get("language") == "ru" else "uz"
        if not request.state.is_anonymous:
            await staff.choose_language(self.database, member_of(request).id, chosen)
        answer = RedirectResponse(_own(str(form.get("next", ""))), 303)
        _remember_language(answer, chosen, self.https)
        return answer

    def ask(
        self,
        request: Request,
        next_: str | None = None,
        problem: Text | None = None,
        carried: Sequence[tuple[str, str]] = (),
        status: int = 200,
    ) -> Response:
        """The sign-in page; `carried` is what somebody had typed when their session was over: it comes along."""
        context = {"next": _own(next_), "problem": problem, "carried": carried}
        return self._page(request, "login.html", context, status)

    def _page(
        self, request: Request, name: str, context: Mapping[str, object], status: int = 200
    ) -> Response:
        assert self.templates is not None
        return self.templates.TemplateResponse(
            request=request, name=name, context=dict(context), status_code=status
        )

    def _set(self, answer: Response, token: str, language: str) -> None:
        answer.set_cookie(
            SESSION_COOKIE, token, path="/admin", httponly=True, secure=self.https, samesite="lax"
        )
        _remember_language(answer, language, self.https)


class Guard(BaseHTTPMiddleware):
    """Nobody passes who is not signed in or whose role is not written down for this very route."""

    def __init__(self, app: ASGIApp, provider: StaffAuth) -> None:
        super().__init__(app)
        self.provider = provider

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        route, params = _match(request)
        name = getattr(route, "name", None)
        request.state.is_anonymous = True
        if name == "static":
            return await call_next(request)
        user = await self.provider.authenticate(request)
        if user is not None and user.member is not None:
            request.state.admin_user = user
            request.state.is_anonymous = False
            words.speak(user.member.language)
        if name in permissions.OPEN_ROUTES:
            return await call_next(request)
        if user is None or user.member is None:
            return await self._ask_to_sign_in(request)
        if name is not None and not permissions.allowed(user.member, name, params):
            assert self.provider.templates is not None
            return errors.page(self.provider.templates, request, 403)
        return await call_next(request)

    async def _ask_to_sign_in(self, request: Request) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return Response(status_code=401)
        if request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(
                str(request.url_for("admin:login").include_query_params(next=request.url.path + query)), 303
            )
        form = await request.form()
        gone = _("Your sign-in has ended. Sign in again: what you wrote is kept.")
        return self.provider.ask(request, request.url.path, gone, _carried(form), 401)


def _match(request: Request) -> tuple[BaseRoute | None, dict[str, str]]:
    app: Starlette = request.scope["app"]
    for route in app.routes:
        match, scope = route.matches(request.scope)
        if match == Match.FULL:
            return route, scope.get("path_params", {})
    return None, {}


def _carried(form: FormData) -> list[tuple[str, str]]:
    """What was typed into a form, to be typed no second time."""
    found = [
        (name, value)
        for name, value in form.multi_items()
        if name not in NOT_CARRIED and isinstance(value, str)
    ]
    return found if sum(len(value) for _name, value in found) <= MOST_CARRIED_CHARS else []


def _own(address: str | None) -> str:
    """A path of the admin, never another site; home for anything else."""
    address = address or HOME
    parts = urlsplit(address)
    safe = (
        address.startswith("/admin/")
        and not parts.scheme
        and not parts.netloc
        and "\\" not in address
        and "//" not in parts.path
        and address.isprintable()
    )
    return address if safe else HOME


def _remember_language(answer: Response, language: str, https: bool) -> None:
    answer.set_cookie(
        words.LANGUAGE_COOKIE, language, path="/admin", max_age=31536000, secure=https, samesite="lax"
    )
