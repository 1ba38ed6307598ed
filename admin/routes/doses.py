"""A dose recorded, confirmed when a person had only told of it, or marked as entered in error."""

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
    "vaccine": 40,
    "given_on": 40,
    "lot": rules.LOT_MAX_CHARS,
    "site": 40,
    "place": rules.PLACE_MAX_CHARS,
}
"""What the form asks, and how many characters of it are kept."""
SAID: Mapping[rules.Recorded, Text] = {
    "new": _("Recorded: {vaccine}, {on}."),
    "confirmed": _("The person had told of this dose. It is confirmed now: {vaccine}, {on}."),
    "there": _("This dose was recorded already, it is not counted twice: {vaccine}, {on}."),
}


class Doses(EntryPage):
    path = "/people/{id:int}/doses"
    fields = FIELDS

    @route("", name="doses")
    async def index(self, request: Request) -> Response:
        typed = {
            "vaccine": request.query_params.get("vaccine", ""),
            "given_on": day_of(now()).strftime("%d.%m.%Y"),
        }
        return self._form(request, await self.record(request), typed)

    @route("", methods=["POST"], name="dose-record")
    async def keep_dose(self, request: Request) -> Response:
        person, typed = await self.record(request), await self.typed_in(request)
        try:
            if typed["vaccine"] not in programmes.national().vaccine_codes:
                raise Refusal(_("Choose the vaccine."))
            given_on = rules.parse_day(typed["given_on"])
            done = await record.record_dose(
                self.database,
                person.id,
                typed["vaccine"],
                given_on,
                now(),
                **_details(typed),
                source="confirmed",
                staff_id=member_of(request).id,
            )
        except Refusal as refusal:
            return self._form(request, person, typed, refusal.text)
        name = programme_words.vaccine(typed["vaccine"])
        tell(request, Text(SAID[done].msgid, values={"vaccine": name, "on": given_on}))
        await self._warn(request, typed["vaccine"], typed["lot"] or None)
        return self.go(self.back_to(request, person))

    @route("/{dose:int}", name="dose")
    async def show(self, request: Request) -> Response:
        person = await self.record(request)
        dose = _dose(request, person)
        typed = {"lot": dose.lot or "", "site": dose.site or "", "place": dose.entry.place or ""}
        return self._one(request, person, dose, typed)

    @route("/{dose:int}", methods=["POST"], name="dose-confirm")
    async def confirm(self, request: Request) -> Response:
        person, typed = await self.record(request), await self.typed_in(request)
        dose, member = _dose(request, person), member_of(request)
        try:
            await chart.confirm_dose(
                self.database, person.id, dose.entry.id, member.id, now(), **_details(typed)
            )
        except Refusal as refusal:
            return self._one(request, person, dose, typed, refusal.text)
        tell(request, _("Confirmed: {vaccine}.", vaccine=programme_words.vaccine(dose.vaccine)))
        return self.go(self.back_to(request, person))

    @route("/{dose:int}/mistaken", name="dose-mistaken")
    async def ask(self, request: Request) -> Response:
        person = await self.record(request)
        dose = _dose(request, person)
        return self.ask_mistaken(request, _named(dose), f"/people/{person.id}/doses/{dose.entry.id}")

    @route("/{dose:int}/mistaken", methods=["POST"], name="dose-take-back")
    async def take_back(self, request: Request) -> Response:
        person = await self.record(request)
        dose = _dose(request, person)
        try:
            await chart.take_back_dose(self.database, person.id, dose.entry.id, member_of(request).id, now())
            tell(request, join(" ", _("Marked as entered in error:"), _named(dose)))
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
        return self.go(self.back_to(request, person))

    async def _warn(self, request: Request, vaccine: str, lot: str | None) -> None:
        """What is odd about the dose just recorded is said, and nothing is forbidden."""
        person = await self.record(request)
        given = next((d for d in person.chart.doses if d.vaccine == vaccine and lot in (None, d.lot)), None)
        if given is None:
            return
        if person.chart.twins(given):
            tell(
                request,
                _("Two doses of this vaccine are recorded on one day. If one is a slip, open it and say so."),
                "warning",
            )
        for verdict in given.verdicts:
            if verdict.reason is not None:
                named = Text("{disease}: ", values={"disease": programme_words.disease(verdict.series)})
                tell(request, join("", named, verdict.reason), "warning")

    def _form(
        self,
        request: Request,
        person: desk.Record,
        typed: Mapping[str, str],
        problem: Text | None = None,
    ) -> Response:
        steps = person.passport.next_steps
        first = {
            s.item: None for s in steps if s.programme == "vaccination" and s.status in ("due", "overdue")
        }
        codes = programmes.national().vaccination_on(day_of(now())).products or {}
        return self.form(
            request,
            "dose_new.html",
            _("Record a vaccination"),
            person,
            typed,
            problem,
            first=list(first),
            others=[code for code in codes if code not in first],
        )

    def _one(
        self,
        request: Request,
        person: desk.Record,
        dose: rules.Dose,
        typed: Mapping[str, str],
        problem: Text | None = None,
    ) -> Response:
        return self.form(
            request,
            "dose.html",
            _("Vaccination"),
            person,
            typed,
            problem,
            dose=dose,
        )


def _details(typed: Mapping[str, str]) -> dict[str, str | None]:
    """Raises Refusal."""
    if typed["site"] and typed["site"] not in rules.SITES:
        raise Refusal(_("Choose where on the body it was given."))
    return {"lot": typed["lot"] or None, "site": typed["site"] or None, "place": typed["place"] or None}


def _dose(request: Request, person: desk.Record) -> rules.Dose:
    number = request.path_params["dose"]
    dose = next((d for d in person.chart.doses if d.entry.id == number), None)
    if dose is None:
        raise missing()
    return dose


def _named(dose: rules.Dose) -> Text:
    return Text("{on}, {vaccine}", values={"on": dose.on, "vaccine": programme_words.vaccine(dose.vaccine)})
