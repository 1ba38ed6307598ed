"""Effect: of those reminded, how many came within 30 days, by kind, step, channel and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.experiment_words import KINDS
from admin.pages import Page, now
from core import campaigns, effect
from core import people as people_rules
from core.booking import day_of
from core.effect import Compared, Part, Row
from core.errors import Refusal
from core.i18n import Text, _, verbatim
from services import campaigns as campaign_services
from services import effect as services

USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Trial:
    """Two texts of one campaign, or of a kind of reminders, against each other; `note` says which and whether it goes on."""

    title: Text
    a: Row | Part
    b: Row | Part
    words: Text
    note: Text | None = None


class Effect(Page):
    area, name, path, icon = "effect", _("Effect"), "/effect", "fa fa-chart-column"

    @route("", name="effect")
    async def index(self, request: Request) -> Response:
        """Usually the last thirty days of which all is known."""
        last = day_of(now()) - effect.WITHIN - timedelta(days=1)
        since, until = last - timedelta(days=USUAL_DAYS - 1), last
        typed = {name: request.query_params.get(name, "").strip() for name in ("since", "until")}
        rows: list[Row] = []
        compared: list[Compared] = []
        problem: Text | None = None
        try:
            since = _day(typed["since"], since)
            until = _day(typed["until"], until)
            rows = await services.measure(self.database, since, until, now())
            compared = await services.compare(self.database, since, until, now())
        except Refusal as refusal:
            problem = refusal.text
        titles = await self._titles(rows)
        return self.render(
            request,
            "effect.html",
            422 if problem else 200,
            typed={"since": typed["since"] or _shown(since), "until": typed["until"] or _shown(until)},
            problem=problem,
            kinds=[row for row in rows if row.step is None],
            rows=[row for row in rows if row.step is not None],
            titles=titles,
            trials=[*_trials(rows, titles), *map(_of_reminders, compared)],
            young=sum(row.young for row in rows if row.step is None),
            percent=effect.percent,
            step=_step,
            fewest=effect.FEWEST_EACH // 2,
            labels=labels,
        )

    async def _titles(self, rows: Sequence[Row]) -> dict[str, Text]:
        if not any(row.item for row in rows):
            return {}
        plans = await campaign_services.overview(self.database)
        return {str(plan.id): verbatim(plan.title) for plan in plans}


def _day(typed: str, usual: date) -> date:
    return people_rules.parse_date(typed) if typed else usual


def _shown(on: date) -> str:
    return on.strftime("%d.%m.%Y")


def _step(row: Row, titles: dict[str, Text]) -> Text:
    """The step in words; of a campaign its title, with two texts which of them."""
    if row.item is None:
        return labels.step(row.step or "")
    title = titles.get(row.item, verbatim(row.item))
    if row.step == campaigns.STEP:
        return title
    which = _("second text") if campaigns.variant_of(row.step or "") == "b" else _("first text")
    return Text("{title}: {which}", values={"title": title, "which": which})


def _trials(rows: Sequence[Row], titles: dict[str, Text]) -> list[Trial]:
    """Both channels together: who got which text was decided before the channel."""
    found = []
    for item in dict.fromkeys(row.item for row in rows if row.item and row.step != campaigns.STEP):
        a, b = (_sum(rows, item, of) for of in campaigns.VARIANTS)
        words = effect.in_words(effect.difference(a.came, a.told, b.came, b.told))
        found.append(Trial(titles.get(item, verbatim(item)), a, b, words))
    return found


def _of_reminders(one: Compared) -> Trial:
    words = effect.in_words(effect.difference(one.a.came, one.a.told, one.b.came, one.b.told))
    note = KINDS[one.kind]
    if one.runs:
        still = _("It is still running: decide when it has ended, a look in between can deceive.")
        note = Text("{kind}. {still}", values={"kind": note, "still": still})
    elif one.a.young + one.b.young:
        young = _("It has ended, but some of its people may still come.")
        note = Text("{kind}. {still}", values={"kind": note, "still": young})
    return Trial(verbatim(one.title), one.a, one.b, words, note)


def _sum(rows: Sequence[Row], item: str, of: campaigns.Variant) -> Row:
    mine = [row for row in rows if row.item == item and row.step == campaigns.step(of)]
    told, came, young = (sum(getattr(row, name) for row in mine) for name in ("told", "came", "young"))
    return Row("campaign", item, campaigns.step(of), None, told, came, young)
