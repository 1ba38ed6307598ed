"""What every page of ours shares: a view in the look of starlette-admin, with the database and the words at hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates
from starlette_admin import CustomView
from starlette_admin.flash import flash, get_flashed_messages

from admin import words
from admin.auth import member_of
from core.i18n import Text
from core.staff import Area
from services import Database


class Page(CustomView):
    """One entry of the menu; `area` says whose. `name` is what the menu calls it, `path` begins all its addresses."""

    area: Area
    name: Text
    templates: Jinja2Templates

    def __init__(self, database: Database) -> None:
        super().__init__(
            menu_label=words.label(self.name), icon=self.icon, path=self.path, add_to_menu=self.add_to_menu
        )
        self.database = database

    def is_accessible(self, request: Request) -> bool:
        return not request.state.is_anonymous and member_of(request).may(self.area)

    def is_active(self, request: Request) -> bool:
        here = request.scope["path"].removeprefix(request.scope.get("root_path", "")).rstrip("/")
        return here == self.path.rstrip("/") or (
            self.path != "/" and here.startswith(self.path.rstrip("/") + "/")
        )

    def render(self, request: Request, name: str, status: int = 200, /, **context: Any) -> Response:
        context = {
            "flashed_messages": get_flashed_messages(request),
            "me": member_of(request),
            "title": context.get("heading") or self.name,
            **context,
        }
        return self.templates.TemplateResponse(
            request=request, name=name, context=context, status_code=status
        )

    def go(self, path: str) -> Response:
        """See the page at this address of the admin next."""
        return RedirectResponse(f"/admin{path}", 303)


def now() -> datetime:
    return datetime.now(UTC)


def tell(request: Request, text: Text, category: str = "success") -> None:
    """Say this at the top of the next page."""
    flash(request, words.say(text), category)


def missing() -> HTTPException:
    """Nothing there, or nothing for this reader: the answer is the same."""
    return HTTPException(404)
