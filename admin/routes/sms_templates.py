"""Texts of SMS: what each operator has been asked to approve, and what it said."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from channels import SMS_PROVIDERS
from core.errors import Refusal
from core.i18n import Text, _
from core.settings import Settings
from core.sms_templates import APPROVALS
from services import Database, sms_templates
from services.sms_templates import Listed

MARKS: Mapping[str, str] = {"approved": "good", "refused": "bad", "submitted": "draft"}


class SmsTemplates(Page):
    area, name, path, icon = "articles", _("SMS texts"), "/sms-templates", "fa fa-comment-sms"

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__(database)
        self.settings = settings
        self.providers = [name for name in settings.sms_approved_only if name in SMS_PROVIDERS]

    @route("", name="sms-templates")
    async def index(self, request: Request) -> Response:
        texts = await self._texts()
        return self.render(
            request,
            "sms_templates.html",
            heading=self.name,
            texts=sorted(texts, key=lambda one: not one.waits),
            waiting=sum(one.waits for one in texts),
            providers=self.providers,
            words=labels,
            approvals=APPROVALS,
            marks=MARKS,
        )

    @route("/{fingerprint}", name="sms-template")
    async def show(self, request: Request) -> Response:
        return self._page(request, await self._found(request))

    @route("/{fingerprint}", methods=["POST"], name="sms-template-decide")
    async def decide(self, request: Request) -> Response:
        text, form = await self._found(request), await request.form()
        provider = str(form.get("provider", ""))
        if provider not in self.providers:
            raise missing()
        try:
            await sms_templates.decide(
                self.database,
                provider,
                text.sample,
                str(form.get("state", "")),
                member_of(request),
                now(),
            )
        except Refusal as refusal:
            return self._page(request, text, refusal.text, 422)
        tell(request, _("It is written down."))
        return self.go(f"/sms-templates/{text.sample.fingerprint}")

    def _page(
        self, request: Request, text: Listed, problem: Text | None = None, status: int = 200
    ) -> Response:
        return self.render(
            request,
            "sms_template.html",
            status,
            heading=_("Text of an SMS"),
            text=text,
            problem=problem,
            words=labels,
            approvals=APPROVALS,
            marks=MARKS,
        )

    async def _texts(self) -> list[Listed]:
        return await sms_templates.listed(
            self.database,
            self.providers,
            self.settings.telegram_bot_name,
            cyrillic=self.settings.sms_cyrillic,
        )

    async def _found(self, request: Request) -> Listed:
        wanted = request.path_params["fingerprint"]
        found = next((one for one in await self._texts() if one.sample.fingerprint == wanted), None)
        if found is None:
            raise missing()
        return found
