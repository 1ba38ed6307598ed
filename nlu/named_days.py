"""Days of the week, New Year and Navroʻz; patterns match folded text."""

from __future__ import annotations

import re
from datetime import date, timedelta

from core import script
from nlu.day_rules import LAST, NEXT, THIS, Day, Rule, nearest, rule, words

# What hangs on a weekday in both languages. Not any letters: "subbotnik" is no Saturday, "patnishko" (a spot) no Friday.
_ENDING = (
    r"(?:lar)?(?:i|si)?(?:ga|da|dan|ni|ning|gi|dagi|gacha|lik|gisi|dagisi|gisini|sini)?(?:mi|chi|ham|dir)?"
    r"|(?:a|u|e|i|ya|yu|ye|o[yji]|e[yji]|am|ami|ah|om|yam|yah|em)(?:ga|da|dan|ni)?"
)
_LAST_BUT_ONE = r"pozaproshl\w*"
# "Juma muborak" and "с пятницей" are greetings.
_NOT_WITH = r"(?!(?<=\bs )\w+(?:om|o[yji]|e[yji])\b)"
_NO_GREETING = r"(?! ?(?:muborak|mubarak|ayyom))"
# "вс" and "ср" stand for other things too, unless "on" is before them.
_CLEAR_SHORT = ("пн", "вт", "чт", "пт", "сб")


def rules() -> tuple[Rule, ...]:
    found = [
        rule(r"\b(?:yangi yil\w*|nov\w* god\w*)\b", lambda match, today, past: nearest(1, 1, today, past)),
        rule(r"\b(?:navroz\w*|navruz\w*)\b", lambda match, today, past: nearest(21, 3, today, past)),
    ]
    lists = words()
    for number, (stems, short) in enumerate(zip(lists["weekdays"], lists["weekdays_short"], strict=True)):
        names = "|".join(sorted((script.fold(stem) for stem in stems), key=len, reverse=True))
        which = rf"(?P<which>(?:{NEXT}|{THIS}|{_LAST_BUT_ONE}|{LAST}|haftaga)(?: haftaning?| hafta| haftadagi| nedele)? )?"
        found.append(
            rule(
                rf"\b{which}{_NOT_WITH}(?:{names})(?:{_ENDING})?\b{_NO_GREETING}(?: kuni\w*)?\b",
                _weekday(number),
            )
        )
        before = "" if short in _CLEAR_SHORT else r"(?:(?<=\bv )|(?<=\bna ))"
        found.append(rule(rf"{before}\b(?P<which>){script.fold(str(short))}\b", _weekday(number)))
    return tuple(found)


def _weekday(number: int) -> Day:
    def day(match: re.Match[str], today: date, past: bool) -> date:
        monday = today - timedelta(days=today.weekday())
        which = match["which"] or ""
        if re.match(rf"{NEXT}|haftaga", which):
            return monday + timedelta(days=7 + number)
        if re.match(_LAST_BUT_ONE, which):
            return monday + timedelta(days=number - 14)
        if re.match(LAST, which) or (past and not which):
            return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
        if which:
            return monday + timedelta(days=number)
        return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)

    return day
