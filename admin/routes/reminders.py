"""One reminder with every message that came of it, and whether it arrived."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now
from core.i18n import _
from services import board, desk


class Reminders(Page):
    area, name, path, add_to_menu = "reminders", _("Reminders"), "/reminders", False

    @route("", name="reminders")
    async def index(self, request: Request) -> Response:
        return self.go("/reminders/list")

    @route("/{id:int}", name="reminder")
    async def show(self, request: Request) -> Response:
        try:
            number = min(request.path_params["id"], 2**62)
            reminder = await board.reminder(self.database, number, member_of(request), now())
        except desk.NotFound:
            raise missing() from None
        return self.render(request, "reminder.html", heading=reminder.title, reminder=reminder, labels=labels)
