"""Names of regions, cities and districts as people write them: expressions for nlu/lookups.py from the lists of regions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from core import script
from core.i18n import CONTENT
from nlu.folded import LOOKUPS

# What stands around a name in the lists of regions: "Navoiy viloyati", "город Ангрен", "Чиланзарский район".
_KIND_OF_PLACE = re.compile(r" (?:shahri|tumani|viloyati|Respublikasi|область|район)$|^(?:город|Республика) ")
_ADJECTIVE = re.compile(r"(?:ийск|инск|ск)(?:ий|ая)$|(?<=\w{4})[ая]$")
# How a kind of place goes on when it is declined: "tumanida", "районе".
_DECLINED = {
    "shahri": "shahri~",
    "tumani": "tumani~",
    "viloyati": "viloyat*",
    "область": "област*",
    "район": "район*",
}
# A shorter Russian stem would fit half the dictionary: "Олт" of "Олтинский".
_SHORTEST_STEM = 5


def expressions() -> Iterator[tuple[str, str]]:
    """Code and expression; the first of two alike is meant."""
    taken: set[str] = set()
    for code, expression in _all():
        if expression not in taken:
            taken.add(expression)
            yield code, expression


def _all() -> Iterator[tuple[str, str]]:
    about = _about()
    for code, listed in about["also"].items():
        for expression in listed:
            yield str(code), expression
    # Whole names first: "Toshkent viloyati" is not the city.
    for language in ("uz", "ru"):
        for code, name in _names(language):
            yield from ((code, whole) for whole in _whole(name))
    for name, code in about["prefer"].items():
        yield from _alone(str(code), name, about)
    for language in ("uz", "ru"):
        for code, name in _names(language):
            bare = _KIND_OF_PLACE.sub("", name)
            stem = _ADJECTIVE.sub("", bare) if language == "ru" else bare
            if len(stem) >= _SHORTEST_STEM or language == "uz":
                yield from _alone(code, stem, about)


def _whole(name: str) -> Iterator[str]:
    """A name with the kind of place after it, each declined: `andijon~ shah*`, `ташкентск* област*`."""
    *words, kind = name.split()
    if words and kind in _DECLINED:
        bare = " ".join(words)
        stem = re.sub(r"(?:ий|ая)$", "*", bare) if kind in ("область", "район") else bare
        yield f"{stem} {_DECLINED[kind]}"


def _alone(code: str, name: str, about: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A name by itself: with any ending; with `-da` or `-dan` only, or never, where it is an everyday word too."""
    folded = script.fold(name)
    everyday, never_alone = ({script.fold(n) for n in about[kind]} for kind in ("everyday", "never_alone"))
    for after in about["kinds_of_place"]:
        yield code, f"{name}~ {after}"
    if folded in everyday:
        for ending in about["place_endings"]:
            yield code, name + ending
    elif not any(word.startswith(folded) for word in (*everyday, *never_alone)):
        yield code, " ".join(word + "~" for word in name.split())
    if re.search("[а-яё]", name.lower()) and folded not in never_alone:
        yield code, f"{name}ск*"


def _names(language: str) -> Iterator[tuple[str, str]]:
    lists = yaml.safe_load((CONTENT / language / "regions.yml").read_text(encoding="utf-8"))
    for part in ("regions", "districts"):
        for code, name in lists[part].items():
            yield str(code), name


def _about() -> dict[str, Any]:
    return dict(yaml.safe_load((LOOKUPS / "place.yml").read_text(encoding="utf-8")))
