"""The trial: switched on and off by an administrator, with the list of those who try."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from admin.routes.reminders import DONE_BEFORE
from core.errors import Refusal
from core.i18n import Text, _
from services import desk, trial

BUTTONS: Mapping[str, Text] = {"on": _("Start the trial"), "off": _("End the trial")}
WHAT_HAPPENS: Mapping[str, Text] = {
    "on": _(
        "From now on only people on the list get reminders. Everybody else's wait, and some become too old to be sent. "
        "Reminders of booked visits go out to everybody as ever."
    ),
    "off": _(
        "Everybody gets reminders again. What waited goes out in the next minutes, by day, unless it is too late for it."
    ),
}
DONE: Mapping[str, Text] = {
    "on": _("The trial is on: only people on the list get reminders."),
    "off": _("The trial is over: everybody gets reminders again."),
}


class Trial(Page):
    area, name, path, add_to_menu = "trial", _("Trial"), "/reminders/trial", False

    @route("", name="trial")
    async def index(self, request: Request) -> Response:
        state = await trial.state(self.database, member_of(request), now())
        return self.render(
            request, "trial.html", heading=_("Trial with a few people"), state=state, labels=labels
        )

    @route("/switch/{to}", name="trial-ask")
    async def ask(self, request: Request) -> Response:
        to = _to(request)
        return self.render(
            request,
            "confirm.html",
            heading=BUTTONS[to],
            what=BUTTONS[to],
            happens=WHAT_HAPPENS[to],
            button=BUTTONS[to],
            dangerous=to == "on",
            back="/admin/reminders/trial",
        )

    @route("/switch/{to}", methods=["POST"], name="trial-switch")
    async def switch(self, request: Request) -> Response:
        to = _to(request)
        new = await trial.switch(self.database, to == "on", member_of(request), now())
        tell(request, DONE[to] if new else DONE_BEFORE)
        return self.go("/reminders/trial")

    @route("/people", methods=["POST"], name="trial-add")
    async def add(self, request: Request) -> Response:
        """Found by the whole number, which travels in the body and stands in no address. A number of several: all of them."""
        number, member = str((await request.form()).get("number", "")), member_of(request)
        try:
            found = await desk.find(self.database, number, member, now())
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
            return self.go("/reminders/trial")
        for one in found:
            new = await trial.add(self.database, one.id, member, now())
            tell(request, _("{name} is on the list.", name=one.name) if new else DONE_BEFORE)
        return self.go("/reminders/trial")

    @route("/people/{id:int}/remove", methods=["POST"], name="trial-remove")
    async def remove(self, request: Request) -> Response:
        number = min(request.path_params["id"], 2**62)
        new = await trial.remove(self.database, number, member_of(request), now())
        tell(request, _("Taken off the list.") if new else DONE_BEFORE)
        return self.go("/reminders/trial")


def _to(request: Request) -> str:
    to: str = request.path_params["to"]
    if to not in BUTTONS:
        raise missing()
    return to
