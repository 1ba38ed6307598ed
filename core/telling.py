"""One message read for red flags: the concepts in it, and which of them count.

What is denied, over, mild, long known, feared or only asked about does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from core import measures, red_flags, script
from core.phrases import Hit, Lexicon, Token
from core.red_flags import Sign

WINDOW_TOKENS = 26  # the concepts of one sign stand no further apart
NEAR_TOKENS = 5  # reach of "for years" inside a clause
# ... of "long ago", of the verb that carries -gan edi, of "была"
PAST_TOKENS = {"past": NEAR_TOKENS, "past_verb": 1, "past_was": 3}
MILD_TOKENS = 2
EXCUSES = (*PAST_TOKENS, "known", "mild")
# People and places: no sign by themselves.
AROUND = frozenset({
    "victim", "own_victim", "child", "infant", "newborn", "now", "suddenly", "much", "severe",
    "limb", "face", "belly", "chest", "eyes", "neck", "side",
})  # fmt: skip
BETTER_TO_UNIT_TOKENS = 3
OPENING_TOKENS = 2  # where a question word asks
COMPOUND_TOKENS = 5  # between the parts of a compound: "the arm … does not obey"

# "is happening": ogʻriyapti, ketvotti, boʻlopti
_HAPPENING = re.compile(
    r"(?:a|i|o)(?:yap|yop|p|vot|yot)(?:ti|man|miz|siz|di)$|(?:tur|yot)ibdi$|apti$|apman$|apmiz$|opti$|otti$"
)

# болит, хлещет, льётся: happening too, though a date stands beside it
_PRESENT_RU = re.compile(r"[a-z](?:[aeiu]t|[ei]sa)$")

# What might be, what is feared, what happens in general: choʻksa, hushdan ketishdan, ogʻriydimi
# Conditionals are told by the verb: -sa alone also ends every Russian -ся.
_SUPPOSED = re.compile(
    r"^(?:kol|ket|bol|chak|tush|tur|ur|kel|yut|ich|yikil|chok|tikil|kus|tishla|kuy|kes|ogri|kis|zaharlan|shish|tut|osil|tuga|adash)sa(?:lar)?$"
    r"|[a-z]{3}ish(?:i|im|lari)?(?:dan|ga|ning|ni)$|maslik|.[ay](?:di|miz|siz|dilar)mi$"
)
_SUPPOSED_AFTER = re.compile(
    r"^(?:kol|ket|bol|tur|kel|chik|tush|yubor|koy|ol)(?:sa(?:lar)?|ish(?:i|im|lari)?(?:dan|ga|ni|ning)?|maslik[a-z]*|adimi|amanmi|maymanmi)$|^bolmas(?:lig|in)"
)

_HABIT = re.compile(r"ganda$|[ay]di$")

# Over and done, whatever is asked beside it: chaqib oldi, nima qilish kerak
_HAPPENED = re.compile(r"^(?!endi$)[a-z]+[^aeiouy]di$")

# choy ichayotgandi, oʻtirgandi: what one was doing when it began
_WAS_DOING = re.compile(r"(?:yotgan|turgan|yurgan|otirgan)")

_MARKED = re.compile(
    rf"\b(?:[ўЎ]л|[oO][{script.APOSTROPHES}]l|ул(?=сам|мо|гим|ай|аман|иб|япман)|ul(?=sam|mo|gim|ay|aman|ib|yapman))\w*",
    re.IGNORECASE,
)

Hits = Mapping[str, Sequence[Hit]]


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return Lexicon(red_flags.book().words)


class Telling:
    """One message: its tokens, the concepts in it, and which of them count."""

    def __init__(self, text: str) -> None:
        book, lexicon = red_flags.book(), _lexicon()
        self.tokens = lexicon.tokens(script.fold(text))
        hits = lexicon.hits(self.tokens)
        for name, found in measures.find(self.tokens, hits, book.numbers, book.thresholds).items():
            hits[name] = [*hits.get(name, ()), *found]
        # oʻlmoqchi (about to die) and olmoqchi (about to take) fold to one
        marked = {script.fold(match[0]) for match in _MARKED.finditer(text)}
        for name in [name for name in hits if name.endswith("_marked")]:
            hits[name] = [hit for hit in hits[name] if marked & self._words(hit)]
        for words in (2, 4):
            if len(self.tokens) >= words:
                hits["two_words" if words == 2 else "four_words"] = [Hit(0, 0)]
        for name, parts in book.compounds:
            hits[name] = [*hits.get(name, ()), *_side_by_side(self.tokens, hits, parts)]
        ended = [
            hit for hit in hits.get("past_verb", ()) if not _WAS_DOING.search(self.tokens[hit.start].text)
        ]
        hits["past_verb"] = ended
        hits = {name: found for name, found in hits.items() if found}
        self.hits: Hits = hits
        self.better = [
            hit.start for hit in hits.get("better", ()) if not hit.denied and not self._counted(hit)
        ]
        self.asked = set(self._asked_sentences())
        self.unreal = {self.tokens[hit.start].sentence for hit in hits.get("unreal", ())}

    def _words(self, hit: Hit) -> set[str]:
        return {token.text for token in self.tokens[hit.start : hit.end + 1]}

    def _asked_sentences(self) -> Iterator[int]:
        """Sentences that only ask or teach, with nobody ill in them."""
        asked = (("asked", "victim"), ("asked_start", "victim"), ("asked_hard", "own_victim"))
        for concept, someone in asked:
            for hit in self.hits.get(concept, ()):
                sentence = self.tokens[hit.start].sentence
                if concept == "asked_start" and not self._opens(hit):
                    continue
                told = self._happening(sentence) or (concept == "asked" and self._happened(sentence))
                if not told and not self._in_sentence(sentence, (someone, "now")):
                    yield sentence

    def _counted(self, hit: Hit) -> bool:
        """прошло шесть минут: time passed, not the pain."""
        return any(0 < unit.start - hit.end <= BETTER_TO_UNIT_TOKENS for unit in self.hits.get("unit", ()))

    def _questioned(self, sentence: int) -> bool:
        return self._in_sentence(sentence, ("asked", "asked_start", "asked_hard"))

    def _opens(self, hit: Hit) -> bool:
        """Among the first words of its sentence: "какие признаки …", but not "не помнит, какой день"."""
        early = self.tokens[max(0, hit.start - OPENING_TOKENS)]
        return hit.start < OPENING_TOKENS or early.sentence != self.tokens[hit.start].sentence

    def _in_sentence(self, sentence: int, concepts: Iterable[str]) -> bool:
        return any(
            self.tokens[hit.start].sentence == sentence for c in concepts for hit in self.hits.get(c, ())
        )

    def _happening(self, sentence: int) -> bool:
        return any(t.sentence == sentence and _HAPPENING.search(t.text) for t in self.tokens)

    def _happened(self, sentence: int) -> bool:
        return any(t.sentence == sentence and _HAPPENED.search(t.text) for t in self.tokens)

    def _near(self, hit: Hit, concept: str, reach: int) -> bool:
        clause = self.tokens[hit.start].clause
        for other in self.hits.get(concept, ()):
            apart = max(other.start - hit.end, hit.start - other.end)
            if apart <= reach and clause in (self.tokens[other.start].clause, self.tokens[other.end].clause):
                return True
        return False

    def counts(self, hit: Hit, context: bool = False, asked: bool = False) -> bool:
        """Context (`insulin`, `a bee stung`) may lie in the past; nothing that counts is denied."""
        token = self.tokens[hit.start]
        if hit.denied or token.sentence in self.unreal:
            return False
        if not asked and (token.sentence in self.asked or self._supposed(hit)):
            return False
        if context:
            return True
        if self._near(hit, "mild", MILD_TOKENS):
            return False
        if self._near(hit, "now", len(self.tokens)):
            return True
        words = [self.tokens[i].text for i in range(hit.start, hit.end + 1)]
        happening = any(_HAPPENING.search(word) or _PRESENT_RU.search(word) for word in words)
        return not self._near(hit, "known", NEAR_TOKENS) and (
            happening or not any(self._near(hit, name, reach) for name, reach in PAST_TOKENS.items())
        )

    def excused(self) -> bool:
        """The message itself says that nothing is happening now, and no sign in it counts."""
        sentences = {token.sentence for token in self.tokens}
        if not sentences or sentences <= self.asked or not sentences.isdisjoint(self.unreal):
            return bool(sentences)
        found = [hit for concept in _acute() for hit in self.hits.get(concept, ())]
        if any(hit.denied for hit in found) and not any(map(self.counts, found)):
            return True
        if "now" in self.hits or any(self._happening(sentence) for sentence in sentences):
            return False
        if any(_PRESENT_RU.search(token.text) for token in self.tokens):
            return False
        return bool(self.better) or not self.hits.keys().isdisjoint(EXCUSES)

    def _supposed(self, hit: Hit) -> bool:
        last = self.tokens[hit.end]
        following = self.tokens[hit.end + 1 : hit.end + 2]
        begins = any(t.text.startswith("boshla") for t in following)  # qon ketishni boshladi
        if _SUPPOSED.search(last.text):
            return not begins
        if any(_HABIT.search(word.text) for word in (last, *following)) and self._questioned(last.sentence):
            return True  # tiqilib qolganda qanday yordam beriladi, nega tirishadi
        return any(
            t.sentence == last.sentence and not t.breaks_before and _SUPPOSED_AFTER.match(t.text)
            for t in following
        )

    def shows(self, sign: Sign) -> bool:
        for need in sign.needs:
            if need.isdisjoint(self.hits):
                return False
        if any(not hit.denied for concept in sign.never for hit in self.hits.get(concept, ())):
            return False
        choices: list[list[Hit]] = []
        acute: list[list[Hit]] = []
        for need, context, asked in zip(sign.needs, sign.context, sign.asked, strict=True):
            live = [hit for hit in _of(self.hits, need) if self.counts(hit, context, asked)]
            if not live:
                return False
            choices.append(live)
            if not context:
                acute.append(live)
        if self.better and all(hit.end < max(self.better) for live in acute for hit in live):
            return False
        return _together(choices, ())


def _of(hits: Hits, need: Iterable[str]) -> dict[Hit, None]:
    """The hits of any of some concepts, each once."""
    return dict.fromkeys(hit for concept in need for hit in hits.get(concept, ()))


def _side_by_side(tokens: Sequence[Token], hits: Hits, parts: Sign) -> Iterator[Hit]:
    """A hit where the last part stands, for every way the parts stand near one another; denied when any part is."""
    if any(need.isdisjoint(hits) for need in parts.needs) or not hits.keys().isdisjoint(parts.never):
        return
    made = [(hit.start, hit.end, hit) for hit in _of(hits, parts.needs[0])]
    for need in parts.needs[1:]:
        others = _of(hits, need)
        made = [
            (
                min(start, other.start),
                max(end, other.end),
                Hit(other.start, other.end, hit.denied or other.denied),
            )
            for start, end, hit in made
            for other in others
            if 0 < max(other.start - end, start - other.end) <= COMPOUND_TOKENS
            and tokens[start].sentence == tokens[other.start].sentence
        ]
    yield from dict.fromkeys(hit for _, _, hit in made)


def _together(choices: Sequence[Sequence[Hit]], chosen: tuple[Hit, ...]) -> bool:
    """Whether every need has a hit of its own words, all within the window."""
    if not choices:
        return True
    return any(
        all(0 < _apart(hit, other) <= WINDOW_TOKENS for other in chosen)
        and _together(choices[1:], (*chosen, hit))
        for hit in choices[0]
    )


def _apart(a: Hit, b: Hit) -> int:
    return max(b.start - a.end, a.start - b.end)


@lru_cache(maxsize=1)
def _acute() -> frozenset[str]:
    """Concepts that are signs by themselves, not the people and places around them."""
    needs = (
        need
        for flag in red_flags.book().flags
        for sign in flag.signs
        for need, context in zip(sign.needs, sign.context, strict=True)
        if not context
    )
    return frozenset().union(*needs) - AROUND
