"""The health passport: what a person's own summary shows, and which readings they can keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from core.i18n import Text, _


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement: `value2` is the lower pressure. Units are those of READINGS."""

    code: str
    value: float
    value2: float | None
    taken_at: datetime

    def show(self) -> Text:
        """120/80 mmHg, 5,4 mmol/L: the number with its unit."""
        kind = READINGS[self.code]
        number = (
            f"{self.value:g}/{self.value2:g}"
            if self.value2 is not None
            else f"{self.value:g}".replace(".", ",")
        )
        return (
            _("{number} {unit}", number=number, unit=kind.unit)
            if kind.unit.msgid
            else _("{number}", number=number)
        )


@dataclass(frozen=True, slots=True)
class ReadingKind:
    """A kind of measurement, its name, unit, and the limits a living body can have."""

    name: Text
    unit: Text
    low: float
    high: float


# The limits refuse slips of the finger, they judge nobody: wider than anything measured on a living adult or child.
READINGS: Mapping[str, ReadingKind] = {
    "blood_pressure": ReadingKind(_("Blood pressure"), _("mmHg"), 50, 300),
    "glucose": ReadingKind(_("Blood sugar"), _("mmol/L"), 1, 50),
    "weight": ReadingKind(_("Weight"), _("kg"), 1, 400),
    "pulse": ReadingKind(_("Pulse"), _("beats a minute"), 25, 250),
    "steps": ReadingKind(_("Steps"), _("steps"), 0, 120_000),
    "temperature": ReadingKind(_("Temperature"), _("°C"), 30, 44),
}


@dataclass(frozen=True, slots=True)
class GivenDose:
    """A dose in the passport; `confirmed` by a health worker or only told by the person."""

    vaccine: str
    given_on: date
    confirmed: bool


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is due or coming: an item of the calendars with its status and day; `to_verify` when no clinician has yet
    verified the rule it rests on.
    """

    programme: str
    item: str
    series: str
    dose: int | None
    status: str
    recommended_on: date | None
    reason: Text
    to_verify: bool = False


@dataclass(frozen=True, slots=True)
class DoneScreening:
    screening: str
    done_on: date
    result: str


@dataclass(frozen=True, slots=True)
class Passport:
    """Everything on one card. A list that is None is not known; an empty one is known to be empty."""

    name: str
    birth_date: date
    sex: str
    blood_group: str | None = None
    allergies: tuple[str, ...] | None = None
    conditions: tuple[str, ...] | None = None
    medicines: tuple[str, ...] | None = None
    doses: tuple[GivenDose, ...] = ()
    screenings: tuple[DoneScreening, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    readings: tuple[Reading, ...] = field(default=())
