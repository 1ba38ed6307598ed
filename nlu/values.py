"""Values in a message, in normal form: days, times, readings, and words with a code of ours; both languages, all written forms.

Rules of our own, since dateparser knows no Uzbek and takes milliseconds a message (measured in tests/nlu/test_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from core.i18n import TASHKENT
from core.intents import Entity
from nlu import dates, folded, lookups, measurements, times
from nlu.features import MAX_CHARS

# Where two fit one place: a reading beats a clock (bosim 12.30?), a clock beats a day, and both beat a word.
_RANK = {
    "blood_pressure": 0,
    "steps": 1,
    "weight": 1,
    "temperature": 1,
    "glucose": 1,
    "pulse": 1,
    "time": 2,
    "date": 2,
}

# A telephone number holds no readings and no hours.
_TELEPHONE = re.compile(r"(?<!\d)(?:\+? ?998[ -]?)?\(?\d\d\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d(?!\d)")
_SHORT_I = re.compile(r"(?<=[aeiouy])j(?![aeiouyj'])", re.IGNORECASE)


def find_values(text: str, now: datetime) -> tuple[Entity, ...]:
    """Every value found in `text`, in the order written. Days count from `now`'s day in Asia/Tashkent.

    Normal forms: date ISO; time `HH:MM` or morning, afternoon, evening; blood_pressure `140/90` mmHg; glucose mmol/L; weight kg;
    pulse beats a minute; steps; temperature °C; the others codes of `data/lookups/` and of the content they name.
    """
    today = now.astimezone(TASHKENT).date()
    found = [entity for spelling in _spellings(text[:MAX_CHARS]) for entity in _read(spelling, text, today)]
    return tuple(sorted(_apart(found), key=lambda entity: entity.start))


def _spellings(text: str) -> Iterator[str]:
    """The text, and where it may be Russian in Latin letters the same with v for w and y for j: `zawtra`, `etoj`.

    In Uzbek chats w is sh, so both are read. Places stay the same.
    """
    yield text
    if "w" in (lower := text.lower()) or "j" in lower:
        russian = _SHORT_I.sub("y", text.replace("w", "v").replace("W", "V"))
        if russian != text:
            yield russian


def _read(spelling: str, text: str, today: date) -> Iterator[Entity]:
    reading = folded.read(spelling)
    plain = _TELEPHONE.sub(lambda match: "#" * len(match[0]), reading.text)
    found = [
        *measurements.find(plain),
        *times.find(plain),
        *dates.find(plain, today),
        *lookups.find(reading, text),
    ]
    for one in found:
        start, end = reading.span(one.start, one.end)
        yield Entity(one.entity, text[start:end], one.value, start, end, one.possible)


def _apart(found: list[Entity]) -> Iterator[Entity]:
    """Of those that overlap, the one of the higher rank, then the longer."""
    taken: list[Entity] = []
    for one in sorted(found, key=lambda f: (_RANK.get(f.entity, 3), f.start - f.end, f.start)):
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
            yield one
