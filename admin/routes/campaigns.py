"""Campaigns: written in both languages, seen as people see them, counted, approved by a second person, sent, followed."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import campaign_form, campaign_preview, labels
from admin import campaign_words as said
from admin.auth import member_of
from admin.campaign_preview import Counted
from admin.pages import Page, missing, now, tell
from core import campaign_words
from core import campaigns as rules
from core.campaigns import Action, Audience
from core.errors import Refusal
from core.i18n import Text, _, verbatim
from core.settings import Settings
from services import Database, campaign_results, campaigns
from services.campaigns import Draft, Plan


class Campaigns(Page):
    area, name, path, icon = "campaigns", _("Campaigns"), "/campaigns", "fa fa-bullhorn"

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__(database)
        self.settings = settings

    @route("", name="campaigns")
    async def index(self, request: Request) -> Response:
        plans = await campaigns.overview(self.database)
        return self.render(request, "campaigns.html", plans=plans, said=said)

    @route("/new", name="campaign-new")
    async def new(self, request: Request) -> Response:
        return self._form(request, Draft("", Audience(), False, campaign_words.empty()))

    @route("/new", methods=["POST"], name="campaign-add")
    async def add(self, request: Request) -> Response:
        form = await request.form()
        try:
            draft = campaign_form.read(form)
        except Refusal as refusal:
            return self._form(request, campaign_form.read(form, group=False), form, refusal.text, 422)
        number = await campaigns.create(self.database, draft, member_of(request), now())
        return self.go(f"/campaigns/{number}")

    @route("/{id:int}", name="campaign")
    async def show(self, request: Request) -> Response:
        plan, member = await self._plan(request), member_of(request)
        begun = plan.started_at is not None
        results = await campaign_results.of(self.database, plan.id) if begun else {}
        return self.render(
            request,
            "campaign.html",
            heading=verbatim(plan.title or "–"),
            plan=plan,
            said=said,
            labels=labels,
            group=said.group(plan.audience),
            counted=None if begun else await self._counted(plan),
            seen=campaign_preview.seen(plan, cyrillic=self.settings.sms_cyrillic),
            problems=campaign_words.problems(plan.texts, plan.split) if plan.state == "draft" else [],
            warnings=campaign_words.warnings(plan.texts, plan.split),
            actions=_actions(plan, may_approve=member.may("approval")),
            own=member.id in plan.writers,
            results=results,
            spent=campaign_preview.costs(self.settings, sum(one.segments for one in results.values())),
            compared=campaign_preview.compared(results) if plan.split else None,
        )

    @route("/{id:int}/edit", name="campaign-edit")
    async def edit(self, request: Request) -> Response:
        plan = await self._plan(request)
        if plan.state != "draft":
            return self.go(f"/campaigns/{plan.id}")
        return self._form(request, Draft(plan.title, plan.audience, plan.split, plan.texts), plan=plan)

    @route("/{id:int}/edit", methods=["POST"], name="campaign-save")
    async def save(self, request: Request) -> Response:
        """Whatever is wrong, the answer is the same form with everything that was typed."""
        plan, form = await self._plan(request), await request.form()
        try:
            await campaigns.save(
                self.database,
                plan.id,
                campaign_form.read(form),
                campaign_form.version(form),
                member_of(request),
                now(),
            )
        except Refusal as refusal:
            return self._form(request, campaign_form.read(form, group=False), form, refusal.text, 422, plan)
        tell(request, _("Saved."))
        return self.go(f"/campaigns/{plan.id}")

    @route("/{id:int}/approve", name="campaign-approval")
    async def approval(self, request: Request) -> Response:
        return await self._confirm(request, "approve")

    @route("/{id:int}/approve", methods=["POST"], name="campaign-approve")
    async def approve(self, request: Request) -> Response:
        return await self._act(request, "approve")

    @route("/{id:int}/do/{action}", name="campaign-confirm")
    async def confirm(self, request: Request) -> Response:
        return await self._confirm(request, _action(request))

    @route("/{id:int}/do/{action}", methods=["POST"], name="campaign-act")
    async def act(self, request: Request) -> Response:
        return await self._act(request, _action(request))

    async def _confirm(self, request: Request, action: Action) -> Response:
        plan = await self._plan(request)
        if plan.state not in rules.FROM[action] or action not in said.HAPPENS:
            return self.go(f"/campaigns/{plan.id}")
        return self.render(
            request,
            "confirm.html",
            heading=said.BUTTONS[action],
            what=await self._what(plan) if action != "stop" else verbatim(plan.title),
            happens=said.HAPPENS[action],
            button=said.BUTTONS[action],
            dangerous=action == "stop",
            hidden={"version": plan.version},
            back=f"/admin/campaigns/{plan.id}",
        )

    async def _act(self, request: Request, action: Action) -> Response:
        plan, form = await self._plan(request), await request.form()
        try:
            await campaigns.act(
                self.database, plan.id, action, campaign_form.version(form), member_of(request), now()
            )
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
        else:
            tell(request, said.DONE[action])
        return self.go(f"/campaigns/{plan.id}")

    async def _plan(self, request: Request) -> Plan:
        try:
            return await campaigns.show(self.database, min(request.path_params["id"], 2**62))
        except campaigns.NoSuchCampaign:
            raise missing() from None

    async def _counted(self, plan: Plan) -> Counted:
        return await campaign_preview.counted(self.database, self.settings, plan, now())

    async def _what(self, plan: Plan) -> Text:
        counted = await self._counted(plan)
        return _(
            "{title}: {people} people, {parts} SMS segments",
            title=plan.title,
            people=counted.count.people,
            parts=counted.parts,
        )

    def _form(
        self,
        request: Request,
        draft: Draft,
        form: FormData | None = None,
        problem: Text | None = None,
        status: int = 200,
        plan: Plan | None = None,
    ) -> Response:
        shown = campaign_form.shown(draft, form, plan)
        return self.render(request, "campaign_form.html", status, problem=problem, said=said, **shown)


def _action(request: Request) -> Action:
    asked = request.path_params["action"]
    found = next((action for action in said.BUTTONS if action == asked and action != "approve"), None)
    if found is None:
        raise missing()
    return found


def _actions(plan: Plan, *, may_approve: bool) -> list[Action]:
    found = [action for action in said.BUTTONS if plan.state in rules.FROM[action]]
    return [action for action in found if action != "approve" or may_approve]
