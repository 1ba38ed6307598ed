"""Trims the published Bot API schema to what the sandbox answers.

python -m sandbox.trim_schema telegram_bot_api_10.3.json > sandbox/telegram_bot_api.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sandbox.bot_api import METHODS

NOTICE = (
    "Converted from the schema of aiogram 3.31.0 (MIT): see LICENSE-telegram_bot_api.txt beside this file."
)


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        field["name"]: {"types": field["types"], "required": field["required"]} for field in entry["fields"]
    }


def _type_names(fields: dict[str, Any]) -> set[str]:
    return {name.replace("Array of ", "") for field in fields.values() for name in field["types"]}


def trim(published: dict[str, Any], method_names: list[str]) -> dict[str, Any]:
    """Methods by name with their parameters, and every type reachable from those parameters."""
    methods = {name: _fields(published["methods"][name]) for name in sorted(method_names)}
    wanted = {name for fields in methods.values() for name in _type_names(fields)}
    types: dict[str, Any] = {}
    while wanted:
        name = wanted.pop()
        if name in types or name not in published["types"]:
            continue
        entry = published["types"][name]
        types[name] = {"fields": _fields(entry), "subtypes": entry.get("subtypes", [])}
        wanted |= _type_names(types[name]["fields"]) | set(types[name]["subtypes"])
    return {
        "notice": NOTICE,
        "version": published["version"],
        "methods": methods,
        "types": dict(sorted(types.items())),
    }


def main() -> None:
    published = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    json.dump(trim(published, list(METHODS)), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
