"""Words with a code of ours: vaccines, examinations, specialists, kin, places; from `data/lookups/*.yml` and the regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from core import script
from core.i18n import CONTENT
from nlu.folded import LOOKUPS, Folded
from nlu.measurements import Found

_KINDS = ("vaccine", "screening", "specialist", "person")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
# What stands around a name in the lists of regions: "Navoiy viloyati", "город Ангрен", "Чиланзарский район".
_KIND_OF_PLACE = re.compile(r" (?:shahri|tumani|viloyati|Respublikasi|область|район)$|^(?:город|Республика) ")
_ADJECTIVE = re.compile(r"(?:ийск|инск|ск)(?:ий|ая)$|(?<=\w{4})[ая]$")
_VACCINATION = re.compile(
    r"\b(?:emla|vaksin|vaktsin|vaksi|privi|ukol|ykol|doza|karshi|kalendar|antitel|revak|kil(?:in|dir|gan|ish)|tomchi|tomiz|dela|stavi|doz|rodd|tugruk)"
)
# A shorter beginning would fit half the dictionary.
_SHORTEST_OPEN = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One expression: folded words, each whole or, when open, the beginning of one; `exactly`: as written."""

    kind: str
    code: str
    words: tuple[tuple[str, bool], ...]
    exactly: str | None = None
    disease: bool = False


def find(reading: Folded, written: str) -> Iterator[Found]:
    """Every known expression of a message `written` and read, the longest that starts at each word."""
    text = reading.text
    about_vaccines = bool(_VACCINATION.search(text))
    tokens = list(_TOKEN.finditer(text))
    words = [t[0] for t in tokens]
    index = _index()
    at = 0
    while at < len(words):
        fitting = [
            e
            for e in index.get(words[at][:2], ())
            if _fits(e, words, at)
            and (about_vaccines or not e.disease)
            and _as_written(e, reading, written, tokens[at])
        ]
        best = max(fitting, key=_weight_of, default=None)
        if best is None:
            at += 1
            continue
        last = at + len(best.words) - 1
        yield Found(best.kind, best.code, tokens[at].start(), tokens[last].end())
        at = last + 1


def _as_written(entry: Entry, reading: Folded, written: str, token: re.Match[str]) -> bool:
    if entry.exactly is None:
        return True
    start, end = reading.span(token.start(), token.end())
    return written[start:end].lower() == entry.exactly


def _weight_of(entry: Entry) -> tuple[int, int]:
    return len(entry.words), sum(len(word) for word, _ in entry.words)


def _fits(entry: Entry, words: Sequence[str], at: int) -> bool:
    if at + len(entry.words) > len(words):
        return False
    return all(
        word.startswith(stem) if open_ended else word == stem
        for word, (stem, open_ended) in zip(words[at:], entry.words, strict=False)
    )


@lru_cache(maxsize=1)
def _index() -> dict[str, list[Entry]]:
    """All entries by the first two letters of their first word."""
    index: dict[str, list[Entry]] = {}
    for entry in [*_listed(), *_places()]:
        index.setdefault(entry.words[0][0][:2], []).append(entry)
    return index


def _listed() -> Iterator[Entry]:
    for kind in _KINDS:
        lists = _yaml(f"{kind}.yml")
        for group, codes in ({"names": lists} if kind != "vaccine" else lists).items():
            for code, expressions in codes.items():
                for expression in expressions:
                    yield _entry(
                        kind, str(code), expression, group == "diseases" and not expression.startswith("от ")
                    )


def _entry(kind: str, code: str, expression: str, disease: bool = False) -> Entry:
    exactly = expression[1:] if expression.startswith("=") else None
    return Entry(kind, code, _words(expression.removeprefix("=")), exactly, disease)


def _words(expression: str) -> tuple[tuple[str, bool], ...]:
    parts = [p for p in re.split(r"[\s-]+", expression) if p]
    return tuple((script.fold(p.rstrip("*")), p.endswith("*")) for p in parts if p != "*")


def _yaml(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((LOOKUPS / name).read_text(encoding="utf-8")))


# --- places -----------------------------------------------------------------------------------------------------------


def _places() -> Iterator[Entry]:
    about = _yaml("place.yml")
    everyday = {script.fold(name) for name in about["everyday"]}
    taken: set[str] = set()
    for code, expressions in about["also"].items():
        for expression in expressions:
            taken.add(expression.rstrip("*"))
            yield _entry("place", str(code), expression)
    for code, name in _names(about["prefer"]):
        if name in everyday:
            yield from _with_endings(code, name, about["place_endings"])
        elif name not in taken and not any(word.startswith(name) for word in everyday):
            taken.add(name)
            words = name.split()
            yield Entry("place", code, tuple((w, len(w) >= _SHORTEST_OPEN) for w in words))


def _with_endings(code: str, name: str, endings: Iterable[str]) -> Iterator[Entry]:
    """A name that is an everyday word too: only with `-da`, `-dan`, or with "town" or "district" after it."""
    for ending in endings:
        if len(ending) > len("likman"):
            yield Entry("place", code, ((name, False), (script.fold(ending.rstrip("*")), True)))
        else:
            yield Entry("place", code, ((name + script.fold(ending), False),))


def _names(prefer: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Code and folded bare name of each region and district in both languages; preferred codes first."""
    for name, code in prefer.items():
        yield str(code), script.fold(name)
    for language in ("uz", "ru"):
        lists = yaml.safe_load((CONTENT / language / "regions.yml").read_text(encoding="utf-8"))
        for part in ("regions", "districts"):
            for code, name in lists[part].items():
                bare = _KIND_OF_PLACE.sub("", name)
                bare = _ADJECTIVE.sub("", bare) if language == "ru" else bare
                if len(bare) >= _SHORTEST_OPEN or language == "uz":
                    yield str(code), script.fold(bare)
