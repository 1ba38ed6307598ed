"""One appointment: whether the person came, or that it is cancelled, said in two steps."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core.errors import Refusal
from core.i18n import Text, _
from core.staff import Outcome
from services import reach, visits

BUTTONS: Mapping[Outcome, Text] = {
    "fulfilled": _("The person came"),
    "noshow": _("The person did not come"),
    "cancelled": _("Cancel the visit"),
}
WHAT_HAPPENS: Mapping[Outcome, Text] = {
    "fulfilled": _("Nothing more is sent about this visit."),
    "noshow": _("In three days Salomat kindly offers another time."),
    "cancelled": _("The time becomes free for others. Salomat tells the person and offers another time."),
}
DONE: Mapping[Outcome, Text] = {
    "fulfilled": _("Marked: the person came."),
    "noshow": _("Marked: the person did not come."),
    "cancelled": _("The visit is cancelled."),
}


class Appointments(Page):
    area, name, path, add_to_menu = "appointments", _("Appointments"), "/appointments", False

    @route("", name="appointments")
    async def index(self, request: Request) -> Response:
        return self.go("/appointments/list")

    @route("/{id:int}", name="appointment")
    async def show(self, request: Request) -> Response:
        visit = await self._visit(request)
        return self.render(
            request,
            "appointment.html",
            heading=_("Visit of {name}", name=visit.person_name),
            visit=visit,
            buttons=BUTTONS,
            labels=labels,
            service=visits.show_service,
        )

    @route("/move/{id:int}", name="appointment-move")
    async def times(self, request: Request) -> Response:
        visit = await self._visit(request)
        if "cancelled" not in visit.outcomes:
            return self.go(f"/appointments/{visit.id}")
        times = await visits.free_times(self.database, visit.id, member_of(request), now())
        return self.render(
            request, "appointment_move.html", heading=_("Move the visit"), visit=visit, times=times
        )

    @route("/move/{id:int}", methods=["POST"], name="appointment-move-to")
    async def move(self, request: Request) -> Response:
        visit, slot = await self._visit(request), str((await request.form()).get("slot", ""))
        try:
            slot_id = int(slot) if slot.isdigit() and len(slot) < 18 else 0
            moved, told = await visits.move(self.database, visit.id, slot_id, member_of(request), now())
        except reach.NotFound:
            tell(request, _("Choose one of the times."), "warning")
            return self.go(f"/appointments/move/{visit.id}")
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
            return self.go(f"/appointments/move/{visit.id}")
        tell(request, _("The visit is moved."))
        _call_if_not(told, request)
        return self.go(f"/appointments/{moved}")

    @route("/{id:int}/{outcome}", name="appointment-confirm")
    async def confirm(self, request: Request) -> Response:
        visit, outcome = await self._visit(request), _outcome(request)
        if outcome not in visit.outcomes:
            return self.go(f"/appointments/{visit.id}")
        return self.render(
            request,
            "confirm.html",
            heading=BUTTONS[outcome],
            what=Text("{name}, {when}", values={"name": visit.person_name, "when": visit.starts_at}),
            happens=WHAT_HAPPENS[outcome],
            button=BUTTONS[outcome],
            dangerous=outcome == "cancelled",
            back=f"/admin/appointments/{visit.id}",
        )

    @route("/{id:int}/{outcome}", methods=["POST"], name="appointment-settle")
    async def settle(self, request: Request) -> Response:
        visit, outcome = await self._visit(request), _outcome(request)
        try:
            told = await visits.settle(self.database, visit.id, outcome, member_of(request), now())
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
            return self.go(f"/appointments/{visit.id}")
        tell(request, DONE[outcome])
        _call_if_not(told, request)
        return self.go("/appointments/list")

    async def _visit(self, request: Request) -> visits.Visit:
        number = request.path_params["id"]
        try:
            return await visits.visit(self.database, min(number, 2**62), member_of(request), now())
        except reach.NotFound:
            raise missing() from None


def _call_if_not(told: bool, request: Request) -> None:
    if not told:
        tell(request, _("No message can reach this person in time. Please call."), "warning")


def _outcome(request: Request) -> Outcome:
    asked = request.path_params["outcome"]
    found = next((outcome for outcome in BUTTONS if outcome == asked), None)
    if found is None:
        raise missing()
    return found
