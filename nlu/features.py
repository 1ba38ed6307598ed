"""What a classifier sees of a message: words, pairs of words, and character n-grams inside words, of the folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core import script

# Longer than anybody types in a chat; a pasted page costs no more than this.
MAX_CHARS = 1000
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_SHORTEST, _LONGEST = 2, 5


def features(text: str) -> list[str]:
    """All features of `text`, repeated as often as they occur."""
    return list(of_folded(script.fold(text[:MAX_CHARS])))


def of_folded(folded: str) -> Iterator[str]:
    """The same of a text folded already."""
    # The size of a number says much (a year, a pressure, a dose), the number itself nothing.
    words = ["0" * len(w) if w.isdigit() else w for w in _WORD.findall(folded)]
    previous = "^"
    for word in words:
        yield "w " + word
        yield "p " + previous + " " + word
        previous = word
        edged = f" {word} "
        for size in range(_SHORTEST, _LONGEST + 1):
            for start in range(len(edged) - size + 1):
                yield edged[start : start + size]
            if size >= len(edged):
                break
    yield "p " + previous + " $"
