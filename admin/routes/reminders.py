"""The reminder board, a person's timeline, one reminder, and the buttons that hold, release, send and try again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core import notice_words, sms
from core.deliveries import Hours
from core.errors import Refusal
from core.i18n import Text, _, markup, verbatim
from core.notices import Notice
from core.ports import ChannelKind
from core.reminder_board import STATES, Asked
from core.reminders import Kind
from core.settings import Settings
from core.urging import Act, CannotSend
from services import Database, board, holds, reach, reminder_board, trial, urging

BUTTONS: Mapping[Act, Text] = {
    "send": _("Send now"),
    "retry": _("Try again"),
    "hold": _("Hold back"),
    "release": _("Release"),
}
WHAT_HAPPENS: Mapping[Act, Text] = {
    "retry": _(
        "The message is tried again by day, first by Telegram, then by SMS. Who stopped reminders gets nothing."
    ),
    "hold": _(
        "Nothing of this reminder goes out until somebody releases it. What is being sent this very second still arrives."
    ),
    "release": _("What waited goes out in the next minutes, by day, unless it is too late for it."),
}
DONE: Mapping[Act, Text] = {
    "send": _("The message goes out within a minute."),
    "retry": _("The message is tried again."),
    "hold": _("The reminder is held back."),
    "release": _("The reminder is released."),
}
DONE_BEFORE = _("This was done already. Nothing was done twice.")
MOST_PAGES = 400


class ReminderPage(Page):
    """What the pages of reminders share: who is asking, decent hours, and the words of a message as its reader will see it."""

    area, name, add_to_menu = "reminders", _("Reminders"), False

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__(database)
        self.settings = settings
        self.hours = Hours(settings.quiet_from_hour, settings.quiet_to_hour)

    def words_of(self, notice: Notice, at: datetime) -> Text | None:
        """The message as its reader will see it; None for a record no words can be made of."""
        try:
            message = notice_words.compose(
                notice, at, self.settings.telegram_bot_name, cyrillic=self.settings.sms_cyrillic
            )
        except Exception:  # noqa: BLE001 – one broken record must not close the page about all others
            return None
        return markup(message.text) if notice.way == "telegram" else verbatim(sms.plain(message.text))

    async def signs(self, request: Request) -> dict[str, Any]:
        """What stands above every page of reminders: that a trial is on, which clinics are held back."""
        clinics = await holds.clinics(self.database, member_of(request))
        return {
            "trial_on_at": await trial.on_at(self.database),
            "clinics": clinics,
            "held_clinics": [one for one in clinics if one.held_at is not None],
            "labels": labels,
        }


class Reminders(ReminderPage):
    path, icon, add_to_menu = "/reminders", "fa fa-bell", True

    @route("", name="reminders")
    async def index(self, request: Request) -> Response:
        asked, member = asked_for(request), member_of(request)
        shown = await reminder_board.show(self.database, asked, member, now())
        return self.render(
            request,
            "reminders.html",
            heading=self.name,
            asked=asked,
            board=shown,
            states=STATES,
            address=lambda **change: address(asked, **change),
            **await self.signs(request),
        )

    @route("/people/{id:int}", name="reminders-of")
    async def timeline(self, request: Request) -> Response:
        try:
            number = min(request.path_params["id"], 2**62)
            name, promised = await board.of_person(self.database, number, member_of(request), now())
        except reach.NotFound:
            raise missing() from None
        return self.render(
            request,
            "reminders_of.html",
            heading=verbatim(name) if name else labels.UNREADABLE,
            person_id=number,
            promised=promised,
            **await self.signs(request),
        )

    @route("/{id:int}", name="reminder")
    async def show(self, request: Request) -> Response:
        one = await self._reminder(request)
        return self.render(
            request,
            "reminder.html",
            heading=one.title,
            reminder=one,
            buttons=BUTTONS,
            **await self.signs(request),
        )

    @route("/{id:int}/send", name="reminder-send")
    async def ask_to_send(self, request: Request) -> Response:
        """The message itself is shown before it goes out; why it cannot, if it cannot."""
        one = await self._reminder(request)
        if "send" not in one.acts:
            return self.go(f"/reminders/{one.id}")
        try:
            seen = await urging.preview(self.database, one.id, member_of(request), now(), self.hours)
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
            return self.go(f"/reminders/{one.id}")
        return self.render(
            request,
            "reminder_send.html",
            heading=_("Send now?"),
            reminder=one,
            seen=seen,
            problem=CannotSend(seen.reason).text if seen.reason else None,
            words=self.words_of(seen.notice, now()) if seen.notice else None,
            labels=labels,
        )

    @route("/{id:int}/{act}", name="reminder-ask")
    async def ask(self, request: Request) -> Response:
        one, act = await self._reminder(request), act_of(request)
        if act not in one.acts:
            return self.go(f"/reminders/{one.id}")
        return self.render(
            request,
            "confirm.html",
            heading=BUTTONS[act],
            what=Text("{name}: {title}", values={"name": one.person_name or "–", "title": one.title}),
            happens=WHAT_HAPPENS[act],
            button=BUTTONS[act],
            dangerous=False,
            hidden={"moment": one.moments[0].id} if one.moments else {},
            back=f"/admin/reminders/{one.id}",
        )

    @route("/{id:int}/{act}", methods=["POST"], name="reminder-do")
    async def do(self, request: Request) -> Response:
        act, number = act_of(request), min(request.path_params["id"], 2**62)
        try:
            new = await self._do(request, act, number)
        except reach.NotFound:
            raise missing() from None
        except Refusal as refusal:
            tell(request, refusal.text, "warning")
        else:
            tell(request, DONE[act] if new else DONE_BEFORE)
        return self.go(f"/reminders/{number}")

    async def _do(self, request: Request, act: Act, number: int) -> bool:
        """Whether something was done that had not been done before. Raises NotFound, CannotSend."""
        form, member = await request.form(), member_of(request)
        if act == "hold":
            return await holds.hold(self.database, number, member, now())
        if act == "release":
            return await holds.release(self.database, number, member, now())
        if act == "retry":
            moment_id = number_in(str(form.get("moment", ""))) or 0
            done = await urging.retry(self.database, number, moment_id, member, now(), self.hours)
        else:
            step, any_hour = str(form.get("step", ""))[:40].replace("\0", ""), form.get("any_hour") == "yes"
            done = await urging.send_now(
                self.database, number, step, member, now(), self.hours, any_hour=any_hour
            )
        return done == "new"

    async def _reminder(self, request: Request) -> board.Promised:
        try:
            number = min(request.path_params["id"], 2**62)
            return await board.reminder(self.database, number, member_of(request), now())
        except reach.NotFound:
            raise missing() from None


def act_of(request: Request) -> Act:
    asked = request.path_params["act"]
    found = next((act for act in BUTTONS if act == asked), None)
    if found is None:
        raise missing()
    return found


def asked_for(request: Request) -> Asked:
    """The board's address read; what cannot be read counts as not asked for."""
    query = request.query_params
    kind, channel = query.get("kind"), query.get("channel")
    return Asked(
        state=next((one for one in STATES if one == query.get("state")), "due"),
        kind=next((one for one in get_args(Kind) if one == kind), None),
        channel=next((one for one in get_args(ChannelKind) if one == channel), None),
        clinic_id=number_in(query.get("clinic", "")),
        on=day_in(query.get("day", "")),
        page=min(number_in(query.get("page", "")) or 1, MOST_PAGES),
    )


def address(asked: Asked, **change: object) -> str:
    """The board's address for the same part of it, changed so; the first page unless a page is named."""
    now_asked = {
        "state": asked.state,
        "kind": asked.kind,
        "channel": asked.channel,
        "clinic": asked.clinic_id,
        "day": asked.on,
    }
    wanted = {name: value for name, value in {**now_asked, **change}.items() if value is not None}
    return "/admin/reminders?" + "&".join(f"{name}={value}" for name, value in wanted.items())


def number_in(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 18 and int(text) else None


def day_in(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None
