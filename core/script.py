"""Written forms: detect them, turn Uzbek from Latin to Cyrillic letters and back, fold all of them to one.

Standard library only, Python 3.10 and later: the Rasa component imports this very file.

How `fold` chooses its alphabet. People write one word in many ways: `qoʻrqyapman`, `qorqyapman`, `қўрқяпман`,
`коркяпман`, `куркяпман`; `больница`, `bolnica`, `bolnitsa`. Everything becomes plain ASCII Latin:

- q = k (the Russian keyboard has no қ), h = x = kh, gʻ = g, oʻ = o, ts = c = s, sch = shch = sh = w, zh = dj = j;
- apostrophes, ъ and ь vanish; ye = e; after a consonant ya = a, yu = u, yo = ё = e, any other y = i (ы); final iy = i;
- a letter written three times and more is one letter; `ka4on`, `bo6im` are `kachon`, `boshim`;
- u and o stay apart, although ў becomes у on the Russian keyboard: merged (with q = k) they would make one word of
  `qon` (blood) and `kun` (day). Instead the roots that have oʻ and are written with u (`buldi`, `kuryapman`, `yuq`)
  are listed in the data, kind `fold`.
Sentence marks and digits stay, so that a number or a question can still be seen; hyphens between letters part words.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

Form = Literal["uz-Latn", "uz-Cyrl", "ru", "ru-Latn", "mixed"]

EXCEPTIONS_PATH = Path(__file__).resolve().parent.parent / "content" / "shared" / "script_exceptions.tsv"

APOSTROPHES = "'`´ʻʼ‘’′‛ʹˈ＇"
_A = f"[{APOSTROPHES}]"
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏ"
_CYRILLIC = "Ѐ-ӿ"

# What is no prose: URLs, e-mail, %(x)s and {placeholders}, tags, entities, @names, /commands.
_UNTOUCHED = (
    r"https?://\S+|www\.\S+|\b(?:t\.me|telegram\.me)/\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:uz|com|org|ru|net)\b(?:/\S*)?"
    r"|%\([^)\s]*\)[-#0 +.\d]*[a-zA-Z]|%[sd]\b|\{[^{}\n]*\}|</?[A-Za-z][^<>\n]*>|&(?:#\d+|#x[0-9a-fA-F]+|[A-Za-z]+);"
    r"|@\w+|(?<![\w/.])/[a-z]\w*"
)
# Roman numbers and a single consonant (hepatitis B, vitamin D) are names, not letters to change.
_NAME = rf"\b(?:[IVX]{{2,}}|[B-DF-HJ-NP-TV-Z])\b(?!{_A})"
_LATIN_WORD = rf"(?P<roman>{_NAME})|[{_LATIN}](?:[{_LATIN}]|{_A}(?=[{_LATIN}])|(?<=[OoGg]){_A}|[ʻʼ])*"
_TO_CYRILLIC = re.compile(rf"(?P<keep>{_UNTOUCHED})|{_LATIN_WORD}")
_TO_LATIN = re.compile(rf"(?P<keep>{_UNTOUCHED})|[{_CYRILLIC}]+")


_FOLDED_KINDS = ("fold", "word", "uz", "ru", "gram")


@lru_cache(maxsize=1)
def _exceptions() -> dict[str, dict[str, str]]:
    """Stems by kind: `latin` keyed by Cyrillic, `cyrillic` by plain Latin, the others by folded form.

    Raises:
        ValueError: the file is broken; names file, line and reason.
    """
    stems: dict[str, dict[str, str]] = {kind: {} for kind in ("latin", "cyrillic", *_FOLDED_KINDS)}
    for number, line in enumerate(EXCEPTIONS_PATH.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        kind, source, target = fields if len(fields) == 3 else ("", "", "")
        if kind not in ("both", "latin", "cyrillic", *_FOLDED_KINDS) or not source:
            raise ValueError(f"{EXCEPTIONS_PATH.name}, line {number}: expected kind, from, to; got {line!r}")
        if kind in _FOLDED_KINDS:
            stems[kind][source] = target
        if kind in ("both", "latin"):
            stems["latin"][source] = screen(target)
        if kind in ("both", "cyrillic"):
            stems["cyrillic"][_plain_word(target)] = source
    return stems


def _longest_stem(word: str, stems: dict[str, str], shortest: int = 3) -> str | None:
    for end in range(len(word), shortest - 1, -1):
        if word[:end] in stems:
            return word[:end]
    return None


def _like(original: str, changed: str) -> str:
    """Gives the changed word the capitals of the original."""
    letters = [c for c in original if c.isalpha()]
    if len(letters) > 1 and letters[0].isupper() and letters[1].isupper():  # AQSh too
        return changed.upper()
    return changed[:1].upper() + changed[1:] if original[:1].isupper() else changed


# --- Cyrillic to Latin ------------------------------------------------------------------------------------------------

_CYR_LAT = dict(zip("абвгджзийклмнопрстуфхқҳэы", "abvgdjziyklmnoprstufxqhei", strict=True))
_CYR_LAT |= {
    "ғ": "gʻ",
    "ў": "oʻ",
    "ъ": "ʼ",
    "ё": "yo",
    "ю": "yu",
    "я": "ya",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ь": "",
}
_CYR_VOWELS = "аеёиоуэюяўы"


def _latin_letters(word: str, before: str = "") -> str:
    out: list[str] = []
    for i, c in enumerate(word):
        last = word[i - 1] if i else before
        nxt = word[i + 1] if i + 1 < len(word) else ""
        if c == "е":
            out.append("ye" if not last or last in _CYR_VOWELS or last in "ъь" else "e")
        elif c == "ц":
            out.append("ts" if last and last in _CYR_VOWELS else "s")
        elif c == "ъ" and (last == "ў" or nxt in ("е", "ё", "ю", "я") or not last):
            continue
        elif c == "ь" and nxt == "о":
            out.append("y")
        elif c == "ҳ" and last == "с":
            out.append("ʼh")
        else:
            out.append(_CYR_LAT.get(c, c))
    return "".join(out)


@lru_cache(maxsize=32768)
def _latin_word(word: str) -> str:
    lower = word.lower()
    stems = _exceptions()["latin"]
    stem = _longest_stem(lower, stems)
    changed = stems[stem] + _latin_letters(lower[len(stem) :], stem[-1]) if stem else _latin_letters(lower)
    if len(word) > 1 and not word.islower() and not word.isupper() and not word.istitle():
        changed = "".join(
            _like(c, _latin_letters(c.lower(), lower[i - 1] if i else "")) for i, c in enumerate(word)
        )
    return _like(word, changed)


def to_latin(text: str) -> str:
    """Uzbek in Cyrillic letters to Latin with ʻ and ʼ; whatever is no Cyrillic word passes untouched."""
    return _TO_LATIN.sub(lambda m: m[0] if m["keep"] else _latin_word(m[0]), text)


# --- Latin to Cyrillic ------------------------------------------------------------------------------------------------

_REFORM = str.maketrans(
    {
        "õ": "oʻ",
        "ö": "oʻ",
        "ō": "oʻ",
        "ŏ": "oʻ",
        "ğ": "gʻ",
        "ǵ": "gʻ",
        "ş": "sh",
        "ç": "ch",
        "ñ": "ng",
        "ı": "i",
    }
    | {"Õ": "Oʻ", "Ö": "Oʻ", "Ō": "Oʻ", "Ŏ": "Oʻ", "Ğ": "Gʻ", "Ǵ": "Gʻ", "Ş": "Sh", "Ç": "Ch", "İ": "I"}
)
_ANY_APOSTROPHE = re.compile(_A)
_LAT_CYR_SOURCE = {
    "yo'": "йў", "o'": "ў", "g'": "ғ", "s'h": "сҳ", "sh": "ш", "ch": "ч", "yo": "ё", "yu": "ю", "ya": "я", "ye": "е",
    "a": "а", "b": "б", "d": "д", "f": "ф", "g": "г", "h": "ҳ", "i": "и", "j": "ж", "k": "к", "l": "л", "m": "м",
    "n": "н", "o": "о", "p": "п", "q": "қ", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "x": "х", "y": "й",
    "z": "з", "'": "ъ",
}  # fmt: skip
_LAT_CYR = re.compile(
    r"(?P<siya>(?<=[kpn])siya|tsiya)|(?P<e>e)|" + "|".join(sorted(_LAT_CYR_SOURCE, key=len)[::-1])
)


def _plain_word(word: str) -> str:
    return _ANY_APOSTROPHE.sub("'", word.lower().translate(_REFORM))


def _cyrillic_letters(word: str, start: bool = True) -> str:
    def letter(match: re.Match[str]) -> str:
        if match["siya"]:
            return "ция"
        if match["e"]:
            i = match.start()
            after_vowel = word[i - 1] in "aiou" or word[max(0, i - 2) : i] == "o'" if i else start
            return "э" if after_vowel else "е"
        return _LAT_CYR_SOURCE[match[0]]

    return _LAT_CYR.sub(letter, word)


@lru_cache(maxsize=32768)
def _cyrillic_word(word: str) -> str:
    plain = _plain_word(word)
    if "w" in plain or "c" in plain.replace("ch", ""):
        return word  # a foreign name: WhatsApp, Facebook, COVID
    stems = _exceptions()["cyrillic"]
    stem = _longest_stem(plain, stems)
    changed = (
        stems[stem] + _cyrillic_letters(plain[len(stem) :], start=False) if stem else _cyrillic_letters(plain)
    )
    return _like(word, changed)


def to_cyrillic(text: str) -> str:
    """Uzbek in Latin letters (any apostrophe, reform letters too) to Cyrillic; the rest passes untouched."""
    return _TO_CYRILLIC.sub(lambda m: m[0] if m["keep"] or m["roman"] else _cyrillic_word(m[0]), text)


# --- apostrophes for a screen and for an SMS --------------------------------------------------------------------------

_SCREEN_O_G = re.compile(rf"(?<=[OoGg]){_A}")
_SCREEN_TUTUQ = re.compile(rf"(?<=[{_LATIN}])(?<![OoGg]){_A}(?=[{_LATIN}])")
_GSM = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'")
    | {
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "„": '"',
        "—": "-",
        "–": "-",
        "−": "-",
        "…": "...",
        "\u00a0": " ",
    }
    | {"\u202f": " ", "\u2009": " ", "\u200b": "", "№": "N", "•": "-", "×": "x", "°": ""}
)


def screen(text: str) -> str:
    """Apostrophes as on a screen: ʻ after o and g, ʼ between other letters."""
    return _SCREEN_TUTUQ.sub("ʼ", _SCREEN_O_G.sub("ʻ", text))


def plain(text: str) -> str:
    """For SMS: `'` for every apostrophe, GSM-7 quotes, dashes and dots, so that Uzbek stays 160 characters a part."""
    return text.translate(_GSM)


# --- folding ----------------------------------------------------------------------------------------------------------

_FOLD_LETTERS = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцэы", "abvgdeziyklmnoprstufhsei", strict=True))
    | {"ё": "yo", "ж": "j", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ў": "o", "қ": "k", "ғ": "g"}
    | {"ҳ": "h", "ө": "o", "ү": "u", "ұ": "u", "ә": "a", "і": "i", "ї": "i", "є": "e", "ң": "ng", "һ": "h", "ґ": "g"}
    | dict.fromkeys("õöōŏóòô", "o") | {"ğ": "g", "ǵ": "g", "ş": "sh", "ç": "ch", "ñ": "ng", "ı": "i", "ü": "u"}
    | {"á": "a", "à": "a", "é": "e", "í": "i", "ú": "u", "ý": "y"}
    | dict.fromkeys(APOSTROPHES + "ъь\u0301\u0306\u0307", "") | {"q": "k", "x": "h", "w": "sh"}
)  # fmt: skip
_LOOKALIKE = str.maketrans("aceopxyi", "асеорхуи")
_LETTER = rf"[{_LATIN}{_CYRILLIC}\u0301\u0306\u0307]"
_FOLD_WORD = re.compile(rf"{_LETTER}(?:{_LETTER}|{_A}|[46](?={_LETTER}))*")
_ONE_CYRILLIC = re.compile(f"[{_CYRILLIC}]")
_ONE_LATIN = re.compile("[a-z]")
_CONSONANT = "(?<=[bcdfghjklmnprstvz])"
_FOLD_STEPS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("4", "ch"),
        ("6", "sh"),
        (r"(.)\1{2,}", r"\1"),
        ("kh", "h"),
        ("shch|sch", "sh"),
        ("dzh|dj|zh", "j"),
        ("t[sc](?!h)|c(?!h)", "s"),
        (f"ye|{_CONSONANT}yo", "e"),
        (f"{_CONSONANT}y(?=[aiu])", ""),
        ("(?<![aeiou])y(?![aeiou])", "i"),
        ("ia", "iya"),
        ("i[iy]+$", "i"),
    )
)
# Most words need none of the steps: one look tells.
_FOLD_WORK = re.compile(r"[46cy]|(.)\1\1|kh|ts|[dz]h|dj|ia|ii$")
_PART_WORDS = re.compile(r"(?<=[^\W\d])[-‐‑–](?=[^\W\d])|[^\w\s.,;:!?/+%\-☀-➿\U0001F300-\U0001FAFF]|_")


def _folded_once(word: str) -> str:
    word = word.translate(_FOLD_LETTERS)
    if _FOLD_WORK.search(word):
        for pattern, replacement in _FOLD_STEPS:
            word = pattern.sub(replacement, word)
    words, roots = _exceptions()["word"], _exceptions()["fold"]
    if word in words:
        return words[word]
    root = _longest_stem(word, roots, shortest=2)
    return roots[root] + word[len(root) :] if root else word


@lru_cache(maxsize=65536)
def _folded_word(word: str) -> str:
    word = word.lower()
    if _ONE_CYRILLIC.search(word) and _ONE_LATIN.search(word):
        word = word.translate(_LOOKALIKE)
    for _ in range(8):  # one rule can make work for another; until nothing changes
        before, word = word, _folded_once(word)
        if before == word:
            break
    return word


@lru_cache(maxsize=65536)
def _folded_token(token: str) -> str:
    folded = _FOLD_WORD.sub(lambda m: _folded_word(m[0]), token)
    return " ".join(_PART_WORDS.sub(" ", folded).split())


def fold(text: str) -> str:
    """The one form all written forms of a message share; idempotent. Its alphabet: the top of this file."""
    return " ".join(filter(None, map(_folded_token, text.split())))


# --- detection --------------------------------------------------------------------------------------------------------

_WORD = re.compile(rf"(?P<keep>{_UNTOUCHED})|[{_LATIN}{_CYRILLIC}{APOSTROPHES}]+")
_UZ_LETTERS = re.compile("[ўқғҳ]")
_RU_LETTERS = re.compile("[ыщ]")
_O_OR_G_MARKED = re.compile(f"[og]{_A}[{_LATIN}]")


@lru_cache(maxsize=32768)
def _uzbekness(word: str) -> float:
    """Log-odds that a word in lower case is Uzbek and not Russian; within ±2 it may be either (`analiz`, `karta`)."""
    if _UZ_LETTERS.search(word):
        return 9.0
    if _RU_LETTERS.search(word):
        return -9.0
    folded = _folded_word(word)
    data = _exceptions()
    for language, weight in (("uz", 5.0), ("ru", -5.0)):
        if folded in data[language]:
            return weight
    whole = f"^{folded}$"
    odds: float = sum(float(data["gram"].get(whole[i : i + 3], 0)) for i in range(len(folded)))
    return odds / math.sqrt(len(folded) or 1) + bool(_O_OR_G_MARKED.search(word)) * 3


def detect(text: str) -> Form:
    """The written form; `mixed` when both alphabets, or clear words of both languages, carry a good part of it.

    One loan word does not make a message mixed: `privivka kartam qani` is Uzbek.
    """
    odds = []
    cyrillic = latin = 0
    for match in _WORD.finditer(text.lower()):
        if match["keep"]:
            continue
        odds.append(_uzbekness(match[0]))
        if _ONE_CYRILLIC.search(match[0]):
            cyrillic += 1
        else:
            latin += 1
    uz, ru = sum(o > 2 for o in odds), sum(o < -2 for o in odds)
    if min(cyrillic, latin) * 5 > cyrillic + latin or (min(uz, ru) > 1 and min(uz, ru) * 4 > len(odds)):
        return "mixed"
    if sum(odds) < 0:
        return "ru" if cyrillic >= latin else "ru-Latn"
    return "uz-Cyrl" if cyrillic > latin else "uz-Latn"
