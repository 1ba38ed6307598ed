"""A message as the value rules read it: folded words, numbers in figures, and for every character its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import yaml

from core import script
from nlu import typos
from nlu.examples import DATA

LOOKUPS = DATA / "lookups"

# Russian in chat letters: 4 is ч in "do4ke", "v 4etverg".
_CH = r"(?<!\w)4(?=y?e(?:tv|tw|rez|ryez|ti?y?r)|er[ae]z|isl|as(?:ov|am|a|ik)?\b|elovek|to\b|ir4|irch|il[ao]n|ss\b)"
_PIECE = re.compile(
    rf"(?:[^\W\d_]|{_CH})(?:[^\W\d_]|(?<=[A-Za-z])(?<!soat)[46](?=[A-Za-z])|(?<=[A-Za-z]{{2}})(?<!soat)4(?!\w)|[{script.APOSTROPHES}](?=[^\W\d_])"
    rf"|(?<=[OoGgОо])[{script.APOSTROPHES}])*|\d+|\s+|."
)
# What Uzbek hangs on a number: case, plural, "about", "-th".
_ENDINGS = (
    r"ta|tadan|taga|tasi|larda|larga|lar|larni|ga|gacha|ka|kacha|da|dan|dagi|ni|ning|nchi|inchi"
    r"|si|siga|sida|ida|iga|idan|chi|u|yu"
)
# Words of another meaning that look like a number with an ending: suddenly, together, to him, then, they.
_NO_NUMBERS = frozenset(("birdan", "birga", "onga", "onda", "ondan", "onlar"))
# As written they are no numbers, though they fold to one: he, of the family, cakes.
_NEVER_NUMBERS = frozenset(
    ("он", "семьи", "торт", "торта", "торту", "торты", "торте", "тортом", "тортик", "тортни")
)
# Ten and four without their apostrophe are flour, "he" and a cake too, "one" in Russian is "alone": only where counted.
_DOUBTFUL = frozenset(("on", "un", "ун", "tort", "один", "одна", "одну", "odin", "odna", "odnu"))
_LEADS_TO_A_NUMBER = frozenset(("soat", "kechki", "ertalab", "i", "va", "butun", "nukta", "tochka", "selih"))
_COUNTED = re.compile(
    r"(?:ta|tadan|dona|kun|hafta|oy|yil|yosh|soat|dakika|daqiqa|minut|marta|marotaba|yarim|ming|kilo|kg|koshik|chislo|kadam|nafar|kishi"
    r"|tochka|butun|mahal|den|dna|nedel|mesac|mesas|mesyas|god|chas|raz|kg|tabletk|ukol|yanvar|fevral|mart|aprel|may\b|iyun|iyul|avgust"
    r"|sentabr|oktabr|noyabr|dekabr)"
)
# `Тўртларда` and `ўнга` on a keyboard without ў; "unga" is "to the flour" too, hence doubtful.
_WITHOUT_O = re.compile(r"(turt|un)(ta|larda|larga|lar|ga|da|dan|dagi|gacha|inchi)")
_SPACE_OR_HYPHEN = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of letters, digits or space of the text; `number` where it is one or says one, `order` where it says a place."""

    shown: str
    start: int
    end: int
    number: int | None = None
    order: bool = False
    ending: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is what rules match; `span` leads a match back to the message as written."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]


def read(text: str) -> Folded:
    """Words folded, number words as figures with their ending apart (`beshga` → `5 ga`), each space one space."""
    shown: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def add(what: str, start: int, end: int) -> None:
        shown.append(what)
        starts.extend([start] * len(what))
        ends.extend([end] * len(what))

    previous: Piece | None = None
    for piece in _joined(_without_doubtful(_pieces(text))):
        if previous and _are_two_words(previous, piece):
            add(" ", piece.start, piece.start + 1)
        add(piece.shown, piece.start, piece.end)
        if piece.ending:
            add(" " + piece.ending, piece.start, piece.end)
        previous = piece
    return Folded("".join(shown), tuple(starts), tuple(ends))


def _are_two_words(previous: Piece, piece: Piece) -> bool:
    """A figure and the letters after or before it: "18ga", "10k", "puls88"."""
    if piece.shown[0].isdigit():
        return previous.shown[-1].isalpha()
    return previous.number is not None and piece.shown[0].isalpha()


def _pieces(text: str) -> list[Piece]:
    pieces = []
    for match in _PIECE.finditer(text):
        written = match[0]
        if written.isspace():
            pieces.append(Piece(" ", match.start(), match.end()))
        elif written.isdecimal():
            pieces.append(Piece(written, match.start(), match.end(), number=int(written)))
        elif written[0].isalpha() or len(written) > 1:
            word = "ch" + written[1:] if written[0] == "4" else written
            pieces.append(_word(word, match.start(), match.end()))
        else:
            pieces.append(
                Piece({"\\": "/", "—": "-", "–": "-"}.get(written, written), match.start(), match.end())
            )
    return pieces


def _without_doubtful(pieces: list[Piece]) -> list[Piece]:
    """A doubtful number beside no other number, no "o'clock" or "and", and nothing counted is a word."""
    words = [i for i, piece in enumerate(pieces) if piece.shown not in " -"]
    for first, second in pairwise(words):
        pieces[second] = _after_a_number(pieces[first], pieces[second])
    for before, i, after in zip([None, *words], words, [*words[1:], None], strict=False):
        piece = pieces[i]
        if not piece.doubtful:
            continue
        near = [pieces[j] for j in (before, after) if j is not None]
        counted = after is not None and not piece.ending and _COUNTED.match(pieces[after].shown)
        led_to = before is not None and pieces[before].shown in _LEADS_TO_A_NUMBER
        if not (counted or led_to or any(p.number is not None for p in near)):
            pieces[i] = Piece(piece.shown, piece.start, piece.end)
    return pieces


def _after_a_number(before: Piece, piece: Piece) -> Piece:
    """`бир марта` is once, not the first of March; in `oʻn birga` the second word is no "together"."""
    if before.number is None or before.shown.isdigit() or before.order:
        return piece
    if piece.shown == "marta":
        return Piece("marotaba", piece.start, piece.end)
    if piece.shown in ("birga", "birdan") and before.number % 10 == 0:
        return Piece("bir", piece.start, piece.end, number=1, ending=piece.shown.removeprefix("bir"))
    return piece


def _word(written: str, start: int, end: int) -> Piece:
    folded = script.fold(written) or written.lower()
    plain, ordinals, ended = _numbers()
    if written.lower() in _NEVER_NUMBERS:
        return Piece(folded, start, end)
    # In Uzbek it is "times" (uch marta), in Russian "of March".
    if written.lower() == "marta":
        return Piece("marotaba", start, end)
    if folded in plain or "=" + written.lower() in plain:
        number = plain.get(folded) or plain.get("=" + written.lower(), 0)
        return Piece(folded, start, end, number=number, doubtful=written.lower() in _DOUBTFUL)
    if folded in ordinals:
        return Piece(folded, start, end, number=ordinals[folded], order=True)
    if match := _WITHOUT_O.fullmatch(folded):
        said = "tort" if match[1] == "turt" else "on"
        return Piece(said, start, end, number=plain[said], ending=match[2], doubtful=said == "on")
    if (match := ended.fullmatch(folded)) and not (
        folded in _NO_NUMBERS and written.isalpha() and "ў" not in written.lower()
    ):
        return Piece(match[1], start, end, number=plain[match[1]], ending=match[2])
    return Piece(typos.mend(folded), start, end)


@lru_cache(maxsize=1)
def _numbers() -> tuple[dict[str, int], dict[str, int], re.Pattern[str]]:
    lists = yaml.safe_load((LOOKUPS / "numbers.yml").read_text(encoding="utf-8"))
    plain = {
        word if word.startswith("=") else script.fold(word): n
        for language in ("uz", "ru")
        for word, n in lists[language].items()
    }
    ordinals = {script.fold(word): n for word, n in lists["ordinals"].items()}
    uzbek = "|".join(script.fold(word) for word in lists["uz"] if not word.startswith("="))
    return plain, ordinals, re.compile(f"({uzbek})({_ENDINGS})")


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Number words in a row as one number: `bir yuz qirq` is 140, `сто сорок` too; `ikki uch` stays two numbers."""
    out: list[Piece] = []
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        if piece.number is None or (piece.shown.isdigit() and not _thousand_follows(pieces, i)):
            out.append(piece)
            i += 1
            continue
        total, last = _run(pieces, i)
        end = pieces[last]
        out.append(
            Piece(str(total), piece.start, end.end, total, end.order, "inchi" if end.order else end.ending)
        )
        i = last + 1
    return out


def _thousand_follows(pieces: list[Piece], i: int) -> bool:
    """`8 ming`; not the decimal of `5,2 ming`."""
    if i > 1 and pieces[i - 1].shown in (",", ".") and pieces[i - 2].shown.isdigit():
        return False
    following = pieces[i + 2] if i + 2 < len(pieces) and pieces[i + 1].shown == " " else None
    return following is not None and following.number == 1000 and not following.shown.isdigit()


def _run(pieces: list[Piece], first: int) -> tuple[int, int]:
    """The number that starts at `first`, and the index of its last piece. Each part must be smaller than the one before."""
    thousands, value, smallest, last = (
        0,
        int(pieces[first].number or 0),
        _size(int(pieces[first].number or 0)),
        first,
    )
    while not pieces[last].ending and not pieces[last].order and last + 2 < len(pieces):
        gap, following = pieces[last + 1], pieces[last + 2]
        if following.number is None or following.shown.isdigit() or not _SPACE_OR_HYPHEN.fullmatch(gap.shown):
            break
        n = following.number
        if n == 1000 and not thousands and value:
            thousands, value, smallest = value * 1000, 0, 1000
        elif n == 100 and 1 <= value <= 9:
            value, smallest = value * 100, 100
        elif n > 0 and _size(n) < smallest and not (10 < n < 20 and smallest == 10):
            value, smallest = value + n, _size(n)
        else:
            break
        last += 2
    return thousands + value, last


def _size(n: int) -> int:
    """Ones, tens, hundreds or thousands; eleven to nineteen count as ones, since nothing smaller follows them."""
    return 1000 if n >= 1000 else 100 if n >= 100 else 10 if n >= 20 or n == 10 else 1
