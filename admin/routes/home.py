"""The first page: today's numbers and what waits for me."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin.auth import member_of
from admin.pages import Page, now
from core.alarms import sentence
from core.i18n import Text, _, n_
from core.staff import Member
from services import alarms, campaigns, desk, editing, experiments, holds, trial


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to the page where it is worked on; `waits` says that somebody should."""

    number: int
    text: Text
    path: str
    waits: bool


class Home(Page):
    area, name, path, icon = "home", _("Home"), "/", "fa fa-house"

    @route("", name="index")
    async def index(self, request: Request) -> Response:
        member = member_of(request)
        tiles = await self._tiles(member)
        return self.render(
            request,
            "home.html",
            waiting=[tile for tile in tiles if tile.waits],
            rest=[tile for tile in tiles if not tile.waits],
            alarms=await alarms.raised(self.database) if member.may("reminders") else (),
            trial_on_at=await trial.on_at(self.database) if member.may("reminders") else None,
            held_clinics=await holds.held_clinics(self.database, member) if member.may("reminders") else (),
            sentence=sentence,
        )

    async def _tiles(self, member: Member) -> list[Tile]:
        tiles: list[Tile] = []
        if member.may("appointments"):
            today = await desk.today(self.database, member, now())
            tiles += [
                _tile(today.questions, n_("question waits", "questions wait", today.questions), "/questions"),
                _tile(
                    today.to_mark,
                    n_("visit to be marked", "visits to be marked", today.to_mark),
                    "/appointments/list?show=to_mark",
                ),
                _tile(
                    today.troubled,
                    n_("reminder did not arrive", "reminders did not arrive", today.troubled),
                    "/reminders?state=failed",
                ),
                Tile(
                    today.visits, n_("visit today", "visits today", today.visits), "/appointments/list", False
                ),
                Tile(
                    today.reminders,
                    n_("reminder to be sent today", "reminders to be sent today", today.reminders),
                    "/reminders",
                    False,
                ),
            ]
        if member.may("approval"):
            waiting = await campaigns.waiting(self.database)
            tiles += [
                _tile(waiting, n_("campaign to approve", "campaigns to approve", waiting), "/campaigns")
            ]
            texts = await experiments.waiting(self.database)
            tiles += [
                _tile(texts, n_("second text to approve", "second texts to approve", texts), "/experiments")
            ]
        if member.may("articles"):
            articles = await editing.overview(self.database)
            drafts = sum(bool(one.drafts) for one in articles)
            unchecked = sum(len(one.reviewed) < 2 for one in articles)
            tiles += [
                _tile(drafts, n_("draft is not published", "drafts are not published", drafts), "/articles"),
                Tile(
                    unchecked,
                    n_("article not checked by a doctor", "articles not checked by a doctor", unchecked),
                    "/articles",
                    False,
                ),
            ]
        return tiles


def _tile(number: int, text: Text, path: str) -> Tile:
    return Tile(number, text, path, number > 0)
