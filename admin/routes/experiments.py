"""Experiments: a second text for reminders, written in both languages, approved by a second person, started and ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import experiment_words as said
from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core import experiments as rules
from core.booking import day_of
from core.editing import WRITTEN
from core.effect import LONGEST
from core.errors import Refusal
from core.experiments import Action, Kind, Problem
from core.i18n import Text, Words, _, verbatim
from services import experiments
from services.experiments import Draft, Plan

FIRST = ("title", "kind")
"""Without these nothing is kept; faulty texts are, for they can be put right later."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """The fields of the form as they were typed, right or wrong; `version` is that of the draft it was opened from."""

    title: str
    kind: Kind | None
    words: Words
    version: int = 0

    @classmethod
    def of(cls, form: FormData) -> _Typed:
        typed = {name: str(value) for name, value in form.items() if isinstance(value, str)}
        title = " ".join(typed.get("title", "").replace("\0", "").split())[: rules.MOST_TITLE]
        kind = next((kind for kind in rules.KINDS if kind == typed.get("kind")), None)
        uz, ru = (rules.tidy(typed.get(language, ""), language) for language in WRITTEN)
        return cls(title, kind, Words(uz, ru), _version(form))

    def draft(self) -> Draft:
        """Raises Refusal where it cannot even be kept: without a title, or of no kind."""
        for problem in rules.problems(self.kind, self.title, self.words):
            if problem.field in FIRST:
                raise Refusal(problem.text)
        assert self.kind is not None
        return Draft(self.title, self.kind, self.words)


class Experiments(Page):
    area, name, path, icon = "campaigns", _("Two texts"), "/experiments", "fa fa-scale-balanced"

    @route("", name="experiments")
    async def index(self, request: Request) -> Response:
        plans = await experiments.overview(self.database)
        return self.render(
            request, "experiments.html", heading=_("Two texts of a reminder"), plans=plans, said=said
        )

    @route("/new", name="experiment-new")
    async def new(self, request: Request) -> Response:
        return self._form(request, _Typed("", None, Words("", "")))

    @route("/new", methods=["POST"], name="experiment-add")
    async def add(self, request: Request) -> Response:
        typed = _Typed.of(await request.form())
        try:
            draft = typed.draft()
        except Refusal as refusal:
            return self._form(request, typed, refusal.text)
        number = await experiments.create(self.database, draft, member_of(request), now())
        return self.go(f"/experiments/{number}")

    @route("/{id:int}", name="experiment")
    async def show(self, request: Request) -> Response:
        plan, member = await self._plan(request), member_of(request)
        return self.render(
            request,
            "experiment.html",
            heading=verbatim(plan.title),
            plan=plan,
            said=said,
            labels=labels,
            seen=said.seen(plan.kind, plan.words),
            problems=rules.problems(plan.kind, plan.title, plan.words) if plan.state == "draft" else [],
            actions=_actions(plan, may_approve=member.may("approval")),
            own=member.id in plan.writers,
            effect=_effect(plan),
        )

    @route("/{id:int}/edit", name="experiment-edit")
    async def edit(self, request: Request) -> Response:
        plan = await self._plan(request)
        if plan.state != "draft":
            return self.go(f"/experiments/{plan.id}")
        return self._form(request, _Typed(plan.title, plan.kind, plan.words, plan.version), plan=plan)

    @route("/{id:int}/edit", methods=["POST"], name="experiment-save")
    async def save(self, request: Request) -> Response:
        """Whatever is wrong, the answer is the same form with everything that was typed."""
        plan, typed = await self._plan(request), _Typed.of(await request.form())
        try:
            await experiments.save(
                self.database, plan.id, typed.draft(), typed.version, member_of(request), now()
            )
        except Refusal as refusal:
            return self._form(request, typed, refusal.text, plan)
        tell(request, _("Saved."))
        return self.go(f"/experiments/{plan.id}")

    @route("/{id:int}/approve", name="experiment-approval")
    async def approval(self, request: Request) -> Response:
        return await self._confirm(request, "approve")

    @route("/{id:int}/approve", methods=["POST"], name="experiment-approve")
    async def approve(self, request: Request) -> Response:
        return await self._act(request, "approve")

    @route("/{id:int}/do/{action}", name="experiment-confirm")
    async def confirm(self, request: Request) -> Response:
        return await self._confirm(request, _action(request))

    @route("/{id:int}/do/{action}", methods=["POST"], name="experiment-act")
    async def act(self, request: Request) -> Response:
        return await self._act(request, _action(request))

    async def _confirm(self, request: Request, action: Action) -> Response:
        plan = await self._plan(request)
        if plan.state not in rules.FROM[action] or action not in said.HAPPENS:
            return self.go(f"/experiments/{plan.id}")
        both = {"kind": said.KINDS[plan.kind], "uz": plan.words.uz, "ru": plan.words.ru}
        what = Text("{kind}: {uz} / {ru}", values=both)
        return self.render(
            request,
            "confirm.html",
            heading=said.BUTTONS[action],
            what=what,
            happens=said.HAPPENS[action],
            button=said.BUTTONS[action],
            dangerous=action == "end",
            hidden={"version": plan.version},
            back=f"/admin/experiments/{plan.id}",
        )

    async def _act(self, request: Request, action: Action) -> Response:
        plan, form = await self._plan(request), await request.form()
        try:
            await experiments.act(self.database, plan.id, action, _version(form), member_of(request), now())
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
        else:
            tell(request, said.DONE[action])
        return self.go(f"/experiments/{plan.id}")

    async def _plan(self, request: Request) -> Plan:
        try:
            return await experiments.show(self.database, min(request.path_params["id"], 2**62))
        except experiments.NoSuchExperiment:
            raise missing() from None

    def _form(
        self, request: Request, typed: _Typed, problem: Text | None = None, plan: Plan | None = None
    ) -> Response:
        """With a `problem` it was sent and refused; a new one that was not sent yet is not found fault with."""
        marked = rules.problems(typed.kind, typed.title, typed.words) if plan or problem else []
        return self.render(
            request,
            "experiment_form.html",
            422 if problem else 200,
            heading=verbatim(plan.title) if plan else _("New comparison"),
            typed=typed,
            problem=problem,
            action=f"/admin/experiments/{plan.id}/edit" if plan else "/admin/experiments/new",
            back=f"/admin/experiments/{plan.id}" if plan else "/admin/experiments",
            said=said,
            rules=rules,
            problems=_by_field(marked),
        )


def _version(form: FormData) -> int:
    value = str(form.get("version", ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else -1


def _action(request: Request) -> Action:
    asked = request.path_params["action"]
    found = next((action for action in said.BUTTONS if action == asked and action != "approve"), None)
    if found is None:
        raise missing()
    return found


def _actions(plan: Plan, *, may_approve: bool) -> list[Action]:
    found = [action for action in said.BUTTONS if plan.state in rules.FROM[action]]
    return [action for action in found if action != "approve" or may_approve]


def _effect(plan: Plan) -> str | None:
    """The address of the page that says what came of it."""
    if plan.started_at is None:
        return None
    until = day_of(plan.ended_at or now())
    since = max(day_of(plan.started_at), until - LONGEST)
    return f"/admin/effect?since={since:%d.%m.%Y}&until={until:%d.%m.%Y}"


def _by_field(found: Iterable[Problem]) -> dict[str, list[Text]]:
    by_field: dict[str, list[Text]] = {}
    for one in found:
        by_field.setdefault(one.field, []).append(one.text)
    return by_field
