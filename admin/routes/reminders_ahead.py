"""What is to come: the dry run of the next hours, and the forecast of messages and their cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

import channels
from admin import labels
from admin.auth import member_of
from admin.pages import now
from admin.routes.reminders import ReminderPage, number_in
from core import forecast_messages as rules
from core.errors import SettingsError
from core.i18n import Text, _, verbatim
from services import dry_run, forecast_messages

SPANS: Mapping[str, tuple[timedelta, Text]] = {
    "hour": (timedelta(hours=1), _("The next hour")),
    "day": (timedelta(days=1), _("The next day")),
}
SHOWN = 100
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


class Ahead(ReminderPage):
    path = "/reminders/ahead"

    @route("", name="reminders-ahead")
    async def index(self, request: Request) -> Response:
        """Nothing is sent, nothing is changed."""
        asked = request.query_params.get("span", "")
        span = asked if asked in SPANS else "hour"
        outlook = await dry_run.run(self.database, member_of(request), now(), SPANS[span][0], self.hours)
        return self.render(
            request,
            "reminders_ahead.html",
            heading=_("What would go out"),
            outlook=outlook,
            shown=[(one, self.words_of(one.notice, one.at)) for one in outlook.goes[:SHOWN]],
            spans={code: words for code, (_span, words) in SPANS.items()},
            span=span,
            **await self.signs(request),
        )

    @route("/forecast", name="reminders-forecast")
    async def forecast(self, request: Request) -> Response:
        member, cyrillic = member_of(request), self.settings.sms_cyrillic
        found = await forecast_messages.forecast(self.database, member, now(), cyrillic=cyrillic)
        signs = await self.signs(request)
        ours = {one.id: one.name for one in signs["clinics"]}
        clinic_id = number_in(request.query_params.get("clinic", ""))
        clinic_id = clinic_id if clinic_id in ours else None
        days = found.by_day(clinic_id)
        return self.render(
            request,
            "reminders_forecast.html",
            heading=_("Forecast for 14 days"),
            days=days,
            every=found.total(clinic_id),
            by_clinic=found.by_clinic(),
            names=ours | await self._others(found, ours),
            clinic_id=clinic_id,
            highest=max([1, *(one.messages for one in days.values())]),
            weekday=weekday,
            cost=self.cost,
            segments=rules.SEGMENTS_CYRILLIC if cyrillic else rules.SEGMENTS,
            **signs,
        )

    async def _others(self, found: rules.Forecast, ours: Mapping[int, object]) -> dict[int, object]:
        """Names of clinics that are not the member's own, where their people have a visit."""
        if all(one is None or one in ours for one in found.by_clinic()):
            return {}
        return dict(await forecast_messages.clinic_names(self.database))

    def cost(self, total: rules.Total) -> Text | None:
        """What the SMS parts cost at each provider; None where a price is not set: a cost is never made up."""
        try:
            shares = channels.sms_weights(self.settings)
        except SettingsError:
            return None
        prices = {name: self.settings.segment_price(name) for name in shares}
        found = rules.costs(total.segments, shares, prices)
        if not found or any(cost is None for cost in found.values()):
            return None
        return verbatim(
            " + ".join(
                f"{money(cost)} ({labels.PROVIDER.get(name, name)})"
                for name, cost in found.items()
                if cost is not None
            )
        )


def money(amount: Decimal) -> str:
    """12 345,60 as people write it here; kopecks only where there are some."""
    shown = f"{amount:,.2f}".removesuffix(".00")
    return shown.replace(",", "\u00a0").replace(".", ",")


def weekday(on: date) -> Text:
    return WEEKDAYS[on.weekday()]
