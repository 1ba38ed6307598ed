"""The notes and sources of the calendars in the languages of staff: the data files hold them in English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import yaml

from core.i18n import CONTENT, Words

FILE = "calendar_notes.yml"


def note(english: str) -> Words | str:
    """A note or a source as staff read it; the English itself while nobody has translated it."""
    return _notes().get(english, english)


@lru_cache(maxsize=1)
def _notes() -> Mapping[str, Words]:
    uz, ru = (_read(language) for language in ("uz", "ru"))
    return {english: Words(uz[english], ru[english]) for english in uz.keys() & ru.keys()}


def _read(language: str) -> dict[str, str]:
    listed = yaml.safe_load((CONTENT / language / FILE).read_text(encoding="utf-8"))
    return {" ".join(one["note"].split()): " ".join(one["text"].split()) for one in listed}
