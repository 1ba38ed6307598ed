"""Values in a message, in normal form: days, times, readings, and words with a code of ours; both languages, all written forms.

Rules of our own, since dateparser knows no Uzbek and takes milliseconds a message (measured in tests/nlu/test_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from core.i18n import TASHKENT
from core.intents import Entity
from nlu import dates, folded, lookups, measurements, times
from nlu.features import MAX_CHARS
from nlu.found import Found

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


def find_values(text: str, now: datetime) -> tuple[Entity, ...]:
    """Every value found in `text`, in the order written. Days count from `now`'s day in Asia/Tashkent.

    Normal forms: date ISO; time `HH:MM` or morning, afternoon, evening; blood_pressure `140/90` mmHg; glucose mmol/L; weight kg;
    pulse beats a minute; steps; temperature °C; the others codes of `data/lookups/` and of the content they name.
    """
    reading = folded.read(text[:MAX_CHARS])
    today = now.astimezone(TASHKENT).date()
    plain = _TELEPHONE.sub(lambda match: "#" * len(match[0]), reading.text)
    found = [
        *measurements.find(plain),
        *times.find(plain),
        *dates.find(plain, today),
        *lookups.find(reading, text),
    ]
    return tuple(_entity(text, reading, f) for f in sorted(_apart(found), key=lambda f: f.start))


def _apart(found: list[Found]) -> Iterator[Found]:
    """Of those that overlap, the one of the higher rank, then the longer."""
    taken: list[Found] = []
    for one in sorted(found, key=lambda f: (_RANK.get(f.entity, 3), f.start - f.end, f.start)):
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
            yield one


def _entity(text: str, reading: folded.Folded, found: Found) -> Entity:
    start, end = reading.span(found.start, found.end)
    return Entity(found.entity, text[start:end], found.value, start, end, found.possible)
