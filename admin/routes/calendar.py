"""The national calendars as staff read them: every dose and check, from which source, and how sure we are of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import calendar_words, labels
from admin.pages import Page, now
from core import calendar_notes, programme_words, programmes
from core.booking import day_of
from core.i18n import _


class Calendar(Page):
    area, name, path, icon = "calendar", _("Calendar"), "/calendar", "fa fa-syringe"

    @route("", name="calendar")
    async def index(self, request: Request) -> Response:
        today, national = day_of(now()), programmes.national()
        checks = national.screening_on(today)
        return self.render(
            request,
            "calendar.html",
            heading=_("Calendar of vaccinations and check-ups"),
            vaccination=national.vaccination_on(today),
            screening=checks,
            labels=labels,
            names=programme_words,
            words=calendar_words,
            note_words=calendar_notes.note,
        )
