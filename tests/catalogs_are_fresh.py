"""`python -m tests.catalogs_are_fresh`: do the catalogs hold exactly the sentences of the code, in both languages?"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("uz", "ru")
# As `pybabel extract -k _ -k n_:1,2`: how sentences are marked in core.i18n.
KEYWORDS = {"_": None, "n_": (1, 2), "ngettext": (1, 2), "gettext": None}
Msgid = str | tuple[str, ...]


@lru_cache(maxsize=1)
def in_code() -> frozenset[Msgid]:
    """Every sentence marked in code and templates."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, directory_filter=lambda path: ".venv" not in path
    )
    return frozenset(tuple(m) if isinstance(m, list | tuple) else m for _file, _line, m, *_rest in found)


def catalog(language: str) -> Catalog:
    with (ROOT / "content" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, language)


def in_catalog(language: str) -> frozenset[Msgid]:
    messages = [message.id for message in catalog(language) if message.id]
    return frozenset(tuple(m) if isinstance(m, list | tuple) else m for m in messages)


def differences() -> list[str]:
    """One line a sentence that is missing somewhere or is said nowhere any more."""
    lines = []
    for language in LANGUAGES:
        there = in_catalog(language)
        lines += [
            f"{language}: not in the catalog: {msgid!r}" for msgid in sorted(in_code() - there, key=str)
        ]
        lines += [f"{language}: no longer in code: {msgid!r}" for msgid in sorted(there - in_code(), key=str)]
    return lines


if __name__ == "__main__":
    found = differences()
    sys.exit("\n".join(found) if found else 0)
