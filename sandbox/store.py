"""What the sandbox remembers across a restart: JSON documents in one SQLite file, or in memory only."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class Store:
    """Documents by kind and key. Every `put` is durable against a kill of the process (not of the machine)."""

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory
        if directory is not None:
            (directory / "files").mkdir(parents=True, exist_ok=True)
        self._files: dict[str, bytes] = {}
        path = ":memory:" if directory is None else str(directory / "sandbox.sqlite3")
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS documents"
            " (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key))"
        )

    def put(self, kind: str, key: str | int, body: Json) -> None:
        self._database.execute(
            "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (kind, str(key), json.dumps(body, ensure_ascii=False)),
        )

    def get(self, kind: str, key: str | int) -> Json | None:
        row = self._database.execute(
            "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, str(key))
        ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def remove(self, kind: str, key: str | int) -> None:
        self._database.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, str(key)))

    def all(self, kind: str) -> list[Json]:
        """Every document of a kind, oldest first."""
        rows = self._database.execute("SELECT body FROM documents WHERE kind = ? ORDER BY rowid", (kind,))
        return [json.loads(body) for (body,) in rows]

    def clear(self, *kinds: str) -> None:
        for kind in kinds:
            self._database.execute("DELETE FROM documents WHERE kind = ?", (kind,))

    def next(self, counter: str, start: int = 1) -> int:
        """The next number of a counter that survives `clear` and restarts."""
        row = self.get("counter", counter)
        number = start if row is None else int(row["value"]) + 1
        self.put("counter", counter, {"value": number})
        return number

    def put_file(self, name: str, content: bytes) -> None:
        if self.directory is None:
            self._files[name] = content
        else:
            (self.directory / "files" / name).write_bytes(content)

    def get_file(self, name: str) -> bytes | None:
        if self.directory is None:
            return self._files.get(name)
        path = self.directory / "files" / name
        return path.read_bytes() if path.is_file() else None

    def close(self) -> None:
        self._database.close()
