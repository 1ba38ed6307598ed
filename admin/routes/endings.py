"""A person has died: written down in two steps, and taken back when it was a mistake."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin.auth import member_of
from admin.pages import now, tell
from admin.routes.people import PersonPage
from core.i18n import Text, _
from services import endings

DIED, MISTAKE = _("The person has died"), _("This was a mistake")
DIED_HAPPENS = _(
    "Visits are cancelled, reminders end for everybody who got them, and nobody is asked anything."
)
MISTAKE_HAPPENS = _("What is still due is worked out anew, and reminders begin again.")


class Endings(PersonPage):
    path = "/people/{id:int}/died"

    @route("", name="person-died")
    async def index(self, request: Request) -> Response:
        return await self._ask(request, DIED, DIED_HAPPENS, dangerous=True)

    @route("", methods=["POST"], name="person-died-keep")
    async def keep_it(self, request: Request) -> Response:
        person = await self.record(request)
        await endings.died_by_staff(self.database, person.id, member_of(request).id, now())
        tell(request, _("Recorded. Nothing more is sent about this person."))
        return self.go(self.back_to(request, person))

    @route("/mistake", name="person-alive")
    async def ask_back(self, request: Request) -> Response:
        return await self._ask(request, MISTAKE, MISTAKE_HAPPENS, dangerous=False)

    @route("/mistake", methods=["POST"], name="person-alive-keep")
    async def take_back(self, request: Request) -> Response:
        person = await self.record(request)
        await endings.alive(self.database, person.id, member_of(request).id, now())
        tell(request, _("Taken back. Reminders begin again."))
        return self.go(self.back_to(request, person))

    async def _ask(self, request: Request, heading: Text, happens: Text, *, dangerous: bool) -> Response:
        person = await self.record(request)
        return self.render(
            request,
            "confirm.html",
            heading=heading,
            what=Text("{name}, {born}", values={"name": person.name, "born": person.birth_date}),
            happens=happens,
            button=heading,
            dangerous=dangerous,
            back=f"/admin{self.back_to(request, person)}",
        )
