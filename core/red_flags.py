"""The content of red flags: ids, signs and thresholds (shared), words, sentences and first steps (per language)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from core import script
from core.errors import ContentError
from core.i18n import CONTENT, Language

WRITTEN = ("uz", "ru")
FILE = "red_flags.yml"
REQUIRED = ("id", "group", "urgency", "source", "standing", "reviewed_by", "written_on", "signs")
URGENCIES = ("immediate", "urgent")
STANDINGS = ("verified", "to_verify")
# Facts core.triage finds itself; signs name them like words.
MEASURED = (
    "bp_crisis", "bp_high", "bp_low", "under_3_months", "gest_weeks", "fever", "high_fever", "sugar_low", "sugar_extreme",
    "count_pills", "saturation_low", "two_words", "four_words",
)  # fmt: skip
STEPS_MIN, STEPS_MAX = 2, 4


@dataclass(frozen=True, slots=True)
class Sign:
    """All of `needs` (each any of some concepts), none of `never`.

    `context` needs may lie in the past; `asked` needs count even in a question ("how does one die without pain").
    """

    needs: tuple[frozenset[str], ...]
    context: tuple[bool, ...]
    never: tuple[str, ...]
    asked: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag as the shared file has it; the order of the file is the order of precedence."""

    id: str
    group: str
    urgency: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class FirstAid:
    """The sentence naming the sign, and what to do while help comes; `helplines` only for thoughts of suicide."""

    sign: str
    steps: tuple[str, ...]
    helplines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """Everything known of red flags; `words` maps a concept to its phrases in both languages.

    `compounds`: concepts made of others that stand side by side in any order, in the order they are to be looked for.
    """

    flags: tuple[Flag, ...]
    thresholds: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]
    compounds: tuple[tuple[str, Sign], ...]
    numbers: Mapping[str, int]
    aid: Mapping[str, Mapping[str, FirstAid]]


class _Mapping(dict[str, Any]):
    """A mapping that remembers the line it began on and the line of each key."""

    line: int
    lines: dict[str, int]


class _Loader(yaml.SafeLoader):
    pass


def _construct(loader: _Loader, node: yaml.MappingNode) -> _Mapping:
    made = _Mapping()
    made.line = node.start_mark.line + 1
    made.lines = {}
    for key, value in node.value:
        name = str(loader.construct_object(key, deep=True))
        if name in made:
            raise ContentError("", key.start_mark.line + 1, f"`{name}` stands twice")
        made[name] = loader.construct_object(value, deep=True)
        made.lines[name] = key.start_mark.line + 1
    return made


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct)


def _read(path: Path) -> _Mapping:
    name = f"{path.parent.name}/{path.name}"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  a SafeLoader
    except ContentError as error:
        raise ContentError(name, error.line, error.reason) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ContentError(name, line, error.problem or "not YAML") from error
    if not isinstance(data, _Mapping):
        raise ContentError(name, 1, "expected a mapping")
    return data


def _sign(text: str) -> Sign:
    parts = text.split()
    needs = [part for part in parts if not part.startswith("!")]
    return Sign(
        needs=tuple(frozenset(need.lstrip("~?").split("|")) for need in needs),
        context=tuple(need.startswith("~") for need in needs),
        never=tuple(part[1:] for part in parts if part.startswith("!")),
        asked=tuple(need.startswith("?") for need in needs),
    )


def _flags(shared: _Mapping, name: str) -> Iterator[Flag]:
    seen: set[str] = set()
    for row in shared.get("flags") or ():
        if not isinstance(row, _Mapping):
            raise ContentError(name, shared.lines["flags"], "every flag is a mapping")
        for key in REQUIRED:
            if not row.get(key):
                raise ContentError(name, row.line, f"`{key}` is missing")
        if row["urgency"] not in URGENCIES or row["standing"] not in STANDINGS:
            raise ContentError(name, row.line, f"urgency is one of {URGENCIES}, standing one of {STANDINGS}")
        if row["id"] in seen:
            raise ContentError(name, row.line, f"the id {row['id']!r} stands twice")
        seen.add(row["id"])
        yield Flag(row["id"], row["group"], row["urgency"], tuple(map(_sign, row["signs"])))


def _aid(words: _Mapping, flags: tuple[Flag, ...], name: str) -> dict[str, FirstAid]:
    rows: _Mapping = words.get("flags") or _Mapping()
    if set(rows) != {flag.id for flag in flags}:
        odd = sorted(set(rows) ^ {flag.id for flag in flags})
        raise ContentError(name, words.lines.get("flags"), f"flags differ from shared: {', '.join(odd)}")
    for key, row in rows.items():
        steps = row.get("steps") if isinstance(row, _Mapping) else None
        if not steps or not row.get("sign") or not STEPS_MIN <= len(steps) <= STEPS_MAX:
            raise ContentError(
                name, rows.lines[key], f"{key}: a sign and {STEPS_MIN} to {STEPS_MAX} steps are needed"
            )
    return {key: FirstAid(str(row["sign"]), tuple(map(str, row["steps"]))) for key, row in rows.items()}


def read(folder: Path) -> Book:
    """Raises ContentError naming file, line and reason at the first thing wrong."""
    shared = _read(folder / "shared" / FILE)
    flags = tuple(_flags(shared, f"shared/{FILE}"))
    words: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, int] = {}
    aid: dict[str, dict[str, FirstAid]] = {}
    for language in WRITTEN:
        data = _read(folder / language / FILE)
        name = f"{language}/{FILE}"
        for concept, phrases in (data.get("words") or {}).items():
            if not isinstance(phrases, str) or not phrases.strip():
                raise ContentError(name, data["words"].lines[concept], f"`{concept}` has no words")
            words[concept] = words.get(concept, ()) + tuple(
                p.strip() for p in phrases.split(",") if p.strip()
            )
        numbers |= {script.fold(word): int(value) for word, value in (data.get("numbers") or {}).items()}
        aid[language] = _aid(data, flags, name)
    compounds = tuple(_compounds(shared))
    _check_concepts(shared, flags, compounds, {*words, *MEASURED, *(name for name, _ in compounds)})
    thresholds = {key: float(value["value"]) for key, value in (shared.get("thresholds") or {}).items()}
    return Book(flags, thresholds, words, compounds, numbers, aid)


def _compounds(shared: _Mapping) -> Iterator[tuple[str, Sign]]:
    for concept, lines in (shared.get("compounds") or {}).items():
        for line in lines:
            yield concept, _sign(line)


def _check_concepts(
    shared: _Mapping,
    flags: tuple[Flag, ...],
    compounds: tuple[tuple[str, Sign], ...],
    known: set[str],
) -> None:
    rows = zip(flags, shared["flags"], strict=True)
    used = [(flag.id, sign, row.lines["signs"]) for flag, row in rows for sign in flag.signs]
    used += [(name, sign, shared["compounds"].lines[name]) for name, sign in compounds]
    for name, sign, line in used:
        for concept in sorted(frozenset().union(*sign.needs, sign.never)):
            if concept not in known:
                raise ContentError(f"shared/{FILE}", line, f"{name}: no words for `{concept}`")


@lru_cache(maxsize=1)
def book() -> Book:
    """The book under content/, read once."""
    return read(CONTENT)


def first_aid(flag_id: str, language: Language, helplines: Sequence[str] = ()) -> FirstAid:
    """`helplines` come from the settings (none is known for sure, so none is written here) and stand after 103 and 112.

    Raises KeyError for an unknown id.
    """
    aid = book().aid["ru" if language == "ru" else "uz"][flag_id]
    group = next(flag.group for flag in book().flags if flag.id == flag_id)
    numbers = tuple(helplines) if group == "suicide" else ()
    if language == "uz_Cyrl":
        return FirstAid(script.to_cyrillic(aid.sign), tuple(map(script.to_cyrillic, aid.steps)), numbers)
    return FirstAid(aid.sign, aid.steps, numbers)
