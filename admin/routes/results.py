"""The result of a check recorded, confirmed when a person had only told of it, or marked as entered in error."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin.auth import member_of
from admin.pages import missing, now, tell
from admin.routes.entries import EntryPage
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


class Results(EntryPage):
    path = "/people/{id:int}/results"
    fields = FIELDS

    @route("", name="results")
    async def index(self, request: Request) -> Response:
        typed = {
            "screening": request.query_params.get("screening", ""),
            "done_on": day_of(now()).strftime("%d.%m.%Y"),
        }
        return self._form(request, await self.record(request), typed)

    @route("", methods=["POST"], name="result-record")
    async def keep_result(self, request: Request) -> Response:
        person, typed = await self.record(request), await self.typed_in(request)
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
            return self._form(request, person, typed, refusal.text)
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
        person, typed = await self.record(request), await self.typed_in(request)
        check, member = _check(request, person), member_of(request)
        try:
            await chart.confirm_result(
                self.database, person.id, check.entry.id, typed["result"], member.id, now()
            )
        except Refusal as refusal:
            return self._one(request, person, check, typed, refusal.text)
        tell(request, _("Confirmed: {check}.", check=programme_words.screening(check.screening)))
        return self.go(self.back_to(request, person))

    @route("/{result:int}/mistaken", name="result-mistaken")
    async def ask(self, request: Request) -> Response:
        person = await self.record(request)
        check = _check(request, person)
        return self.ask_mistaken(request, _named(check), f"/people/{person.id}/results/{check.entry.id}")

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
    ) -> Response:
        steps = [s for s in person.passport.next_steps if s.programme == "screening"]
        mine = [s.item for s in steps if s.status != "not_for_person"]
        return self.form(
            request,
            "result_new.html",
            _("Record a check"),
            person,
            typed,
            problem,
            first=mine,
            others=[s.item for s in steps if s.item not in mine],
        )

    def _one(
        self,
        request: Request,
        person: desk.Record,
        check: rules.Check,
        typed: Mapping[str, str],
        problem: Text | None = None,
    ) -> Response:
        return self.form(
            request,
            "result.html",
            _("Check-up"),
            person,
            typed,
            problem,
            check=check,
        )


def _check(request: Request, person: desk.Record) -> rules.Check:
    number = request.path_params["result"]
    check = next((c for c in person.chart.checks if c.entry.id == number), None)
    if check is None:
        raise missing()
    return check


def _named(check: rules.Check) -> Text:
    return Text("{on}, {check}", values={"on": check.on, "check": programme_words.screening(check.screening)})
