"""The calendar in words: names of vaccines, diseases and checks, and why each is due or does not count."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from core.ages import Span
from core.errors import ContentError
from core.i18n import CONTENT, Text, Words, _, n_, verbatim

if TYPE_CHECKING:
    from core.calendar import Calendars
    from core.recommendations import DoseVerdict, Recommendation

KINDS = ("vaccines", "series", "screenings", "short")

_VERDICTS: Mapping[str, Text] = {
    "too_young": _("Too early for this age: {vaccine}, {on}."),
    "interval_too_short": _("Too soon after the dose before: {vaccine}, {on}."),
    "live_vaccine_conflict": _("Too soon after another live vaccine: {vaccine}, {on}."),
    "after_latest_age": _("After the last age for it: {vaccine}, {on}."),
    "extraneous": _("More than this series needs: {vaccine}, {on}."),
    "wrong_product": _("Another vaccine is needed for this dose: {vaccine}, {on}."),
}
# What decides alone, whatever else there is to say.
_ALWAYS: Mapping[str, Text] = {
    "not_for_person": _("Not planned for this person: {item}."),
    "too_late": _("The age for it has passed: {item}. A doctor can say if it is still needed."),
    "refused": _("Refused: {item}. You can change your mind at any time."),
}
_NOT_YET: Mapping[str, Text] = {
    "age": _("Coming: {item}, dose {dose}. Planned {age}, that is on {on}."),
    "interval": _("Coming: {item}, dose {dose}, from {on}: time must pass after the dose before."),
    "live": _("Coming: {item}, dose {dose}, from {on}: a pause is needed after another live vaccine."),
    "start": _("Coming: {item}, dose {dose}. Planned for this group from {on}."),
    "season": _("Every year before the cold season: {item}. From {on}."),
    "first_check": _("Coming: {item}, for the first time on {on}."),
    "after_check": _("Last done on {last}: {item}. Next on {on}."),
    "pregnancy": _("Coming: {item}. The time for it begins on {on}."),
}
_DUE: Mapping[str, Text] = {
    "age": _("Not recorded yet: {item}, dose {dose}. Planned {age}, that is {on}."),
    "interval": _(
        "Not recorded yet: {item}, dose {dose}. Enough time has passed since the dose before, on {on}."
    ),
    "live": _(
        "Not recorded yet: {item}, dose {dose}. The pause after another live vaccine is over since {on}."
    ),
    "start": _("Not recorded yet: {item}, dose {dose}. Planned for this group since {on}."),
    "season": _("Not recorded for this season: {item}. Given since {on}."),
    "first_check": _("No result recorded: {item}. Planned since {on}."),
    "after_check": _("Last done on {last}: {item}. It is time again since {on}."),
    "pregnancy": _("No result recorded: {item}. Planned since {on}."),
}
_REPEAT = _("No clear answer on {last}: {item}. It is repeated from {on}.")
_FROM_AGE = _("No result recorded: {item}. Planned {age}.")
_EVERY_PREGNANCY = _("Planned in every pregnancy: {item}. Your doctor names the day.")


def vaccine(code: str) -> Text | Words:
    """How patients call a product; the code itself when the calendar is not ours."""
    return _names()["vaccines"].get(code) or verbatim(code)


def disease(code: str) -> Text | Words:
    """What a series protects from."""
    return _names()["series"].get(code) or verbatim(code)


def screening(code: str) -> Text | Words:
    """How patients call a check."""
    return _names()["screenings"].get(code) or verbatim(code)


def item(code: str) -> Text | Words:
    """The name of what to do next, a vaccine or a check."""
    names = _names()
    return names["vaccines"].get(code) or names["screenings"].get(code) or verbatim(code)


def short(code: str) -> Text | Words:
    """The same in one or two words, for a picture."""
    return _names()["short"].get(code) or item(code)


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


def length(span: Span) -> Text:
    """ "12 months − 4 days": an age or an interval on its own, for staff who read the calendar."""
    months, days = span
    if not months:
        return _days(days) if days else _("birth")
    whole = n_("{n} year", "{n} years", months // 12) if months % 12 == 0 and months >= 24 else None
    whole = whole or n_("{n} month", "{n} months", months)
    if not days:
        return whole
    return Text(
        "{whole} − {days}" if days < 0 else "{whole} + {days}",
        values={"whole": whole, "days": _days(abs(days))},
    )


def _days(days: int) -> Text:
    if days % 7 == 0:
        return n_("{n} week", "{n} weeks", days // 7)
    return n_("{n} day", "{n} days", days)


def from_age(span: Span) -> Text:
    """ "from 45 years on", as it stands inside a sentence."""
    months, days = span
    if months:
        return n_("from {n} year on", "from {n} years on", months // 12)
    return n_("from {n} day on", "from {n} days on", days) if days else _("from birth on")


def verdict(given: DoseVerdict) -> Text | None:
    """Why a dose does not count."""
    if given.reason_code is None:
        return None
    return Text(
        _VERDICTS[given.reason_code].msgid, values={"vaccine": vaccine(given.vaccine), "on": given.on}
    )


def reason(found: Recommendation) -> Text:
    """Why it stands as it does today."""
    kind, *more = found.why
    values: dict[str, object] = {"item": item(found.item), "dose": found.dose, "on": found.recommended_on}
    if found.status in _ALWAYS:
        return Text(_ALWAYS[found.status].msgid, values=values)
    if found.status == "complete":
        if found.dose is None:
            return _("Done: {item}. It is not planned again.", item=values["item"])
        return _("{disease}: everything planned is done.", disease=disease(found.series))
    if found.status == "exempt":
        return _exempt(values["item"], more[0], str(more[1]))
    if found.booked_on is not None:
        return _("Booked for {on}: {item}.", on=found.booked_on, item=values["item"])
    if found.recommended_on is None:
        return Text(_EVERY_PREGNANCY.msgid, values=values)
    return Text(_planned(found.status, str(kind), more, values).msgid, values=values)


def _exempt(name: object, until: object, kind: str) -> Text:
    if kind == "immune":
        return _("Not needed, the body is protected already: {item}.", item=name)
    if kind == "stock":
        return _("Put off until {until}, the vaccine has run out: {item}.", until=until, item=name)
    if until is not None:
        return _("Put off by a doctor until {until}: {item}.", until=until, item=name)
    return _("Not to be given, a doctor decided so: {item}.", item=name)


def _planned(status: str, kind: str, more: list[Any], values: dict[str, object]) -> Text:
    """The template; adds to `values` what only some of them show."""
    if kind == "age":
        values["age"] = at_age(more[0])
    if kind == "first_check" and more and status != "not_yet":
        values["age"] = from_age(more[0])
        return _FROM_AGE
    if kind == "after_check":
        values["last"] = more[0]
        if more[1] == "inadequate":
            return _REPEAT
    return (_NOT_YET if status == "not_yet" else _DUE)[kind]


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Mapping[str, Words]]:
    uz, ru = (_read(language) for language in ("uz", "ru"))
    return {kind: {code: Words(uz[kind][code], ru[kind][code]) for code in uz[kind]} for kind in KINDS}


def _read(language: str) -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        (CONTENT / language / "programmes.yml").read_text(encoding="utf-8")
    )
    return loaded


def check(calendars: Calendars) -> None:
    """Raises ContentError when a name is missing, or the two languages do not name the same things."""
    needed = {
        "vaccines": calendars.vaccine_codes,
        "series": {series.id for calendar in calendars.vaccination for series in calendar.series},
        "screenings": calendars.screening_codes
        | {other.code for calendar in calendars.screening for other in calendar.unscheduled},
        "short": calendars.vaccine_codes | calendars.screening_codes,
    }
    for language in ("uz", "ru"):
        file = f"content/{language}/programmes.yml"
        named = _read(language)
        for kind in KINDS:
            for code in sorted(needed[kind] ^ set(named.get(kind, {}))):
                wrong = "is missing" if code in needed[kind] else "is not in the calendars"
                raise ContentError(file, None, f"“{code}” under “{kind}” {wrong}")
