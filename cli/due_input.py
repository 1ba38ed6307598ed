"""Reads what `salomat due` is asked, strictly: every refusal names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.programmes import (
    RESULTS,
    Booking,
    Calendars,
    Dose,
    Exemption,
    Person,
    Refusal,
    ScreeningResult,
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TOP = ("on", "person", "immunizations", "screenings", "exemptions", "refusals", "bookings")
_PERSON = ("birth_date", "sex", "pregnant", "conditions", "region", "pregnancy_started_on")
_SEXES = ("female", "male")
# What an exemption may be called, here and by the national platform.
_KINDS = {
    "medical": "medical",
    "immune": "immune",
    "stock": "stock",
    "refusal": "refusal",
    "MEDPREC": "medical",
    "IMMUNE": "immune",
    "OSTOCK": "stock",
    "PATOBJ": "refusal",
}
_OLDEST_YEARS = 130


class WrongInput(ValueError):
    """The input cannot be answered; the message names the field and says what would be right."""


@dataclass(frozen=True, slots=True)
class Question:
    on: date
    person: Person
    doses: tuple[Dose, ...]
    screenings: tuple[ScreeningResult, ...]
    exemptions: tuple[Exemption, ...]
    refusals: tuple[Refusal, ...]
    bookings: tuple[Booking, ...]


def whole(text: str) -> Mapping[str, Any]:
    """The JSON object in `text`. Raises WrongInput."""
    try:
        value = json.loads(text.lstrip("\ufeff"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise WrongInput(
            f"the input is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except ValueError:
        raise WrongInput("the input is not a record: a number in it is too long") from None
    except RecursionError:
        raise WrongInput("the input is not a record: it is nested too deeply") from None
    if not isinstance(value, dict):
        raise WrongInput("the input must be one JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise WrongInput(f"{twice}: stands twice")
    return made


def read(asked: Mapping[str, Any], calendars: Calendars) -> Question:
    """Raises WrongInput at the first field that is wrong."""
    _known(asked, _TOP, "")
    on = _day(asked, "on", "on")
    person = _person(asked, on, calendars)
    vaccines, checks = calendars.vaccine_codes, calendars.screening_codes
    doses = tuple(
        Dose(_code(item, "vaccine", path, vaccines), _given(item, path, person.birth_date, on))
        for path, item in _list(asked, "immunizations")
    )
    screenings = tuple(
        ScreeningResult(
            _code(item, "screening", path, checks),
            _not_after(_day(item, "on", f"{path}.on"), on, f"{path}.on"),
            _choice(item, "result", f"{path}.result", RESULTS),
        )
        for path, item in _list(asked, "screenings")
    )
    exemptions, refusals = _exemptions(asked, vaccines)
    bookings = tuple(
        Booking(_code(item, "item", path, vaccines | checks), _day(item, "on", f"{path}.on"))
        for path, item in _list(asked, "bookings")
    )
    return Question(on, person, doses, screenings, exemptions, refusals, bookings)


def _person(asked: Mapping[str, Any], on: date, calendars: Calendars) -> Person:
    given = asked.get("person")
    if not isinstance(given, dict):
        raise WrongInput("person: is missing" if given is None else "person: must be an object")
    _known(given, _PERSON, "person.")
    birth = _not_after(_day(given, "birth_date", "person.birth_date"), on, "person.birth_date")
    if on.year - birth.year > _OLDEST_YEARS:
        raise WrongInput(f"person.birth_date: is more than {_OLDEST_YEARS} years before “on”")
    sex = _choice(given, "sex", "person.sex", _SEXES)
    if sex is None:
        raise WrongInput("person.sex: is missing; it is female or male")
    pregnant = False if given.get("pregnant") is None else given["pregnant"]
    if not isinstance(pregnant, bool):
        raise WrongInput("person.pregnant: must be true or false")
    if pregnant and sex == "male":
        raise WrongInput("person.pregnant: is true, but person.sex is male")
    conditions = [] if given.get("conditions") is None else given["conditions"]
    if not isinstance(conditions, list) or not all(isinstance(c, str) and c for c in conditions):
        raise WrongInput("person.conditions: must be a list of codes")
    began = None
    if given.get("pregnancy_started_on") is not None:
        path = "person.pregnancy_started_on"
        began = _not_after(_day(given, "pregnancy_started_on", path), on, path)
    return Person(birth, sex, pregnant, frozenset(conditions), _region(given, calendars), began)


def _region(given: Mapping[str, Any], calendars: Calendars) -> str | None:
    region = given.get("region")
    if region is None:
        return None
    if not isinstance(region, str) or not region:
        raise WrongInput('person.region: must be a code such as "1726"')
    known = calendars.regions
    if known and region[:4] not in known:
        raise WrongInput(f"person.region: “{region}” is not known; known are {', '.join(sorted(known))}")
    return region[:4] if known else region


def _exemptions(
    asked: Mapping[str, Any], vaccines: frozenset[str]
) -> tuple[tuple[Exemption, ...], tuple[Refusal, ...]]:
    exemptions: list[Exemption] = []
    refusals = [Refusal(_code(item, "vaccine", path, vaccines)) for path, item in _list(asked, "refusals")]
    for path, item in _list(asked, "exemptions"):
        vaccine = _code(item, "vaccine", path, vaccines)
        kind = _KINDS[_choice(item, "kind", f"{path}.kind", tuple(_KINDS)) or "medical"]
        until = _day(item, "until", f"{path}.until") if item.get("until") is not None else None
        if kind == "stock" and until is None:
            raise WrongInput(f"{path}.until: is missing; a vaccine that has run out comes back")
        if kind == "refusal":
            refusals.append(Refusal(vaccine))
        else:
            exemptions.append(Exemption(vaccine, kind, until))
    return tuple(exemptions), tuple(refusals)


def _known(given: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    for key in given:
        if key not in known:
            raise WrongInput(f"{path}{key}: is not known here; known are {', '.join(known)}")


def _list(asked: Mapping[str, Any], key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    items = asked.get(key)
    if items is None:
        return
    if not isinstance(items, list):
        raise WrongInput(f"{key}: must be a list")
    for n, item in enumerate(items):
        if not isinstance(item, dict):
            raise WrongInput(f"{key}[{n}]: must be an object")
        yield f"{key}[{n}]", item


def _day(given: Mapping[str, Any], key: str, path: str) -> date:
    text = given.get(key)
    if text is None:
        raise WrongInput(f"{path}: is missing; write a date such as 2026-11-21")
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise WrongInput(
            f"{path}: {json.dumps(text, ensure_ascii=False)} is not a date; write it as 2026-11-21"
        )
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise WrongInput(f"{path}: there is no day {text}") from None
    if not 1850 <= day.year <= 2250:
        raise WrongInput(f"{path}: {text} is too far away")
    return day


def _not_after(day: date, on: date, path: str) -> date:
    if day > on:
        raise WrongInput(f"{path}: {day} is in the future, after “on” ({on})")
    return day


def _given(item: Mapping[str, Any], path: str, born: date, on: date) -> date:
    day = _not_after(_day(item, "on", f"{path}.on"), on, f"{path}.on")
    if day < born:
        raise WrongInput(f"{path}.on: {day} is before the birth ({born})")
    return day


def _code(item: Mapping[str, Any], key: str, path: str, known: frozenset[str]) -> str:
    code = item.get(key)
    if code is None:
        raise WrongInput(f"{path}.{key}: is missing")
    if not isinstance(code, str) or code not in known:
        shown = json.dumps(code, ensure_ascii=False)
        raise WrongInput(f"{path}.{key}: {shown} is not known; known are {', '.join(sorted(known))}")
    return code


def _choice(item: Mapping[str, Any], key: str, path: str, known: tuple[str, ...]) -> str | None:
    value = item.get(key)
    if value is None:
        return None
    if value not in known:
        shown = json.dumps(value, ensure_ascii=False)
        raise WrongInput(f"{path}: {shown} is not known; it is one of: {', '.join(known)}")
    return str(value)
