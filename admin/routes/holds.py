"""Holding back everything of a clinic, and releasing it, said in two steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin.auth import member_of
from admin.pages import missing, now, tell
from admin.routes.reminders import DONE_BEFORE, ReminderPage
from core.i18n import Text, _
from services import holds, reach

Act = Literal["hold", "release"]
BUTTONS: Mapping[Act, Text] = {"hold": _("Hold everything back"), "release": _("Release everything")}
WHAT_HAPPENS: Mapping[Act, Text] = {
    "hold": _(
        "No reminder about this clinic's people and visits goes out until somebody releases it, reminders of visits included."
    ),
    "release": _(
        "What waited goes out in the next minutes, by day, unless it is too late for it. What is held back alone still waits."
    ),
}
DONE: Mapping[Act, Text] = {
    "hold": _("Everything of this clinic is held back."),
    "release": _("Everything of this clinic is released."),
}


class Holds(ReminderPage):
    path = "/reminders/clinics"

    @route("", name="clinic-holds")
    async def index(self, request: Request) -> Response:
        return self.render(
            request,
            "clinic_holds.html",
            heading=_("Hold back a whole clinic"),
            buttons=BUTTONS,
            **await self.signs(request),
        )

    @route("/{id:int}/{act:str}", name="clinic-ask")
    async def ask(self, request: Request) -> Response:
        clinic, act = await self._clinic(request), _act(request)
        if (act == "release") != (clinic.held_at is not None):
            return self.go("/reminders/clinics")
        return self.render(
            request,
            "confirm.html",
            heading=BUTTONS[act],
            what=clinic.name,
            happens=WHAT_HAPPENS[act],
            button=BUTTONS[act],
            dangerous=act == "hold",
            back="/admin/reminders/clinics",
        )

    @route("/{id:int}/{act:str}", methods=["POST"], name="clinic-do")
    async def do(self, request: Request) -> Response:
        number, act = min(request.path_params["id"], 2**62), _act(request)
        change = holds.hold_clinic if act == "hold" else holds.release_clinic
        try:
            new = await change(self.database, number, member_of(request), now())
        except reach.NotFound:
            raise missing() from None
        tell(request, DONE[act] if new else DONE_BEFORE)
        return self.go("/reminders/clinics")

    async def _clinic(self, request: Request) -> holds.ClinicState:
        clinics = await holds.clinics(self.database, member_of(request))
        found = next((one for one in clinics if one.id == request.path_params["id"]), None)
        if found is None:
            raise missing()
        return found


def _act(request: Request) -> Act:
    asked = request.path_params["act"]
    if asked not in BUTTONS:
        raise missing()
    return cast(Act, asked)
