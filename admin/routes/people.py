"""A person found by number, and the page of everything known about them."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core import chart, programme_words
from core import people as rules
from core.ages import age_on
from core.booking import day_of
from core.errors import Refusal
from core.i18n import _, verbatim
from core.passport import NextStep
from services import Database, desk, reach, visits

SHOWN = ("due", "overdue", "not_yet")
OTHERWISE = ("too_late", "exempt", "refused", "complete")
SOON = timedelta(days=365)
FOUND_FOR_S = 3600
"""So long a page opens that was reached by a search, for staff of another clinic."""


class PersonPage(Page):
    """Whatever shows or changes one person's record: opened only by whom it is open to, each look audited."""

    area, name, add_to_menu = "people", _("People"), False

    def __init__(self, database: Database, secret_key: str) -> None:
        super().__init__(database)
        self.found = URLSafeTimedSerializer(secret_key, salt="found-person")

    async def record(self, request: Request) -> desk.Record:
        """Raises 404 for nobody, and for somebody whom this member of staff may not see."""
        person_id, member = request.path_params["id"], member_of(request)
        found = self._was_found(request, person_id)
        try:
            return await desk.record(self.database, _small(person_id), member, now(), found=found)
        except reach.NotFound:
            raise missing() from None

    def keep(self, request: Request) -> str:
        """What the addresses about a person found by a search go on carrying."""
        seal = request.query_params.get("found", "")
        return f"?found={quote(seal)}" if seal else ""

    def back_to(self, request: Request, person: desk.Record) -> str:
        return f"/people/{person.id}{self.keep(request)}"

    def _was_found(self, request: Request, person_id: int) -> bool:
        try:
            seal = self.found.loads(request.query_params.get("found", ""), max_age=FOUND_FOR_S)
        except BadSignature:
            return False
        return bool(seal == [member_of(request).id, person_id])


class People(PersonPage):
    path = "/people"

    @route("", name="people")
    async def index(self, request: Request) -> Response:
        return self.go("/people/list")

    @route("/find", methods=["POST"], name="find-person")
    async def find(self, request: Request) -> Response:
        """The number travels in the body, so that no address in a log or a browser's history holds it."""
        number = str((await request.form()).get("number", ""))
        member = member_of(request)
        try:
            people = await desk.find(self.database, number, member, now())
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
            return self.go("/people/list")
        paths = [(one, f"/people/{one.id}?found={self.found.dumps([member.id, one.id])}") for one in people]
        if len(paths) == 1:
            return self.go(paths[0][1])
        return self.render(request, "people_found.html", people=paths, heading=_("Who is it?"))

    @route("/{id:int}", name="person")
    async def show(self, request: Request) -> Response:
        record = await self.record(request)
        steps = sorted(record.passport.next_steps, key=lambda step: step.recommended_on or date.max)
        shown = [step for step in steps if step.status in SHOWN]
        return self.render(
            request,
            "person.html",
            heading=verbatim(record.name),
            person=record,
            card=record.passport,
            age=rules.show_age(record.birth_date, day_of(now())),
            place=[
                *([rules.district_name(record.district)] if record.district else []),
                *([rules.region_name(record.region)] if record.region else []),
            ],
            soon=[step for step in shown if step.status != "not_yet" or _is_soon(step)],
            far=[step for step in shown if step.status == "not_yet" and not _is_soon(step)],
            otherwise=[step for status in OTHERWISE for step in steps if step.status == status],
            timeline=sorted((*record.chart.doses, *record.chart.checks), key=_newest, reverse=True),
            age_on=lambda on: programme_words.at_age(age_on(record.birth_date, on)),
            phone=rules.show_phone(record.phone) if record.phone else None,
            keep=self.keep(request),
            labels=labels,
            names=programme_words,
            service=visits.show_service,
        )


def _newest(one: chart.Dose | chart.Check) -> tuple[date, int]:
    return one.on, one.entry.id


def _is_soon(step: NextStep) -> bool:
    return step.recommended_on is not None and step.recommended_on <= day_of(now()) + SOON


def _small(number: int) -> int:
    """Raises 404 for a number no table could hold."""
    if number > 2**62:
        raise missing()
    return number
