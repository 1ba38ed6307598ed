"""Campaigns: written in both languages, seen as people see them, counted, approved by a second person, sent, followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

import channels
from admin import campaign_words as said
from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core import campaign_words, effect, segments
from core import campaigns as rules
from core.campaigns import Action, Audience, Texts, Variant, Wording
from core.editing import WRITTEN, Written
from core.errors import Refusal
from core.i18n import Language, Text, _, verbatim
from core.people import district_name, region_name, regions
from core.settings import Settings
from services import Database, campaign_people, campaign_results, campaigns
from services.campaigns import Draft, Plan

MOST_TITLE = 80
SHOWN: tuple[Language, ...] = ("uz", "uz_Cyrl", "ru")


@dataclass(frozen=True, slots=True)
class Seen:
    """One text as one reader sees it; `parts` are the segments of its SMS."""

    variant: Variant
    language: Language
    html: Markup
    sms: str
    parts: int


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
            draft = _draft(form)
        except Refusal as refusal:
            return self._form(request, _draft(form, group=False), form, refusal.text, 422)
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
            seen=self._seen(plan),
            problems=campaign_words.problems(plan.texts, plan.split) if plan.state == "draft" else [],
            warnings=campaign_words.warnings(plan.texts, plan.split),
            actions=_actions(plan, may_approve=member.may("approval")),
            own=member.id in plan.writers,
            results=results,
            spent=self._costs(sum(one.segments for one in results.values())),
            compared=_compared(results) if plan.split else None,
        )

    @route("/{id:int}/edit", name="campaign-edit")
    async def edit(self, request: Request) -> Response:
        plan = await self._plan(request)
        if plan.state != "draft":
            return self.go(f"/campaigns/{plan.id}")
        return self._form(request, _as_draft(plan), plan=plan)

    @route("/{id:int}/edit", methods=["POST"], name="campaign-save")
    async def save(self, request: Request) -> Response:
        """Whatever is wrong, the answer is the same form with everything that was typed."""
        plan, form = await self._plan(request), await request.form()
        try:
            await campaigns.save(
                self.database, plan.id, _draft(form), _version(form), member_of(request), now()
            )
        except Refusal as refusal:
            return self._form(request, _draft(form, group=False), form, refusal.text, 422, plan)
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
            await campaigns.act(self.database, plan.id, action, _version(form), member_of(request), now())
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

    async def _what(self, plan: Plan) -> Text:
        counted = await self._counted(plan)
        return _(
            "{title}: {people} people, {parts} SMS segments",
            title=plan.title,
            people=counted["count"].people,
            parts=counted["parts"],
        )

    async def _counted(self, plan: Plan) -> dict[str, Any]:
        """How many people, how many segments at most, and what they cost by each provider."""
        count = await campaign_people.count(self.database, plan.audience, now(), with_sms=plan.with_sms)
        parts = sum(
            people * rules.segments_of(plan.texts, plan.split, language, cyrillic=self.settings.sms_cyrillic)
            for language, people in (count.sms or {}).items()
        )
        return {"count": count, "parts": parts, "costs": self._costs(parts)}

    def _costs(self, parts: int) -> list[tuple[str, str | None]]:
        """By provider, 12 345,50; None where its price is not set: none is ever guessed."""
        found = []
        for name in channels.sms_weights(self.settings):
            price = self.settings.segment_price(name)
            found.append((name, None if price is None else _shown(price * parts)))
        return found

    def _seen(self, plan: Plan) -> list[Seen]:
        found = []
        for of in rules.VARIANTS[: 1 + plan.split]:
            text, sms = rules.said(plan.texts, of)
            for language in SHOWN:
                cyrillic = self.settings.sms_cyrillic
                short = "" if sms is None else sms.render("ru" if language == "ru" else "uz")
                if short:
                    short = rules.sms_text(short, language, cyrillic=cyrillic)
                html = Markup(campaign_words.telegram_html(text, language))  # noqa: S704 – core.markdown escapes it
                found.append(Seen(of, language, html, short, segments.count(short) if short else 0))
        return found

    def _form(
        self,
        request: Request,
        draft: Draft,
        form: FormData | None = None,
        problem: Text | None = None,
        status: int = 200,
        plan: Plan | None = None,
    ) -> Response:
        audience = draft.audience
        place = "/".join(part for part in (audience.region, audience.district) if part)
        typed: dict[str, Any] = {
            **audience.storable(),
            "place": place,
            "condition": "pregnant" if audience.pregnant else audience.condition,
        }
        for name in form or ():
            if "." not in name:
                typed[name] = str(form[name]) if form else ""
        return self.render(
            request,
            "campaign_form.html",
            status,
            heading=verbatim(plan.title) if plan and plan.title else _("New campaign"),
            draft=draft,
            typed=typed,
            problem=problem,
            version=_version(form) if form else plan.version if plan else 0,
            action=f"/admin/campaigns/{plan.id}/edit" if plan else "/admin/campaigns/new",
            back=f"/admin/campaigns/{plan.id}" if plan else "/admin/campaigns",
            said=said,
            regions=regions(),
            region_name=region_name,
            district_name=district_name,
            items=said.items(),
            most_title=MOST_TITLE,
            most_segments=campaign_words.MOST_SEGMENTS,
            problems=_by_field(campaign_words.problems(draft.texts, draft.split)) if plan or form else {},
            warnings=_by_field(campaign_words.warnings(draft.texts, draft.split)),
        )


def _shown(cost: float) -> str:
    whole = f"{cost:,.2f}".removesuffix(".00")
    return whole.replace(",", " ").replace(".", ",")


def _draft(form: FormData, *, group: bool = True) -> Draft:
    """What was typed; with `group` False the group is left out, for it may be what is wrong. Raises Refusal."""
    typed = {name: str(value) for name, value in form.items() if isinstance(value, str)}
    typed["region"], _slash, typed["district"] = typed.get("place", "").partition("/")
    texts = {
        (of, language): Wording(typed.get(f"{of}.{language}.text", ""), typed.get(f"{of}.{language}.sms", ""))
        for of in rules.VARIANTS
        for language in WRITTEN
    }
    title = " ".join(typed.get("title", "").replace("\0", "").split())[:MOST_TITLE]
    audience = rules.audience(typed, said.items()) if group else Audience()
    if group and not title:
        raise Refusal(_("Give it a title, for yourselves; people do not see it."))
    return Draft(title, audience, typed.get("split") == "yes", _tidy(texts))


def _tidy(texts: Mapping[tuple[Variant, Written], Wording]) -> Texts:
    return {(of, language): wording.tidy(language) for (of, language), wording in texts.items()}


def _as_draft(plan: Plan) -> Draft:
    return Draft(plan.title, plan.audience, plan.split, plan.texts)


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


def _by_field(found: Iterable[campaign_words.Problem]) -> dict[str, list[Text]]:
    by_field: dict[str, list[Text]] = {}
    for one in found:
        by_field.setdefault(one.field, []).append(one.text)
    return by_field


def _compared(results: Mapping[Variant, campaign_results.Result]) -> Text:
    """The two texts by how many answered."""
    nothing = campaign_results.Result("a")
    a, b = results.get("a", nothing), results.get("b", nothing)
    return effect.in_words(effect.difference(a.answered, a.sent, b.answered, b.sent))
