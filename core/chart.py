"""The chart: a person's doses, checks and reasons not to vaccinate, as staff keep them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from core import people
from core.errors import Refusal
from core.i18n import _
from core.recommendations import DoseVerdict

Reason = Literal["MEDPREC", "IMMUNE", "PATOBJ", "OSTOCK"]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""The four national reasons why a vaccine is not given (UZCoreImmunization)."""
Result = Literal["normal", "abnormal", "not_adequate", "unknown"]
RESULTS: tuple[Result, ...] = get_args(Result)
SITES = ("left_arm", "right_arm", "left_thigh", "right_thigh", "mouth")
LONGEST_PUT_OFF_YEARS = 5
LOT_MAX_CHARS, PLACE_MAX_CHARS = 40, 100

Recorded = Literal["new", "confirmed", "there"]
"""What became of a record: kept as new, an earlier one of the same is confirmed by it, or nothing changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """By whom and when something was written down; `confirmed` by staff or only told by the person."""

    id: int
    place: str | None
    confirmed: bool
    mistaken: bool
    recorded_at: datetime
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose with what it is worth in each series it may count for."""

    entry: Entry
    vaccine: str
    on: date
    lot: str | None
    site: str | None
    verdicts: tuple[DoseVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    entry: Entry
    screening: str
    on: date
    result: str


@dataclass(frozen=True, slots=True)
class NotGiven:
    """A reason that holds today; `until` None is for good."""

    id: int
    vaccine: str
    reason: Reason
    until: date | None
    recorded_at: datetime
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Newest first. What was entered in error stays in it, marked."""

    doses: tuple[Dose, ...] = ()
    checks: tuple[Check, ...] = ()
    not_given: tuple[NotGiven, ...] = ()

    def twins(self, dose: Dose) -> bool:
        """Whether the same vaccine is recorded twice on its day: perhaps one dose with two lots written down."""
        same = [
            d for d in self.doses if not d.entry.mistaken and (d.vaccine, d.on) == (dose.vaccine, dose.on)
        ]
        return len(same) > 1


class NotThere(Refusal):
    """The record that was to be changed is not, or no longer, there."""

    def __init__(self) -> None:
        super().__init__(_("This record has changed meanwhile. Look at it again."))


class SameDose(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("The same dose with this lot is recorded already. Mark this one as entered in error instead.")
        )


def check_reason(reason: str, until: date | None, today: date) -> Reason:
    """Raises Refusal when the reason is none of the four, or the day does not fit it."""
    known = next((one for one in REASONS if one == reason), None)
    if known is None:
        raise Refusal(_("Choose why the vaccine is not given."))
    if known == "OSTOCK" and until is None:
        raise Refusal(_("Write until when the vaccine is expected, like this: 15.03.2027"))
    if known in ("IMMUNE", "PATOBJ") and until is not None:
        raise Refusal(_("Leave the last day empty for this reason. It can be ended at any time."))
    if until is not None and until <= today:
        raise Refusal(_("This day is past. Write a day to come, like this: 15.03.2027"))
    if until is not None and until.year > today.year + LONGEST_PUT_OFF_YEARS:
        raise Refusal(
            _("At most {n} years ahead. If it is for good, leave the day empty.", n=LONGEST_PUT_OFF_YEARS)
        )
    return known


def parse_day(text: str) -> date:
    """As people write dates, and 15032026 from a keyboard of figures alone. Raises Refusal."""
    if match := re.fullmatch(r"\s*(\d\d)(\d\d)(\d{4})\s*", text):
        text = ".".join(match.groups())
    try:
        return people.parse_date(text)
    except Refusal:
        raise Refusal(_("Write the day like this: 15.03.2026")) from None
