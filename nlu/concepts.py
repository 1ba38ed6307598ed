"""What the words of a message are about: names of `data/lookups/concepts.yml`, so that a rare word counts as its commoner kin.

Runs inside Rasa too: Python 3.10, nothing but PyYAML and core/script.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from core import script

_FILE = Path(__file__).resolve().parent / "data" / "lookups" / "concepts.yml"
# Folded words, each whole or (open) the beginning of one, and the concept they name.
Entry = tuple[tuple[tuple[str, bool], ...], str]


def find(words: Sequence[str]) -> Iterator[str]:
    """The concepts of folded words, each as often as it is named."""
    for at, word in enumerate(words):
        alone, longer = _of_word(word)
        yield from alone
        if longer:
            yield from sorted(
                {concept for pattern, concept in longer if _goes_on(pattern, words, at)}.difference(alone)
            )


def _goes_on(pattern: tuple[tuple[str, bool], ...], words: Sequence[str], at: int) -> bool:
    """The first word fits already: whether the following ones do."""
    if at + len(pattern) > len(words):
        return False
    return all(_fits(part, words[at + i]) for i, part in enumerate(pattern[1:], 1))


def _fits(part: tuple[str, bool], word: str) -> bool:
    stem, open_ended = part
    return word.startswith(stem) if open_ended else word == stem


@lru_cache(maxsize=65536)
def _of_word(word: str) -> tuple[tuple[str, ...], tuple[Entry, ...]]:
    """The concepts a word names alone, and the longer expressions it may begin."""
    fitting = [entry for entry in _index().get(word[:2], ()) if _fits(entry[0][0], word)]
    alone = {concept for pattern, concept in fitting if len(pattern) == 1}
    return tuple(sorted(alone)), tuple(entry for entry in fitting if len(entry[0]) > 1)


@lru_cache(maxsize=1)
def _index() -> dict[str, list[Entry]]:
    """All expressions by the first two letters of their first word."""
    index: dict[str, list[Entry]] = {}
    for concept, expressions in yaml.safe_load(_FILE.read_text(encoding="utf-8")).items():
        for expression in expressions:
            parts = re.split(r"[\s-]+", expression)
            pattern = tuple((script.fold(part.rstrip("*")), part.endswith("*")) for part in parts)
            if all(stem for stem, _ in pattern):
                index.setdefault(pattern[0][0][:2], []).append((pattern, concept))
    return index
