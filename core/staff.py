"""Staff: what each role may do, how long a sign-in lasts, and what slows down guessing of passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from core.booking import day_of
from core.errors import Refusal
from core.i18n import Text, _

Role = Literal["editor", "nurse", "administrator"]
Area = Literal[
    "home",
    "articles",
    "campaigns",
    "approval",
    "effect",
    "people",
    "appointments",
    "reminders",
    "trial",
    "questions",
    "calendar",
    "staff",
    "audit",
]

ROLES: Mapping[Role, Text] = {
    "editor": _("Editor"),
    "nurse": _("Nurse"),
    "administrator": _("Administrator"),
}
# What is not written here is forbidden.
AREAS: Mapping[Role, frozenset[Area]] = {
    "editor": frozenset({"home", "articles", "campaigns", "effect", "calendar"}),
    "nurse": frozenset({"home", "people", "appointments", "reminders", "questions", "calendar"}),
    "administrator": frozenset(
        {
            *("home", "articles", "campaigns", "approval", "effect", "people", "appointments", "reminders"),
            *("trial", "questions", "calendar", "staff", "audit"),
        }
    ),
}

IDLE = timedelta(minutes=30)
"""So long without a request and a sign-in is over."""
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
FREE_TRIES = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)
PASSWORD_MIN_CHARS, PASSWORD_MAX_CHARS = 10, 200
_COMMON = ("1234567890", "qwertyuiop", "password", "salomat", "parol", "пароль", "йцукенгшщз", "1q2w3e4r5t")


class WrongLogin(Refusal):
    """One answer for an unknown login, a wrong password, a locked and a disabled account: nobody learns which logins exist."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The login or the password is wrong. Check both and try again. After {tries} wrong tries wait {minutes} minutes.",
                tries=FREE_TRIES,
                minutes=FIRST_LOCK // timedelta(minutes=1),
            )
        )


class WeakPassword(Refusal):
    """The password would be guessed."""


class LoginTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This login is taken. Choose another."))


class NoSuchMember(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is no such member of staff."))


class LastAdministrator(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This is the only administrator. First give somebody else this role."))


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff; `clinic_id` None means every clinic."""

    id: int
    login: str
    name: str
    role: Role
    language: Literal["uz", "ru"]
    clinic_id: int | None = None
    disabled: bool = False
    locked: bool = False

    def may(self, area: Area) -> bool:
        return area in AREAS[self.role]


def lock_for(tries: int) -> timedelta | None:
    """How long nobody can sign in after so many wrong tries in a row: 15 minutes after the fifth, then twice as long each."""
    if tries < FREE_TRIES:
        return None
    doublings = min(tries - FREE_TRIES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def is_over(created_at: datetime, seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a sign-in no longer counts: too long idle, or too old."""
    return now >= min(seen_at + IDLE, expires_at, created_at + LONGEST)


def check_password(password: str, login: str) -> None:
    """Raises WeakPassword, saying what to do."""
    if not PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS:
        raise WeakPassword(_("The password needs at least {n} characters.", n=PASSWORD_MIN_CHARS))
    plain = password.casefold()
    if login.casefold() in plain or len(set(plain)) < 5 or any(word in plain for word in _COMMON):
        raise WeakPassword(
            _("This password is easy to guess. Take three or four words that do not belong together.")
        )


def parse_login(text: str) -> str:
    """Small Latin letters, digits, dot, hyphen, underscore. Raises Refusal."""
    login = text.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,39}", login):
        raise Refusal(_("Write the login in Latin letters and digits, for example: aziza.karimova"))
    return login


class WrongOutcome(Refusal):
    """What became of a visit cannot be this."""


Outcome = Literal["fulfilled", "noshow", "cancelled"]


def outcomes(status: str, starts_at: datetime, now: datetime) -> tuple[Outcome, ...]:
    """What may be said of a visit now: came, from its day on; did not come, from its start on; cancelled, before it.

    Came and did not come can be put right later; a cancelled visit stays cancelled, its time may be somebody else's.
    """
    if status == "cancelled":
        return ()
    found: list[Outcome] = []
    if status != "fulfilled" and day_of(starts_at) <= day_of(now):
        found.append("fulfilled")
    if status != "noshow" and starts_at <= now:
        found.append("noshow")
    if status == "booked" and starts_at > now:
        found.append("cancelled")
    return tuple(found)


def check_outcome(outcome: Outcome, status: str, starts_at: datetime, now: datetime) -> None:
    """Raises WrongOutcome."""
    if outcome not in outcomes(status, starts_at, now):
        raise WrongOutcome(_("This cannot be said of this visit now. Look at its state again."))
