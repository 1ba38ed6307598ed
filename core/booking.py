"""What can be booked, by whom and when; the refusals a person can meet on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import yaml

from core import people
from core.errors import Refusal
from core.i18n import CONTENT, TASHKENT, Text, Words, _

HORIZON = timedelta(days=21)
LEAD = timedelta(minutes=30)
MOST_APPOINTMENTS = 5
FEMALE_FROM_YEARS = 12
"""A little girl is not offered a gynaecologist; an adolescent is. Only the menu is shorter, nobody is refused."""


class SlotTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Somebody has just taken this time. The nearest free times:"))


class SlotPassed(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This time has passed. Choose another, please."))


class TooManyAppointments(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("You already have {most} appointments. Cancel one you no longer need.", most=MOST_APPOINTMENTS)
        )


class OverlapsAnother(Refusal):
    def __init__(self) -> None:
        super().__init__(_("You already have an appointment at this time. Choose another time, please."))


class NotYours(Refusal):
    """An appointment that is somebody else's, or none: the answer is the same."""

    def __init__(self) -> None:
        super().__init__(_("I did not find this appointment. Here are yours:"))


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of visit; `items` are codes of the calendars it serves."""

    code: str
    name: Words
    minutes: int
    who: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clinic:
    id: int
    name: Words
    address: Words
    hours: str
    phone: str | None
    region: str
    district: str


@dataclass(frozen=True, slots=True)
class FreeSlot:
    id: int
    starts_at: datetime
    room: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booked visit of `person_name` (the person who looks, or their child)."""

    id: int
    person_id: int
    person_name: str
    service: str
    item: str | None
    clinic: Clinic
    room: str
    starts_at: datetime
    status: str


@cache
def services() -> dict[str, Service]:
    """Every service by its code, in the order of the menu."""
    shared: dict[str, dict[str, Any]] = _read("shared")["services"]
    uz, ru = _read("uz")["services"], _read("ru")["services"]
    return {
        code: Service(
            code,
            Words(uz[code], ru[code]),
            rules["minutes"],
            rules.get("for", "anyone"),
            tuple(rules.get("items", ())),
        )
        for code, rules in shared.items()
    }


def _read(folder: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((CONTENT / folder / "booking.yml").read_text(encoding="utf-8"))
    return data


def service_for(item: str) -> Service | None:
    """Where a vaccination or screening of the calendars is done."""
    return next((service for service in services().values() if item in service.items), None)


def offered_to(birth_date: date, sex: str, on: date) -> list[Service]:
    """The services that make sense for a person of this age and sex."""
    age = people.age_years(birth_date, on)
    adult, female = age >= 18, sex == "female"
    fits = {
        "anyone": True,
        "child": not adult,
        "adult": adult,
        "female": female and age >= FEMALE_FROM_YEARS,
        "woman": female and adult,
    }
    return [
        service
        for service in services().values()
        if fits[service.who] and (adult or service.code != "therapist")
    ]


def check_time(starts_at: datetime, now: datetime) -> None:
    """Raises SlotPassed when it is too late (30 minutes before) to book a time."""
    if starts_at < now + LEAD:
        raise SlotPassed


def day_of(moment: datetime) -> date:
    """The calendar day in Tashkent."""
    return moment.astimezone(TASHKENT).date()


WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def show_day(on: date) -> Text:
    """12.12, Sat."""
    return _("{day}, {weekday}", day=on.strftime("%d.%m"), weekday=WEEKDAYS[on.weekday()])


def show_time(moment: datetime) -> str:
    return moment.astimezone(TASHKENT).strftime("%H:%M")
