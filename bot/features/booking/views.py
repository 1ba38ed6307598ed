"""What booking looks like: each step, the card, the list of one's visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot.keyboards import BACK, CANCEL, Press, Rows, columns
from core import booking as rules
from core.i18n import Text, _, join, verbatim
from core.people import Citizen

LEAVING = [Press(BACK, "bk:back"), Press(CANCEL, "bk:no")]


def ask_who(citizen: Citizen, family: Sequence[Citizen]) -> tuple[Text, Rows]:
    people = [Press(_("Me"), f"bk:who:{citizen.id}")]
    people += [Press(verbatim(ward.first_name), f"bk:who:{ward.id}") for ward in family]
    return _("Who is the visit for?"), [*columns(people, 2), [LEAVING[1]]]


def ask_service(services: Sequence[rules.Service]) -> tuple[Text, Rows]:
    rows = [[Press(service.name, f"bk:svc:{service.code}")] for service in services]
    return _("What is the visit for?"), [*rows, LEAVING]


def ask_clinic(clinics: Sequence[rules.Clinic], district: str | None) -> tuple[Text, Rows]:
    rows = [[Press(clinic.name, f"bk:cl:{clinic.id}")] for clinic in clinics[:8]]
    near = bool(clinics) and clinics[0].district == district
    return _("Which clinic? Yours is first.") if near else _("Which clinic?"), [*rows, LEAVING]


def ask_day(clinic: rules.Clinic, days: Sequence[date]) -> tuple[Text, Rows]:
    rows = columns((Press(rules.show_day(day), f"bk:day:{day.isoformat()}") for day in days[:14]), 3)
    return _("{clinic}\n{address}\nWhich day?", clinic=clinic.name, address=clinic.address), [*rows, LEAVING]


def ask_time(day: date, times: Sequence[rules.FreeSlot]) -> tuple[Text, Rows]:
    rows = columns(
        (Press(verbatim(rules.show_time(slot.starts_at)), f"bk:slot:{slot.id}") for slot in times[:40]), 4
    )
    return _("{day}: which time?", day=rules.show_day(day)), [*rows, LEAVING]


def confirm(
    person: str, service: str, clinic: rules.Clinic, slot: rules.FreeSlot, moving: bool
) -> tuple[Text, Rows]:
    text = join(
        "\n",
        _("Move the visit here?") if moving else _("Shall I book it?"),
        _("{name}: {service}", name=person, service=rules.services()[service].name),
        when(slot.starts_at),
        _("{clinic}, room {room}", clinic=clinic.name, room=slot.room),
    )
    return text, [[Press(_("Move") if moving else _("Book"), "bk:yes")], LEAVING]


def when(moment: datetime) -> Text:
    return _("{day} at {time}", day=rules.day_of(moment), time=rules.show_time(moment))


def booked(appointment: rules.Appointment) -> tuple[Text, Rows]:
    text = join(
        "\n",
        _(
            "✅ You are booked: {day} at {time}.",
            day=rules.day_of(appointment.starts_at),
            time=rules.show_time(appointment.starts_at),
        ),
        _("{clinic}, room {room}", clinic=appointment.clinic.name, room=appointment.room),
        Text("{address}", values={"address": appointment.clinic.address}),
        _(
            "{name}: {service}",
            name=appointment.person_name,
            service=rules.services()[appointment.service].name,
        ),
        _("I will remind you the day before and two hours before."),
    )
    return text, _card_buttons(appointment)


def card(appointment: rules.Appointment) -> tuple[Text, Rows]:
    text = join(
        "\n",
        Text("📅 <b>{when}</b>", values={"when": when(appointment.starts_at)}),
        _(
            "{name}: {service}",
            name=appointment.person_name,
            service=rules.services()[appointment.service].name,
        ),
        _("{clinic}, room {room}", clinic=appointment.clinic.name, room=appointment.room),
        Text("{address}", values={"address": appointment.clinic.address}),
    )
    return text, _card_buttons(appointment)


def _card_buttons(appointment: rules.Appointment) -> Rows:
    return [
        [
            Press(_("Move"), f"ap:move:{appointment.id}"),
            Press(_("Cancel visit"), f"ap:cancel:{appointment.id}"),
        ]
    ]


def no_clinics() -> tuple[Text, Rows]:
    return _("There are no free times for this just now. Try another service or look again tomorrow."), [
        LEAVING
    ]


def none_booked() -> tuple[Text, Rows]:
    return _("You have no visits booked."), [[Press(_("Book"), "bk:start")]]


def ask_cancel(appointment_id: int) -> Rows:
    return [[Press(_("Yes, cancel"), f"ap:yes:{appointment_id}"), Press(_("Keep it"), "ap:keep")]]


def clinic_card(clinic: rules.Clinic) -> Text:
    lines = [
        Text("<b>{name}</b>", values={"name": clinic.name}),
        Text("{address}", values={"address": clinic.address}),
        _("Open: {hours}", hours=clinic.hours),
    ]
    if clinic.phone:
        lines.append(_("Phone: {phone}", phone=clinic.phone))
    return join("\n", *lines)
