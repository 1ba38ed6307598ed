"""Derived written forms of the hand-written lines, made at training time: other letters, lost letters, slips of the finger.

Lines that fold to what is there already are not kept: an engine sees folded text only and would count them twice.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from core import script
from nlu.examples import Example

SEED = 2026

# What a phone with only a Russian keyboard makes of Uzbek Cyrillic.
_RUSSIAN_KEYBOARD = str.maketrans("ўқғҳЎҚҒҲ", "укгхУКГХ")
# How Russian is typed in Latin letters: the first way is the commonest, every line draws its own habits.
_RU_LATIN: dict[str, tuple[str, ...]] = {
    "а": ("a",), "б": ("b",), "в": ("v", "v", "w"), "г": ("g",), "д": ("d",), "е": ("e", "e", "ye"),
    "ё": ("e", "yo"), "ж": ("j", "zh"), "з": ("z",), "и": ("i",), "й": ("y", "i", "j"), "к": ("k",), "л": ("l",),
    "м": ("m",), "н": ("n",), "о": ("o",), "п": ("p",), "р": ("r",), "с": ("s",), "т": ("t",), "у": ("u",),
    "ф": ("f",), "х": ("h", "x", "kh"), "ц": ("c", "ts", "s"), "ч": ("ch", "ch", "4"), "ш": ("sh",),
    "щ": ("sch", "sh", "shch"), "ъ": ("",), "ы": ("y", "i"), "ь": ("", "", "'"), "э": ("e",),
    "ю": ("yu", "u"), "я": ("ya", "ya", "a"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Derived:
    """A form of one example: `kind` says how it was made."""

    text: str
    kind: str


def derive(example: Example) -> tuple[Derived, ...]:
    """The forms of one line that look different to an engine. The same line always gives the same forms."""
    chance = random.Random(zlib.crc32(example.text.encode()) ^ SEED)  # noqa: S311 - repeatable is wanted
    ways = _UZBEK if example.language == "uz" else _RUSSIAN
    seen = {script.fold(example.text)}
    forms: list[Derived] = []
    for kind, way in ways:
        text = way(example.text, chance)
        if (folded := script.fold(text)) not in seen:
            seen.add(folded)
            forms.append(Derived(text, kind))
    return tuple(forms)


def russian_in_latin(text: str, chance: random.Random) -> str:
    habits = {letter: chance.choice(ways) for letter, ways in _RU_LATIN.items()}
    return "".join(
        habits[c] if c in habits else habits[c.lower()].capitalize() if c.lower() in habits else c
        for c in text
    )


def _cyrillic(text: str, chance: random.Random) -> str:
    return script.to_cyrillic(text)


def _russian_keyboard(text: str, chance: random.Random) -> str:
    return script.to_cyrillic(text).translate(_RUSSIAN_KEYBOARD)


def _slip(text: str, chance: random.Random) -> str:
    """One slip of a finger in about every fourth word longer than three letters: a letter lost, doubled or swapped."""
    words = text.split(" ")
    long = [i for i, w in enumerate(words) if len(w) > 3 and w.isalpha()]
    for i in chance.sample(long, (len(long) + 3) // 4):
        word = words[i]
        at = chance.randrange(1, len(word) - 1)
        kind = chance.choice(("lost", "lost", "swapped", "doubled"))
        if kind == "lost":
            words[i] = word[:at] + word[at + 1 :]
        elif kind == "swapped":
            words[i] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        else:
            words[i] = word[:at] + word[at] + word[at:]
    return " ".join(words)


def _glued(text: str, chance: random.Random) -> str:
    """One space forgotten, in every third line of three words and more."""
    words = text.split(" ")
    if len(words) < 3 or chance.random() > 1 / 3:
        return text
    at = chance.randrange(1, len(words))
    return " ".join(words[:at]) + " ".join(words[at:])


_UZBEK: tuple[tuple[str, Callable[[str, random.Random], str]], ...] = (
    ("cyrillic", _cyrillic),
    ("russian_keyboard", _russian_keyboard),
    ("slip", _slip),
    ("glued", _glued),
)
_RUSSIAN: tuple[tuple[str, Callable[[str, random.Random], str]], ...] = (
    ("latin", russian_in_latin),
    ("slip", _slip),
    ("glued", _glued),
)


def write(examples: Sequence[Example], folder: Path) -> int:
    """Write each file's lines, and beside it `<name>.derived.yml`, as Rasa reads them. Returns the number of derived lines."""
    count = 0
    sources = sorted({(e.language, e.source) for e in examples})
    for language, source in sources:
        own = [e for e in examples if (e.language, e.source) == (language, source)]
        derived = [(e.intent, d.text) for e in own for d in derive(e)]
        count += len(derived)
        stem = folder / language / source.removesuffix(".yml")
        stem.parent.mkdir(parents=True, exist_ok=True)
        _write(stem.with_name(stem.name + ".yml"), [(e.intent, e.text) for e in own])
        _write(stem.with_name(stem.name + ".derived.yml"), derived, {"derived": True})
    return count


def _write(path: Path, lines: Iterable[tuple[str, str]], about: dict[str, bool] | None = None) -> None:
    """`about` goes to Rasa as the metadata of each line."""
    by_intent: dict[str, list[str]] = {}
    for intent, text in lines:
        by_intent.setdefault(intent, []).append(text)
    blocks = [
        {
            "intent": intent,
            **({"metadata": about} if about else {}),
            "examples": "".join(f"- {t}\n" for t in texts),
        }
        for intent, texts in by_intent.items()
    ]
    document = yaml.safe_dump(
        {"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False, width=10_000
    )
    path.write_text(document, encoding="utf-8")
