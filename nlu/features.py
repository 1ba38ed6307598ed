"""What a classifier sees of a message: words, pairs, character n-grams inside words, and what the words are about.

Runs inside Rasa too (Python 3.10).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

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
    words, others = parts(text)
    return [feature for word in words for feature in of_word(word)] + others


def parts(text: str) -> tuple[list[str], list[str]]:
    """Its words, and what it has beside the features of each of them: pairs of words, concepts, signs."""
    text = text[:MAX_CHARS]
    written = _WORD.findall(script.fold(text))
    # The size of a number says much (a year, a pressure, a dose), the number itself nothing.
    words = ["0" * len(word) if word.isdigit() else word for word in written]
    others = [f"p {one} {two}" for one, two in pairwise(("^", *words, "$"))]
    others += [ABOUT + concept for concept in concepts.find(written)]
    others += ["w " + sign for sign in _SIGN.findall(text)]
    return words, others


@lru_cache(maxsize=65536)
def of_word(word: str) -> tuple[str, ...]:
    """Itself, its letters, and its longer runs with a space for each of its ends."""
    edged = f" {word} "
    sizes = range(2, min(_LONGEST, len(edged)) + 1)
    runs = (edged[start : start + size] for size in sizes for start in range(len(edged) - size + 1))
    return ("w " + word, *word, *runs)
