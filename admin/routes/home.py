"""The first page: what waits for me today."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin.pages import Page
from core.i18n import _


class Home(Page):
    area, name, path, icon = "home", _("Home"), "/", "fa fa-house"

    @route("", name="index")
    async def index(self, request: Request) -> Response:
        return self.render(request, "home.html")
