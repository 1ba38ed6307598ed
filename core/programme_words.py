"""The calendar in words: names of vaccines, diseases and checks, and why each is due or does not count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from core.ages import Span
from core.errors import ContentError
from core.i18n import CONTENT, Text, Words, _, n_, verbatim

if TYPE_CHECKING:
    from core.recommendations import DoseVerdict, Recommendation

KINDS = ("vaccines", "series", "screenings")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Mapping[str, Words]]:
    uz, ru = (_read(language) for language in ("uz", "ru"))
    return {kind: {code: Words(uz[kind][code], ru[kind][code]) for code in uz[kind]} for kind in KINDS}


def _read(language: str) -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        (CONTENT / language / "programmes.yml").read_text(encoding="utf-8")
    )
    return loaded


def check() -> None:
    """Raises ContentError when the two languages do not name the same things."""
    uz, ru = _read("uz"), _read("ru")
    for kind in KINDS:
        for code in sorted(set(uz.get(kind, {})) ^ set(ru.get(kind, {}))):
            missing = "ru" if code in uz.get(kind, {}) else "uz"
            raise ContentError(f"content/{missing}/programmes.yml", None, f"“{kind}: {code}” is missing")


def vaccine(code: str) -> Text | Words:
    """How patients call a product; the code itself when the calendar is not ours."""
    return _names()["vaccines"].get(code) or verbatim(code)


def disease(code: str) -> Text | Words:
    """What a series protects from."""
    return _names()["series"].get(code) or verbatim(code)


def screening(code: str) -> Text | Words:
    return _names()["screenings"].get(code) or verbatim(code)


def item(code: str) -> Text | Words:
    """The name of what to do next, a vaccine or a check."""
    names = _names()
    return names["vaccines"].get(code) or names["screenings"].get(code) or verbatim(code)


def at_age(span: Span) -> Text:
    """ "at 16 months", as it stands inside a sentence."""
    months, days = span
    if months and months % 12 == 0 and months >= 24:
        return n_("at {n} year", "at {n} years", months // 12)
    if months:
        return n_("at {n} month", "at {n} months", months)
    if days and days % 7 == 0:
        return n_("at {n} week", "at {n} weeks", days // 7)
    return n_("at {n} day", "at {n} days", days) if days else _("at birth")


def verdict(given: DoseVerdict) -> Text | None:
    """Why a dose does not count."""
    name = vaccine(given.vaccine)
    match given.reason_code:
        case "too_young":
            return _("{vaccine} on {on} was given too early for this age.", vaccine=name, on=given.on)
        case "interval_too_short":
            return _("{vaccine} on {on} came too soon after the dose before.", vaccine=name, on=given.on)
        case "live_vaccine_conflict":
            return _("{vaccine} on {on} came too soon after another live vaccine.", vaccine=name, on=given.on)
        case "after_latest_age":
            return _("{vaccine} on {on} was given after the last age for it.", vaccine=name, on=given.on)
        case "extraneous":
            return _("{vaccine} on {on} was more than this series needs.", vaccine=name, on=given.on)
        case "wrong_product":
            return _("{vaccine} on {on} is not the vaccine for this dose.", vaccine=name, on=given.on)
    return None


def reason(found: Recommendation) -> Text:
    """Why it stands as it does today."""
    name = item(found.item)
    if found.booked_on is not None:
        return _("{item}: you are booked for {on}.", item=name, on=found.booked_on)
    kind: str = str(found.why[0])
    say: Any = _PLAIN.get(found.status) or _PLAIN.get(kind)
    if say is not None:
        return Text(say.msgid, values={"item": name, "disease": disease(found.series), "on": found.latest_on})
    if kind in ("exempt", "refused"):
        return _exempt(found, name)
    if found.dose is None:
        return _check(found, name, kind)
    return _dose(found, name, kind)


_PLAIN: Mapping[str, Text] = {
    "complete": _("{disease}: everything planned is done."),
    "not_for_person": _("{item}: this person is not in the group it is planned for."),
    "too_late": _("{item}: the age for it has passed. Ask a doctor if it is still needed."),
    "pregnancy": _("{item}: planned for every pregnancy. Ask your doctor for the day."),
}


def _exempt(found: Recommendation, name: object) -> Text:
    if found.why[0] == "refused":
        return _("{item}: refused. You can change your mind at any time.", item=name)
    until = found.why[1]
    if isinstance(until, int):
        return _("{item}: put off by a doctor until {until}.", item=name, until=date.fromordinal(until))
    return _("{item}: not to be given, a doctor exempted from it.", item=name)


def _dose(found: Recommendation, name: object, kind: str) -> Text:
    values = {"item": name, "dose": found.dose, "on": found.recommended_on, "disease": disease(found.series)}
    if kind == "age":
        values["age"] = at_age(found.why[1])  # type: ignore[arg-type]
        if found.status == "not_yet":
            return _("{item}, dose {dose}: given {age}, that is on {on}.", **values)
        return _("{item}, dose {dose}, is not recorded yet. It is given {age}, that was on {on}.", **values)
    if kind == "season":
        if found.status == "not_yet":
            return _("{item}: every year before the cold season, from {on}.", **values)
        return _("{item}: not recorded for this season, which began on {on}.", **values)
    if found.status == "not_yet":
        return _(
            "{item}, dose {dose}: from {on}, so that the time since the last dose is long enough.", **values
        )
    return _(
        "{item}, dose {dose}, is not recorded yet. Since {on} the time since the last dose is long enough.",
        **values,
    )


def _check(found: Recommendation, name: object, kind: str) -> Text:
    on = found.recommended_on
    if kind == "after_check":
        last, result = found.why[1], found.why[2]
        if found.status == "not_yet":
            return _("{item}: last done on {last}, next on {on}.", item=name, last=last, on=on)
        if result == "inadequate":
            return _("{item}: on {last} it gave no clear answer and is repeated.", item=name, last=last)
        return _("{item}: last done on {last}, it was time again on {on}.", item=name, last=last, on=on)
    if found.status == "not_yet":
        return _("{item}: for the first time on {on}.", item=name, on=on)
    return _("{item}: no result is recorded; planned since {on}.", item=name, on=on)
