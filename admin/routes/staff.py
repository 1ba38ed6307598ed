"""Staff, for administrators: a new member, a new password, locking out and letting in."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import words
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core import staff as rules
from core.errors import Refusal
from core.i18n import Text, _, verbatim
from services import staff

WHAT_EACH_DOES: Mapping[rules.Role, Text] = {
    "editor": _("writes articles and campaigns"),
    "nurse": _("people, visits, reminders, questions"),
    "administrator": _("everything, and who may sign in"),
}


class Staff(Page):
    area, name, path, add_to_menu = "staff", _("Staff"), "/staff", False

    @route("", name="members")
    async def index(self, request: Request) -> Response:
        return self.go("/staff/list")

    @route("/new", name="member-new")
    async def new(self, request: Request) -> Response:
        return self._new(request, {})

    @route("/new", methods=["POST"], name="member-add")
    async def add(self, request: Request) -> Response:
        form = await request.form()
        typed = {name: str(form.get(name, "")).strip() for name in ("login", "name", "role", "language")}
        try:
            made = await staff.add(
                self.database,
                typed["login"],
                typed["name"],
                _role(form),
                str(form.get("password", "")),
                now(),
                language="ru" if typed["language"] == "ru" else "uz",
                by_id=member_of(request).id,
            )
        except Refusal as refusal:
            return self._new(request, typed, refusal.text, 422)
        tell(request, _("{name} can sign in now. Tell them the login and the password.", name=made.name))
        return self.go("/staff/list")

    @route("/{id:int}", name="member")
    async def show(self, request: Request) -> Response:
        return await self._member(request)

    @route("/{id:int}", methods=["POST"], name="member-change")
    async def change(self, request: Request) -> Response:
        form = await request.form()
        member, me = await self._found(request), member_of(request)
        try:
            if form.get("do") == "password":
                await staff.set_password(
                    self.database, member.login, str(form.get("password", "")), now(), by_id=me.id
                )
                tell(request, _("{name} has a new password. Tell it to them.", name=member.name))
            elif form.get("do") == "disable":
                await staff.disable(self.database, member.login, now(), by_id=me.id)
                tell(request, _("{name} can no longer sign in.", name=member.name))
            elif form.get("do") == "enable":
                await staff.enable(self.database, member.login, now(), by_id=me.id)
                tell(request, _("{name} can sign in again.", name=member.name))
        except Refusal as refusal:
            return await self._member(request, refusal.text, 422)
        return self.go("/staff/list")

    def _new(
        self, request: Request, typed: Mapping[str, str], problem: Text | None = None, status: int = 200
    ) -> Response:
        return self.render(
            request,
            "member_new.html",
            status,
            heading=_("New member of staff"),
            typed=typed,
            problem=problem,
            roles=rules.ROLES,
            does=WHAT_EACH_DOES,
            shortest=rules.PASSWORD_MIN_CHARS,
            languages=words.LANGUAGE_NAMES,
        )

    async def _member(self, request: Request, problem: Text | None = None, status: int = 200) -> Response:
        member = await self._found(request)
        return self.render(
            request,
            "member.html",
            status,
            heading=verbatim(member.name),
            member=member,
            role=rules.ROLES[member.role],
            problem=problem,
            shortest=rules.PASSWORD_MIN_CHARS,
        )

    async def _found(self, request: Request) -> rules.Member:
        member = await staff.member(self.database, min(request.path_params["id"], 2**62), now())
        if member is None:
            raise missing()
        return member


def _role(form: FormData) -> rules.Role:
    """Raises Refusal."""
    found = next((role for role in rules.ROLES if role == form.get("role")), None)
    if found is None:
        raise Refusal(_("Choose what this person does."))
    return found
