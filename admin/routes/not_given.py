"""Why a vaccine is not given: one of the four national reasons, until a day or for good, and its end."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import missing, now, tell
from admin.routes.entries import EntryPage
from core import chart as rules
from core import programme_words, programmes
from core.booking import day_of
from core.errors import Refusal
from core.i18n import Text, _
from services import chart, desk
from services import programmes as record

FIELDS: Mapping[str, int] = {"vaccine": 40, "reason": 20, "until": 40}


class NotGiven(EntryPage):
    path = "/people/{id:int}/not-given"
    fields = FIELDS

    @route("", name="not-given")
    async def index(self, request: Request) -> Response:
        typed = {"vaccine": request.query_params.get("vaccine", "")}
        return self._form(request, await self.record(request), typed)

    @route("", methods=["POST"], name="not-given-record")
    async def keep_reason(self, request: Request) -> Response:
        person, typed = await self.record(request), await self.typed_in(request)
        try:
            if typed["vaccine"] not in programmes.national().vaccine_codes:
                raise Refusal(_("Choose the vaccine."))
            until = rules.parse_day(typed["until"]) if typed["until"] else None
            await record.record_not_done(
                self.database,
                person.id,
                typed["vaccine"],
                typed["reason"],
                now(),
                until=until,
                staff_id=member_of(request).id,
            )
        except Refusal as refusal:
            return self._form(request, person, typed, refusal.text)
        name = programme_words.vaccine(typed["vaccine"])
        tell(request, _("Recorded: {vaccine} is not given. No reminder is sent about it.", vaccine=name))
        return self.go(self.back_to(request, person))

    @route("/{reason:int}/end", name="not-given-ask")
    async def ask(self, request: Request) -> Response:
        person = await self.record(request)
        one = _reason(request, person)
        reason = labels.word(labels.NOT_GIVEN, one.reason)
        return self.render(
            request,
            "confirm.html",
            heading=_("Can it be given again?"),
            what=Text("{v}: {r}", values={"v": programme_words.vaccine(one.vaccine), "r": reason}),
            happens=_("What comes next is worked out anew, and reminders begin again."),
            button=_("Yes, it can be given"),
            dangerous=False,
            back=f"/admin{self.back_to(request, person)}",
        )

    @route("/{reason:int}/end", methods=["POST"], name="not-given-end")
    async def end(self, request: Request) -> Response:
        person = await self.record(request)
        one = _reason(request, person)
        try:
            await chart.end_not_given(self.database, person.id, one.id, member_of(request).id, now())
            name = programme_words.vaccine(one.vaccine)
            tell(request, _("It can be given again: {vaccine}.", vaccine=name))
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
        return self.go(self.back_to(request, person))

    def _form(
        self,
        request: Request,
        person: desk.Record,
        typed: Mapping[str, str],
        problem: Text | None = None,
    ) -> Response:
        return self.form(
            request,
            "not_given_new.html",
            _("A vaccine is not given"),
            person,
            typed,
            problem,
            vaccines=list(programmes.national().vaccination_on(day_of(now())).products or {}),
        )


def _reason(request: Request, person: desk.Record) -> rules.NotGiven:
    number = request.path_params["reason"]
    one = next((n for n in person.chart.not_given if n.id == number), None)
    if one is None:
        raise missing()
    return one
