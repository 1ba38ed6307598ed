"""The training data: Rasa's YAML files of `nlu/data/<language>/` (and of the held-out set) as plain values."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parent / "data"
LANGUAGES = ("uz", "ru")

# The C one reads 25,000 lines in a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Rasa's own notation: [shown](entity), [shown](entity:value) or [shown]{"entity": …, "value": …}.
_MARK = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<name>[^):]+)(?::(?P<value>[^)]*))?\)|(?P<json>\{[^}]*\}))")


@dataclass(frozen=True, slots=True)
class Mark:
    """An entity somebody marked in an example: `text` at `start`, `value` where the mark names one."""

    entity: str
    text: str
    start: int
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One line as a person would write it, without its marks. `source` is the file, `language` its folder."""

    text: str
    intent: str
    language: str
    source: str
    marks: tuple[Mark, ...] = ()


def load(root: Path = DATA) -> tuple[Example, ...]:
    """All examples below `root`, in a fixed order: of `root/uz`, `root/ru`, or of files directly in `root`."""
    files = [f for language in LANGUAGES for f in sorted((root / language).glob("*.yml"))]
    return tuple(e for f in files or sorted(root.glob("*.yml")) for e in load_file(f))


def load_file(path: Path, language: str | None = None) -> Iterator[Example]:
    """The examples of one file. Its language is its folder's name, else what `metadata` of the block says."""
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    for block in (document or {}).get("nlu") or ():
        if "intent" not in block:
            continue
        tongue = language or str((block.get("metadata") or {}).get("language", path.parent.name))
        for line in str(block.get("examples") or "").splitlines():
            line = line.strip().removeprefix("-").strip()
            if line:
                text, marks = unmark(line)
                yield Example(text, block["intent"], tongue, path.name, marks)


def unmark(line: str) -> tuple[str, tuple[Mark, ...]]:
    """The plain text of an annotated line, and its marks."""
    text, marks, read_to = "", [], 0
    for match in _MARK.finditer(line):
        text += line[read_to : match.start()]
        fields = (
            json.loads(match["json"]) if match["json"] else {"entity": match["name"], "value": match["value"]}
        )
        marks.append(Mark(fields["entity"], match["text"], len(text), fields.get("value")))
        text += match["text"]
        read_to = match.end()
    return text + line[read_to:], tuple(marks)


def fingerprint(*paths: Path) -> str:
    """A short hash of the contents of files and folders: what was made from them is kept under this name."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix in {".yml", ".py", ".txt"}:
                digest.update(f"{file.parent.name}/{file.name}".encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
