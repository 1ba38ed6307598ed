"""A death or a lost pregnancy in what people write, so that nobody in grief is answered with an article.

Phrases are content (content/{uz,ru}/losses.yml), in any written form. What was only heard of, feared or asked about in general
does not count; red flags are looked for before (core.triage).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

import yaml

from core import red_flags, script
from core.errors import ContentError
from core.i18n import CONTENT
from core.phrases import GRAMMAR, Hit, Lexicon, Token

Loss = Literal["child", "relative", "pregnancy"]
CONCEPTS = ("own_child", "child", "relative", "died", "lost", "pregnancy", "heard")
FILE = "losses.yml"
SHORT_TOKENS = 5
"""A child or relative who is not said to be one's own counts only in a message as short as «ребёнок умер вчера»."""
NEAR_TOKENS = 4
_MARKED = re.compile(rf"\b(?:[ўЎ]л|[oO][{script.APOSTROPHES}]l)", re.IGNORECASE)


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, tuple[str, ...]]:
    """By concept, of both languages. Raises ContentError when one is missing."""
    found: dict[str, tuple[str, ...]] = {}
    for language in ("uz", "ru"):
        for concept, listed in _read(language).items():
            found[concept] = found.get(concept, ()) + tuple(p.strip() for p in listed.split(",") if p.strip())
    return found


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return Lexicon({name: red_flags.book().words.get(name, ()) for name in GRAMMAR} | dict(phrases()))


def _read(language: str) -> Mapping[str, str]:
    name = f"{language}/{FILE}"
    data = yaml.safe_load((CONTENT / language / FILE).read_text(encoding="utf-8"))
    words: dict[str, str] = data.get("words") or {}
    for concept in CONCEPTS:
        if not str(words.get(concept) or "").strip():
            raise ContentError(name, None, f"`{concept}` has no words")
    return words


def find(text: str) -> Loss | None:
    """What somebody tells of having lost, or None. A pregnancy first: «bola oʻlik tugʻildi» is one, whatever else it says."""
    if not text.strip():
        return None
    tokens = _lexicon().tokens(script.fold(text))
    hits = _lexicon().hits(tokens)
    if "heard" in hits:
        return None
    if any(not hit.denied for hit in hits.get("pregnancy", ())):
        return "pregnancy"
    if any(not hit.denied and hit.end - hit.start == 1 for hit in hits.get("lost", ())):
        return "child"
    died = [hit for hit in hits.get("died", ()) if not hit.denied]
    if _MARKED.search(text):
        died += [hit for hit in hits.get("died_marked", ()) if not hit.denied]
    if _beside(tokens, hits.get("own_child", ()), died):
        return "child"
    if len(tokens) > SHORT_TOKENS:
        return None
    if _beside(tokens, hits.get("child", ()), died):
        return "child"
    return "relative" if _beside(tokens, hits.get("relative", ()), died) else None


def _beside(tokens: Sequence[Token], who: Sequence[Hit], died: Sequence[Hit]) -> bool:
    return any(
        max(a.start - b.end, b.start - a.end) <= NEAR_TOKENS
        and tokens[a.start].sentence == tokens[b.start].sentence
        for a in who
        for b in died
    )
