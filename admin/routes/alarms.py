"""Alarms: what is wrong with the whole now, who looks after it, and what was wrong lately."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin.auth import member_of
from admin.pages import Page, now, tell
from core import alarms as rules
from core.i18n import _
from services import alarms


class Alarms(Page):
    area, name, path, icon = "reminders", _("Alarms"), "/alarms", "fa fa-triangle-exclamation"

    @route("", name="alarms")
    async def index(self, request: Request) -> Response:
        return self.render(
            request,
            "alarms.html",
            heading=_("Alarms"),
            alarms=await alarms.recent(self.database),
            sentence=rules.sentence,
        )

    @route("/{id:int}", methods=["POST"], name="alarm-acknowledge")
    async def acknowledge(self, request: Request) -> Response:
        alarm_id = min(request.path_params["id"], 2**62)
        await alarms.acknowledge(self.database, alarm_id, member_of(request), now())
        tell(request, _("Thank you. It stays here until it is over."))
        return self.go("/alarms")
