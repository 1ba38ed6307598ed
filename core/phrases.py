"""Phrases found in folded text: any ending after a `*`, a word or two between, one typo, denied or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core import script

MAX_TOKENS = 400
GAP_TOKENS = 2  # words that may stand inside a phrase
FUZZY_MIN_LETTERS = 5
FUZZY_MAX_LETTERS = 16
CERTAIN_LETTERS, FUZZY_UNSURE_LETTERS = 5, 7

# Concepts that are grammar: what denies the next word, the word before, and what begins a new thought.
DENIES_NEXT, DENIES_LAST, CONTRAST = "denies_next", "denies_last", "contrast"
NOT_TYPOS = "not_typos"  # words that look like a misspelling of a listed one
INTENSIFIER, LACKING = (
    "intensifier",
    "lacking",
)  # "не очень болит"; "сил нет" denies the strength, not what follows
GRAMMAR = (DENIES_NEXT, DENIES_LAST, CONTRAST, INTENSIFIER, LACKING, NOT_TYPOS)

_TOKEN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)?|[.!?;,:/]")
_MARKS = frozenset(".!?;,:/")
_STOPS = frozenset(".!?;:")  # "signs are these: …" asks nothing after the colon
# Uzbek verbs deny with -ma-: ogʻri-ma-yapti, ket-ma-di, boʻl-ma-gan.
_UZBEK_NOT = re.compile(r"^(?:i|a|ol|ib)?ma(?:y|d|g|s|ng|pti|bdi)")

# ... and by the verb that carries it: boʻgʻilib qol-ma-slik.
_AUXILIARY_NOT = re.compile(r"^(?:kol|ket|yubor|koy|tur|chik|tush)ma")

# Russian letters as in a passport: vialaia, teriaet, stoiu; folded, я and ю were "ya", "yu", or bare after a consonant.
_PASSPORT = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"(?<=[bcdfghjklmnprstvz])iya", "a"),
        (r"(?<=[bcdfghjklmnprstvz])iu", "u"),
        (r"(?:^|(?<=[aeiou]))iya", "ya"),
        (r"(?:^|(?<=[aeou]))iu", "yu"),
        (r"(?<=[aeo])i$", "y"),
        (r"^uz(?=i[mngd])", "oz"),  # узимни, узини: oneself, beside uzib (tearing off)
        (r"^urg(?=im)", "org"),
    )
)
# ў typed as у in the first syllable: узини, ургимчак; not where it makes another word (kun, a day; tush, a dream)
_UNMARKED_O = re.compile(r"^(?!kun|tush|ush)([^aeiou]?)u")
_DOUBLED = re.compile(r"([^\W\d])\1")
MARKED_MIN_LETTERS = 5

# Spoken forms of -yapti, as it folds: tirishvotti, toʻxtamvotti, ketopti.
_DIALECT = (
    (re.compile(r"mvot(?=t|m|s)"), "mayap"),
    (re.compile(r"[aiu]?vot(?=t|m|s)"), "ap"),
    (re.compile(r"(?<=[^aeiou])opti"), "apti"),
)


@dataclass(frozen=True, slots=True)
class Token:
    """`clause` counts commas and contrasts, `sentence` full stops; marks themselves are no tokens."""

    text: str
    sentence: int
    clause: int
    breaks_before: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept from token `start` to `end` inclusive."""

    start: int
    end: int
    denied: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    phrase: int
    index: int
    rest: str


class Lexicon:
    """Words by concept, as content writes them: `koʻkrag* ogʻri*|sanch*, грудь болит`."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._concepts: list[str] = []
        self._lengths: list[int] = []
        self._says_no: list[bool] = []
        self._adjacent: set[tuple[int, int]] = set()  # "nafas yoʻq", but not "nafas qisishi yoʻq"; "не дышит"
        self._exact: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._prefix: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._ending: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._misspelt: defaultdict[str, set[tuple[str, bool]]] = defaultdict(set)
        self._grammar = {c: frozenset(map(script.fold, words.get(c, ()))) for c in GRAMMAR}
        self._no = self._grammar[DENIES_NEXT] | self._grammar[DENIES_LAST]
        self._not_typos = tuple(word.rstrip("*") for word in self._grammar[NOT_TYPOS])
        self._uzbek_no = self._grammar[DENIES_LAST] - self._grammar[DENIES_NEXT]
        self._cached_places = lru_cache(maxsize=65536)(self._places)
        for concept, phrases in words.items():
            if concept not in GRAMMAR:
                for phrase in phrases:
                    self._add(concept, phrase)

    def _add(self, concept: str, phrase: str) -> None:
        number = len(self._concepts)
        slots = [slot.split("|") for slot in phrase.split()]
        self._concepts.append(concept)
        self._lengths.append(len(slots))
        self._says_no.append(any(script.fold(stem.strip("*")) in self._no for slot in slots for stem in slot))
        for index, slot in enumerate(slots):
            for stem in slot:
                bare = script.fold(stem)
                if bare in self._uzbek_no:
                    self._adjacent.add((number, index))
                elif bare in self._grammar[DENIES_NEXT]:
                    self._adjacent.add((number, index + 1))
                self._add_stem(script.fold(stem.strip("*")), stem, (number, index))

    def _add_stem(self, folded: str, written: str, place: tuple[int, int]) -> None:
        if written.startswith("*"):
            self._ending[folded].append(place)
            return
        is_prefix = written.endswith("*")
        # гнет* must find гнется, which folds to gnesa
        reflexive = is_prefix and written.endswith("т*")
        stems = (folded, folded[:-1] + "s") if reflexive else (folded,)
        for stem in stems:
            (self._prefix if is_prefix else self._exact)[stem].append(place)
            if len(stem) >= FUZZY_MIN_LETTERS:
                for variant in _one_less(stem):
                    self._misspelt[variant].add((stem, is_prefix))

    def _places(self, token: str) -> tuple[_Place, ...]:
        found = self._spelt_so(token)
        found += self._otherwise_spelt(token, known=bool(found))
        # A short beginning says little of a long word: qora* (black) in qoraqut (qoraqurt, misspelt).
        if not any(len(token) - len(place.rest) >= CERTAIN_LETTERS or not place.rest for place in found):
            found += self._misspelt_places(token, FUZZY_UNSURE_LETTERS if found else FUZZY_MIN_LETTERS)
        for length in range(2, len(token)):
            found += [_Place(phrase, i, "") for phrase, i in self._ending.get(token[-length:], ())]
        return tuple(found)

    def _otherwise_spelt(self, token: str, known: bool) -> list[_Place]:
        """Places of `teriaet` where `teraet` stands, and of an unknown `uzini` where `ozini` does."""
        other = token
        for pattern, written in _PASSPORT:
            other = pattern.sub(written, other)
        if other == token and not known and len(token) >= MARKED_MIN_LETTERS:
            other = _UNMARKED_O.sub(r"\1o", token)
        if other == token and not known:
            other = _DOUBLED.sub(r"\1", token)  # zmmeya
        return [] if other == token else self._spelt_so(other)

    def _spelt_so(self, token: str) -> list[_Place]:
        found = [_Place(phrase, i, "") for phrase, i in self._exact.get(token, ())]
        for length in range(1, len(token) + 1):
            found += [_Place(phrase, i, token[length:]) for phrase, i in self._prefix.get(token[:length], ())]
        return found

    def _misspelt_places(self, token: str, shortest: int) -> Iterator[_Place]:
        near: dict[tuple[str, bool], int] = {}
        if any(token.startswith(word) for word in self._not_typos):
            return
        for length in range(FUZZY_MIN_LETTERS - 1, min(len(token), FUZZY_MAX_LETTERS) + 1):
            start = token[:length]
            for variant in _one_less(start):
                for stem, is_prefix in self._misspelt.get(variant, ()):
                    # The first letter and the last are kept: the last often tells the tense (ударил, ударит).
                    same_ends = (
                        stem[0] == start[0] and stem[-1] == start[-1] and ("ma" in start or "ma" not in stem)
                    )
                    if (
                        len(stem) >= shortest
                        and same_ends
                        and (is_prefix or length == len(token))
                        and _one_edit(start, stem)
                    ):
                        near[stem, is_prefix] = length
        for (stem, is_prefix), length in near.items():
            for phrase, i in (self._prefix if is_prefix else self._exact)[stem]:
                yield _Place(phrase, i, token[length:])

    def tokens(self, folded: str) -> list[Token]:
        found: list[Token] = []
        sentence = clause = 0
        broken = True
        for text in _TOKEN.findall(folded)[:MAX_TOKENS]:
            if text in _MARKS:
                if text != "/":
                    sentence, clause, broken = sentence + (text in _STOPS), clause + 1, True
                continue
            if text in self._grammar[CONTRAST]:
                clause += 1
            for pattern, written in _DIALECT:
                text = pattern.sub(written, text) if "ot" in text or "opt" in text else text
            found.append(Token(text, sentence, clause, broken))
            broken = False
        return found

    def hits(self, tokens: Sequence[Token]) -> dict[str, list[Hit]]:
        """Hits by concept, in order of their beginning."""
        at: list[dict[tuple[int, int], str]] = [
            {(place.phrase, place.index): place.rest for place in self._cached_places(token.text)}
            for token in tokens
        ]
        found: defaultdict[str, list[Hit]] = defaultdict(list)
        for start, here in enumerate(at):
            for (phrase, index), rest in here.items():
                if index:
                    continue
                span, rests = self._follow(at, tokens, phrase, start, rest)
                if span:
                    found[self._concepts[phrase]].append(self._judged(tokens, phrase, span, rests))
        return found

    def _follow(
        self,
        at: list[dict[tuple[int, int], str]],
        tokens: Sequence[Token],
        phrase: int,
        start: int,
        rest: str,
    ) -> tuple[list[int], list[str]]:
        span, rests = [start], [rest]
        for index in range(1, self._lengths[phrase]):
            last = span[-1]
            gap = 0 if (phrase, index) in self._adjacent else GAP_TOKENS
            for position in range(last + 1, min(last + 2 + gap, len(tokens))):
                if tokens[position].sentence != tokens[last].sentence:
                    return [], []
                if (phrase, index) in at[position]:
                    span.append(position)
                    rests.append(at[position][phrase, index])
                    break
            else:
                return [], []
        return span, rests

    def _judged(self, tokens: Sequence[Token], phrase: int, span: list[int], rests: list[str]) -> Hit:
        start, end = span[0], span[-1]
        if self._says_no[phrase]:
            return Hit(start, end)
        inside = any(tokens[i].text in self._no for i in range(start, end) if i not in span)
        suffix = any(_UZBEK_NOT.match(rest) for rest in rests)
        return Hit(start, end, inside or suffix or self._denied_around(tokens, start, end))

    def _denied_around(self, tokens: Sequence[Token], start: int, end: int) -> bool:
        grammar = self._grammar
        before = start - 1
        if before > 0 and not tokens[start].breaks_before and tokens[before].text in grammar[INTENSIFIER]:
            before -= 1
        if start > 0 and not any(tokens[i].breaks_before for i in range(before + 1, start + 1)):
            lacks = (
                before > 0
                and not tokens[before].breaks_before
                and tokens[before - 1].text in grammar[LACKING]
            )
            if tokens[before].text in grammar[DENIES_NEXT] and not lacks:
                return True
        after = [token for token in tokens[end + 1 : end + 3] if token.clause == tokens[end].clause]
        if after and tokens[end + 1].breaks_before:
            return False
        if after and tokens[end].text.endswith(("ib", "ab")) and _AUXILIARY_NOT.match(after[0].text):
            return True
        return any(
            " ".join(token.text for token in after[:n]) in grammar[DENIES_LAST] for n in (1, 2) if after
        )


def _one_less(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _one_edit(a: str, b: str) -> bool:
    """At most one letter more, less or other, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    if len(a) != len(b):
        return a[i + 1 :] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1 :]
    swapped = a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]
    return a[i + 1 :] == b[i + 1 :] or swapped
