"""What the calendar engine is told about a person, and what it answers, each answer with its reason in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from core import programme_words as words
from core.calendar import Rule
from core.i18n import Text
from core.people import age_years

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class Person:
    """Only what rules ask for. `pregnancy_started_on` is the first day of the last period, if it is known."""

    birth_date: date
    sex: str
    pregnant: bool = False
    conditions: frozenset[str] = frozenset()
    region: str | None = None
    pregnancy_started_on: date | None = None


@dataclass(frozen=True, slots=True)
class Dose:
    """A vaccine that was given; `id` is the caller's own and comes back in the verdict."""

    vaccine: str
    on: date
    id: object = None


@dataclass(frozen=True, slots=True)
class ScreeningResult:
    """`result` is normal, abnormal or inadequate; None when the check was made and its result is not known."""

    screening: str
    on: date
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """Not to be given before `until`, or never when it is None.

    `kind` is medical, immune, or stock when the vaccine has run out.
    """

    vaccine: str
    kind: str = "medical"
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The person, or a child's parents, said no to this vaccine."""

    vaccine: str


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment for a vaccine or a check."""

    item: str
    on: date


# The two answers are tuples with names: a person has some fifty of them, and a frozen dataclass takes three times as
# long to make.
class DoseVerdict(NamedTuple):
    """What one dose is worth in one series; `dose` is the number it was tried as, None when nothing was left to give.

    `reason_code` is one of core.calendar.REASONS, None when the dose counts.
    """

    vaccine: str
    on: date
    series: str
    dose: int | None
    valid: bool
    reason_code: str | None
    id: object = None

    @property
    def reason(self) -> Text | None:
        """The same in words."""
        return words.verdict(self) if self.reason_code else None


class Recommendation(NamedTuple):
    """The next step of one series or screening. `latest_on` is the last day on which it may be given.

    A date is None where the rules name none: complete, not for this person, an exemption for good, a pregnancy whose
    start is not known. `rule` says what it stands on; `booked_on` is the appointment that is on the way.
    """

    item: str
    series: str
    dose: int | None
    status: str
    earliest_on: date | None
    recommended_on: date | None
    overdue_on: date | None
    latest_on: date | None
    rule: Rule
    why: tuple[object, ...]
    booked_on: date | None = None

    @property
    def reason(self) -> Text:
        """Why, in words."""
        return words.reason(self)


def for_citizens(found: Iterable[Recommendation], birth_date: date, on: date) -> tuple[Recommendation, ...]:
    """What a citizen may be shown or promised as of `on`; staff see everything.

    A rule that no clinician has verified speaks to no adult, and no check that rests on one is shown to anybody. A
    child's dose stays, whatever its rule: a nurse decides at the visit, and the late starter must not be forgotten.
    """
    return tuple(
        one for one in found if one.rule.status != "to_verify" or _is_childs_dose(one, birth_date, on)
    )


def _is_childs_dose(one: Recommendation, birth_date: date, on: date) -> bool:
    """Judged on the day it is planned for: a ten-year booster at 26 is not a child's."""
    planned_on = max(one.recommended_on or on, on)
    return one.dose is not None and age_years(birth_date, planned_on) < ADULT_YEARS
