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
    index = _index()
    for at, word in enumerate(words):
        named = {concept for pattern, concept in index.get(word[:2], ()) if _fits(pattern, words, at)}
        yield from sorted(named)


def _fits(pattern: tuple[tuple[str, bool], ...], words: Sequence[str], at: int) -> bool:
    if at + len(pattern) > len(words):
        return False
    return all(
        words[at + i].startswith(stem) if open_ended else words[at + i] == stem
        for i, (stem, open_ended) in enumerate(pattern)
    )


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
