"""What a classifier sees of a message: words, pairs, character n-grams inside words, and what the words are about.

Runs inside Rasa too (Python 3.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from core import script
from nlu import concepts

# Longer than anybody types in a chat; a pasted page costs no more than this.
MAX_CHARS = 1000
# What begins a feature that is a concept: these are weighed apart from the spelling.
ABOUT = "c "
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
# Signs that folding drops although they are whole messages: flags, stars, arrows.
_SIGN = re.compile("[\U0001f1e6-\U0001f1ff]{2}|[←-⇿⬀-⯿]")
_LONGEST = 5


def features(text: str) -> list[str]:
    """All features of `text`, repeated as often as they occur."""
    text = text[:MAX_CHARS]
    words = _WORD.findall(script.fold(text))
    found = [*_spelling(words), *(ABOUT + concept for concept in concepts.find(words))]
    return found + ["w " + sign for sign in _SIGN.findall(text)]


def _spelling(words: list[str]) -> Iterator[str]:
    previous = "^"
    for written in words:
        # The size of a number says much (a year, a pressure, a dose), the number itself nothing.
        word = "0" * len(written) if written.isdigit() else written
        yield "w " + word
        yield "p " + previous + " " + word
        yield from _pieces(word)
        previous = word
    yield "p " + previous + " $"


@lru_cache(maxsize=65536)
def _pieces(word: str) -> tuple[str, ...]:
    """Its letters, and its longer runs with a space for each of its ends."""
    edged = f" {word} "
    sizes = range(2, min(_LONGEST, len(edged)) + 1)
    return (*word, *(edged[start : start + size] for size in sizes for start in range(len(edged) - size + 1)))
