"""One slip of the finger in a word that a value hangs on: `dsuhanba`, `eralab`, `ginekoog`; folded words."""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from core import script
from nlu.examples import DATA

_LISTS = DATA / "lookups" / "mended.yml"
# Shorter words have too many neighbours that mean something else.
_SHORTEST = 5
_ENDING = re.compile(
    r"(?:im|imiz|ing|si|i)?(?:ga|ka|da|dan|ni|ning|gacha|dagi|lik|mi)?$|(?:u|a|om|e|i|ov|ya|y|am|ami|ah)$"
)


@lru_cache(maxsize=65536)
def mend(word: str) -> str:
    """The word meant, with the ending of the word written; the word itself where none is one slip away."""
    known, nearby, never = _words()
    inflected = any(word[:end] in known for end in range(_SHORTEST, len(word) + 1))
    if len(word) < _SHORTEST or word in never or inflected:
        return word
    for stem, ending in _parts(word):
        if len(stem) < _SHORTEST:
            continue
        meant = {
            candidate
            for shorter in (stem, *_one_less(stem))
            for candidate in nearby.get(shorter, ())
            if candidate[0] == stem[0] and _one_slip(stem, candidate)
        }
        if len(meant) == 1:
            return meant.pop() + ending
    return word


def _parts(word: str) -> list[tuple[str, str]]:
    """The word as a stem and an ending, in every way; the whole word first."""
    cuts = {len(word)} | {m.start() for at in range(3, len(word)) if (m := _ENDING.match(word, at))}
    return [(word[:cut], word[cut:]) for cut in sorted(cuts, reverse=True)]


def _one_less(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))}


def _one_slip(written: str, meant: str) -> bool:
    """One letter lost, added, changed, or two neighbours swapped; the first letter is right."""
    if abs(len(written) - len(meant)) > 1:
        return False
    if len(written) != len(meant):
        longer, shorter = sorted((written, meant), key=len, reverse=True)
        return shorter in _one_less(longer)
    wrong = [i for i, (a, b) in enumerate(zip(written, meant, strict=True)) if a != b]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return written[wrong[0]] == meant[wrong[1]] and written[wrong[1]] == meant[wrong[0]]
    return len(wrong) == 1


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], dict[str, set[str]], frozenset[str]]:
    """Beginnings that need no mending; the words worth it by themselves with one letter less; words never to be touched."""
    lists = yaml.safe_load(_LISTS.read_text(encoding="utf-8"))
    listed = {script.fold(word) for line in lists["words"] for word in line}
    nearby: dict[str, set[str]] = {}
    for word in listed:
        for shorter in (word, *_one_less(word)):
            nearby.setdefault(shorter, set()).add(word)
    # What goes on otherwise than listed is another form of the word, not a slip: "давлению", "завтрак".
    known = frozenset({word[:-1] for word in listed if len(word) > _SHORTEST} | listed)
    return known, nearby, frozenset(script.fold(word) for word in lists["never"])
