"""What somebody sees when a page cannot be shown: what to do next, and a reference for whoever mends it; never a detail."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Mapping

import structlog
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp

from core.i18n import Text, _

log = structlog.get_logger()

TITLES: Mapping[int, Text] = {
    403: _("This page is not for you"),
    404: _("There is no such page"),
    500: _("Something went wrong"),
}
ADVICE: Mapping[int, Text] = {
    403: _("Your role does not open it. If you need it, ask your administrator."),
    404: _("It may have been moved or removed. Start from the home page."),
    500: _(
        "The fault is ours. What was saved before stays. Try again in a minute; if it comes back, tell us this number:"
    ),
}


def page(templates: Jinja2Templates, request: Request, status: int, reference: str | None = None) -> Response:
    known = status if status in TITLES else 404 if status < 500 else 500
    context = {
        "status": status,
        "title_text": TITLES[known],
        "advice": ADVICE[known],
        "reference": reference,
    }
    return templates.TemplateResponse(request=request, name="error.html", context=context, status_code=status)


class ErrorPages(BaseHTTPMiddleware):
    """Turns what nobody foresaw into a page with a reference, and logs under it where it happened, without any value."""

    def __init__(self, app: ASGIApp, templates: Jinja2Templates) -> None:
        super().__init__(app)
        self.templates = templates

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        try:
            return await call_next(request)
        except Exception as error:  # noqa: BLE001 – the edge of the process
            reference = secrets.token_hex(4)
            log.error(
                "request_failed",
                reference=reference,
                method=request.method,
                path=request.url.path,
                error=type(error).__name__,
                at=[
                    f"{frame.filename}:{frame.lineno}"
                    for frame in traceback.extract_tb(error.__traceback__)[-4:]
                ],
            )
            request.state.is_anonymous = getattr(request.state, "is_anonymous", True)
            return page(self.templates, request, 500, reference)
