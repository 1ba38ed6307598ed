"""The result of a check recorded, confirmed when a person had only told of it, or marked as entered in error."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import missing, now, tell
from admin.routes.doses import typed_in
from admin.routes.people import PersonPage
from core import chart as rules
from core import programme_words, programmes
from core.booking import day_of
from core.errors import Refusal
from core.i18n import Text, _, join
from services import chart, desk
from services import programmes as record

FIELDS: Mapping[str, int] = {
    "screening": 40,
    "done_on": 40,
    "result": 40,
    "place": rules.PLACE_MAX_CHARS,
}


class Results(PersonPage):
    path = "/people/{id:int}/results"

    @route("", name="results")
    async def index(self, request: Request) -> Response:
        typed = {
            "screening": request.query_params.get("screening", ""),
            "done_on": day_of(now()).strftime("%d.%m.%Y"),
        }
        return self._form(request, await self.record(request), typed)

    @route("", methods=["POST"], name="result-record")
    async def keep_result(self, request: Request) -> Response:
        person, typed = await self.record(request), await typed_in(request, FIELDS)
        try:
            if typed["screening"] not in programmes.national().screening_codes:
                raise Refusal(_("Choose the check."))
            done_on = rules.parse_day(typed["done_on"])
            await record.record_result(
                self.database,
                person.id,
                typed["screening"],
                done_on,
                typed["result"],
                now(),
                place=typed["place"] or None,
                source="confirmed",
                staff_id=member_of(request).id,
            )
        except Refusal as refusal:
            return self._form(request, person, typed, refusal.text, 422)
        name = programme_words.screening(typed["screening"])
        tell(request, _("Recorded: {check}, {on}.", check=name, on=done_on))
        return self.go(self.back_to(request, person))

    @route("/{result:int}", name="result")
    async def show(self, request: Request) -> Response:
        person = await self.record(request)
        check = _check(request, person)
        return self._one(request, person, check, {"result": check.result})

    @route("/{result:int}", methods=["POST"], name="result-confirm")
    async def confirm(self, request: Request) -> Response:
        person, typed = await self.record(request), await typed_in(request, FIELDS)
        check, member = _check(request, person), member_of(request)
        try:
            await chart.confirm_result(
                self.database, person.id, check.entry.id, typed["result"], member.id, now()
            )
        except Refusal as refusal:
            return self._one(request, person, check, typed, refusal.text, 422)
        tell(request, _("Confirmed: {check}.", check=programme_words.screening(check.screening)))
        return self.go(self.back_to(request, person))

    @route("/{result:int}/mistaken", name="result-mistaken")
    async def ask(self, request: Request) -> Response:
        person = await self.record(request)
        check = _check(request, person)
        return self.render(
            request,
            "confirm.html",
            heading=_("Entered in error?"),
            what=_named(check),
            happens=_(
                "It no longer counts, and what comes next is worked out anew. The entry stays visible, marked."
            ),
            button=_("Yes, it was a slip"),
            dangerous=True,
            back=f"/admin/people/{person.id}/results/{check.entry.id}{self.keep(request)}",
        )

    @route("/{result:int}/mistaken", methods=["POST"], name="result-take-back")
    async def take_back(self, request: Request) -> Response:
        person = await self.record(request)
        check = _check(request, person)
        try:
            await chart.take_back_result(
                self.database, person.id, check.entry.id, member_of(request).id, now()
            )
            tell(request, join(" ", _("Marked as entered in error:"), _named(check)))
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
        return self.go(self.back_to(request, person))

    def _form(
        self,
        request: Request,
        person: desk.Record,
        typed: Mapping[str, str],
        problem: Text | None = None,
        status: int = 200,
    ) -> Response:
        steps = [s for s in person.passport.next_steps if s.programme == "screening"]
        mine = [s.item for s in steps if s.status != "not_for_person"]
        return self.render(
            request,
            "result_new.html",
            status,
            heading=_("Record a check"),
            person=person,
            typed=typed,
            problem=problem,
            first=mine,
            others=[s.item for s in steps if s.item not in mine],
            back=f"/admin{self.back_to(request, person)}",
            names=programme_words,
            labels=labels,
            most=FIELDS,
        )

    def _one(
        self,
        request: Request,
        person: desk.Record,
        check: rules.Check,
        typed: Mapping[str, str],
        problem: Text | None = None,
        status: int = 200,
    ) -> Response:
        return self.render(
            request,
            "result.html",
            status,
            heading=_("Check-up"),
            person=person,
            check=check,
            typed=typed,
            problem=problem,
            back=f"/admin{self.back_to(request, person)}",
            keep=self.keep(request),
            names=programme_words,
            labels=labels,
        )


def _check(request: Request, person: desk.Record) -> rules.Check:
    number = request.path_params["result"]
    check = next((c for c in person.chart.checks if c.entry.id == number), None)
    if check is None:
        raise missing()
    return check


def _named(check: rules.Check) -> Text:
    return Text("{on}, {check}", values={"on": check.on, "check": programme_words.screening(check.screening)})
