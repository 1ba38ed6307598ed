"""Words with a code of ours: vaccines, examinations, specialists, kin, places; from `data/lookups/*.yml` and the regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from core import script
from nlu import places
from nlu.folded import LOOKUPS, Folded
from nlu.found import Found

_KINDS = ("vaccine", "screening", "specialist", "person")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHE = re.compile(f"[{script.APOSTROPHES}]")
# A written oʻ. "Bola" (child) is never "boʻla" (may be), though both fold to the same letters.
_MARKED_O = re.compile(r"ў|[ou]'")
_VACCINATION = re.compile(
    r"\b(?:emla|vaksin|vaktsin|vaksi|privi|ukol|ykol|doza|karshi|kalendar|antitel|revak|kil(?:in|dir|gan"
    r"|ish)|tomchi|tomiz|dela|stavi|doz|rodd|tugruk"
    r"|kapa|kapn|v?kolol|kolot|sdela|sertifikat|birinchisi|ikkinchisi|uchinchisi|uchunchisi)"
)

# "От кори" is a vaccine, but not where one is treated, falls ill or guards oneself with garlic.
_ILLNESS = re.compile(
    r"\b(?:lech[ia]|zabol|bolee|boleet|uber[eg]|berech|bereg|chesnok|narodn|umer|kash[el]|zaraz|spasae"
    r"|zashis|tablet|lekarst|dori)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an expression, folded: its beginning, what may hang on it, and whether it is spelled with oʻ."""

    stem: str
    ending: re.Pattern[str]
    marked: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One expression for a code, None for words that must not be taken for one; `exactly`: as written."""

    kind: str
    code: str | None
    words: tuple[Word, ...]
    size: int
    exactly: str | None = None
    group: str = ""


def find(reading: Folded, written: str) -> Iterator[Found]:
    """Every known expression of a message `written` and read, the longest that starts at each word."""
    text = reading.text
    barred = _barred(text)
    tokens = list(_TOKEN.finditer(text))
    words = [t[0] for t in tokens]
    index = _index()
    at = 0
    while at < len(words):
        fitting = [
            e
            for e in index.get(words[at][:2], ())
            if _fits(e, words, at) and e.group not in barred and _as_written(e, reading, written, tokens[at])
        ]
        best = max(fitting, key=_weight_of, default=None)
        if best is None:
            at += 1
            continue
        last = at + len(best.words) - 1
        if best.code is not None:
            yield Found(best.kind, best.code, tokens[at].start(), tokens[last].end())
        at = last + 1


def _barred(text: str) -> frozenset[str]:
    """Groups of expressions that mean no vaccine here: the name of a disease where nobody speaks of vaccination."""
    if _VACCINATION.search(text):
        return frozenset()
    return frozenset(("diseases", "against") if _ILLNESS.search(text) else ("diseases",))


def _as_written(entry: Entry, reading: Folded, written: str, token: re.Match[str]) -> bool:
    if entry.exactly is None and entry.kind != "person":
        return True
    start, end = reading.span(token.start(), token.end())
    word = _plain(written[start:end])
    if entry.exactly is not None:
        return word == entry.exactly
    return entry.words[0].marked or not _MARKED_O.search(word)


def _plain(word: str) -> str:
    return _APOSTROPHE.sub("'", word.lower())


def _weight_of(entry: Entry) -> tuple[int, bool, int, bool]:
    return len(entry.words), entry.exactly is not None, entry.size, entry.code is None


def _fits(entry: Entry, words: Sequence[str], at: int) -> bool:
    if at + len(entry.words) > len(words):
        return False
    return all(
        words[at + i].startswith(part.stem) and part.ending.fullmatch(words[at + i], len(part.stem))
        for i, part in enumerate(entry.words)
    )


@lru_cache(maxsize=1)
def _index() -> dict[str, list[Entry]]:
    """All entries by the first two letters of their first word."""
    index: dict[str, list[Entry]] = {}
    for entry in [*_listed(), *_of_places()]:
        index.setdefault(entry.words[0].stem[:2], []).append(entry)
    return index


def _listed() -> Iterator[Entry]:
    for kind in _KINDS:
        lists = _yaml(f"{kind}.yml")
        for group, codes in ({"names": lists} if kind != "vaccine" else lists).items():
            for code, expressions in codes.items():
                for expression in expressions:
                    of = "against" if expression.startswith("от ") else group
                    for spelling in _spellings(expression):
                        yield _entry(kind, None if code == "never" else str(code), spelling, of)


def _of_places() -> Iterator[Entry]:
    for code, expression in places.expressions():
        for spelling in _spellings(expression):
            yield _entry("place", code, spelling)


def _spellings(expression: str) -> Iterator[str]:
    """As listed, and as typed on a Russian keyboard, where ў is у: `хужайиним`, `Каттакургон`."""
    yield expression
    if not expression.startswith("=") and _MARKED_O.search(_plain(expression)):
        yield _MARKED_O.sub("u'", _plain(expression))


def _entry(kind: str, code: str | None, expression: str, group: str = "") -> Entry:
    exactly = _plain(expression[1:]) if expression.startswith("=") else None
    parts = [p for p in re.split(r"[\s-]+", expression.removeprefix("=")) if p and p != "*"]
    words = tuple(
        Word(script.fold(part.rstrip("*~")), _ending(part), bool(_MARKED_O.search(_plain(part))))
        for part in parts
    )
    return Entry(kind, code, words, sum(len(word.stem) for word in words), exactly, group)


def _ending(part: str) -> re.Pattern[str]:
    """A star stands for any letters, a tilde for what the language of the word hangs on nouns."""
    kind = {"*": "any", "~": "ru" if re.search("[а-яё]", part) else "uz"}.get(part[-1], "none")
    return _endings()[kind]


@lru_cache(maxsize=1)
def _endings() -> dict[str, re.Pattern[str]]:
    """For each language the endings of nouns: one of each group of `endings.yml`, in that order, or none."""
    found = {"any": re.compile(r"\w*"), "none": re.compile("")}
    for language, groups in _yaml("endings.yml").items():
        found[language] = re.compile("".join(f"(?:{_any_of(group)})?" for group in groups))
    return found


def _any_of(endings: Iterable[str]) -> str:
    return "|".join(sorted({script.fold(e) or e for e in endings}, key=len, reverse=True))


def _yaml(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((LOOKUPS / name).read_text(encoding="utf-8")))
