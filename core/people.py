"""Who a person is, and what a name, a birth date, a phone or a PINFL may look like."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

import phonenumbers
import yaml

from core import script
from core.errors import Refusal
from core.i18n import CONTENT, Language, Text, Words, _, n_

Sex = Literal["female", "male"]
Relation = Literal["child", "parent", "spouse", "other"]
OLDEST_YEARS = 120
CONSENT_VERSION = "2026-11"

BAD_DATE = _("Write the date like this: 15.03.1990")
BAD_NAME = _("Write the name in letters, for example: Aziza Karimova")
BAD_PHONE = _("Write the phone like this: +998 90 123 45 67")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person tells about themselves or their child when they register."""

    name: str
    birth_date: date
    sex: Sex
    region: str | None = None
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Citizen:
    """A registered person as the conversation knows them."""

    id: int
    name: str
    birth_date: date
    sex: Sex
    region: str | None
    district: str | None
    language: Language
    channel: Literal["auto", "telegram", "sms"] = "auto"
    quiet_from_hour: int | None = None
    quiet_to_hour: int | None = None
    paused: bool = False
    campaigns: bool = True

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever writes from a chat: perhaps without a language yet, without consent, or without a record."""

    chat_id: int
    language: Language | None = None
    consented: bool = False
    citizen: Citizen | None = None
    misses: int = 0


class NotRegistered(Refusal):
    def __init__(self) -> None:
        super().__init__(_("To do this I need to know you. Press «Sign up», please."))


@dataclass(frozen=True, slots=True)
class Region:
    """A region by SOATO code, with the ids of its districts."""

    code: str
    districts: tuple[str, ...]


def parse_name(text: str) -> str:
    """One to five words of letters, in any script. Raises Refusal."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(name) <= 80 or not re.fullmatch(r"[^\W\d_]+(?:[-'ʻʼ‘’`´. ]+[^\W\d_]+){0,6}\.?", name):
        raise Refusal(BAD_NAME)
    return name


_DATE = re.compile(r"\s*(\d{1,2})\s*[./\-, ]\s*(\d{1,2})\s*[./\-, ]\s*(\d{4})\s*(?:й|y|г|yil|года?)?\.?\s*")
_ISO = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*")
_YEAR = r"(\d{4})(?:[\s-]*(?:yilda|yili|yil|y|goda|god|g)\b\.?)?"
_NAMED = re.compile(rf"(\d{{1,2}})[\s-]*([a-z]+)[\s.,-]*{_YEAR}")
_NAMED_YEAR_FIRST = re.compile(rf"{_YEAR}[\s.,-]*(\d{{1,2}})[\s-]*([a-z]+)")
# Months as they begin once in Latin letters, in Uzbek and Russian and with their endings: mart, marta, 1-martda.
MONTHS = ("yanv", "fevr", "mart", "apr", "may", "iyun", "iyul", "avg", "sen", "okt", "noya", "dek")


def _in_figures(text: str) -> str:
    """«1 март 1958», «1 марта 1958 года», «1958 yil 1 mart» as 1.3.1958; anything else as it came."""
    latin = script.to_latin(text.strip().casefold())
    if match := _NAMED.fullmatch(latin):
        day, name, year = match.groups()
    elif match := _NAMED_YEAR_FIRST.fullmatch(latin):
        year, day, name = match.groups()
    else:
        return text
    month = next((n for n, begins in enumerate(MONTHS, start=1) if name.startswith(begins)), None)
    return f"{day}.{month}.{year}" if month else text


def parse_date(text: str) -> date:
    """Day, month (also by its name), year with any separator, or ISO. Raises Refusal."""
    text = _in_figures(text)
    try:
        if match := _DATE.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Refusal(_("There is no such day. Write the date like this: 15.03.1990")) from None
    raise Refusal(BAD_DATE)


def parse_birth_date(text: str, today: date) -> date:
    """A date that a living person can be born on. Raises Refusal."""
    birth_date = parse_date(text)
    if birth_date > today:
        raise Refusal(_("This day has not come yet. Write the birth date like this: 15.03.1990"))
    if birth_date < today - timedelta(days=round(365.25 * OLDEST_YEARS)):
        raise Refusal(_("The year looks wrong. Write the birth date like this: 15.03.1990"))
    return birth_date


def parse_phone(text: str) -> str:
    """E.164 of an Uzbek or foreign number; 90 123 45 67, 8 90 1234567 and 998… are understood. Raises Refusal."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 10 and digits.startswith(
        "8"
    ):  # the old long-distance prefix, which the library refuses
        text = "+998" + digits[1:]
    elif len(digits) == 12 and digits.startswith("998"):
        text = "+" + digits
    try:
        number = phonenumbers.parse(text, "UZ")
    except phonenumbers.NumberParseException:
        raise Refusal(BAD_PHONE) from None
    if not phonenumbers.is_possible_number(number) or (
        number.country_code == 998 and not phonenumbers.is_valid_number(number)
    ):
        raise Refusal(BAD_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(e164: str) -> str:
    """+998901234567 → +998 90 123 45 67."""
    if match := re.fullmatch(r"\+998(\d\d)(\d{3})(\d\d)(\d\d)", e164):
        return "+998 " + " ".join(match.groups())
    return e164


def pinfl_problem(
    pinfl: str, birth_date: date, sex: Sex
) -> Literal["shape", "birth_date", "sex", "check_digit"] | None:
    """What does not fit in a 14-digit PINFL; a wrong check digit alone is a warning, never a refusal.

    Source: FACTS section 6 (century and sex, DDMMYY, area, serial, Σ digit·(7,3,1…) mod 10); the national guide's
    example 30211975910033 passes.
    """
    if not re.fullmatch(r"[1-6]\d{13}", pinfl) or pinfl[7:10] == "000" or pinfl[10:13] == "000":
        return "shape"
    century = 1800 + (int(pinfl[0]) - 1) // 2 * 100
    if pinfl[1:7] != birth_date.strftime("%d%m%y") or birth_date.year // 100 * 100 != century:
        return "birth_date"
    if (int(pinfl[0]) % 2 == 1) != (sex == "male"):
        return "sex"
    total = sum(int(digit) * (7, 3, 1)[i % 3] for i, digit in enumerate(pinfl[:13]))
    return None if total % 10 == int(pinfl[13]) else "check_digit"


def age_years(birth_date: date, on: date) -> int:
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def show_age(birth_date: date, on: date) -> Text:
    """In years, for small children in months."""
    years = age_years(birth_date, on)
    if years >= 2:
        return n_("{n} year old", "{n} years old", years)
    months = (on.year - birth_date.year) * 12 + on.month - birth_date.month - (on.day < birth_date.day)
    return n_("{n} month old", "{n} months old", months)


@cache
def regions() -> tuple[Region, ...]:
    """The 14 regions, the capital first."""
    data = yaml.safe_load((CONTENT / "shared" / "regions.yml").read_text(encoding="utf-8"))
    return tuple(Region(code, tuple(districts)) for code, districts in data["regions"].items())


@cache
def _place_names(language: str) -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = yaml.safe_load(
        (CONTENT / language / "regions.yml").read_text(encoding="utf-8")
    )
    return data


def region_name(code: str) -> Words:
    return Words(_place_names("uz")["regions"][code], _place_names("ru")["regions"][code])


def district_name(district: str) -> Words:
    return Words(_place_names("uz")["districts"][district], _place_names("ru")["districts"][district])
