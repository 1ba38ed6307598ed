"""Updates kept in a file while the database is away, so that more than Telegram hands out at once can be looked through.

Written and flushed to the disk before they are acknowledged to Telegram, encrypted with the installation's keys, bounded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from db.crypto import Keyring

log = structlog.get_logger()
MOST_BYTES = 16 << 20
"""Some fifteen thousand messages; what comes after them waits with Telegram."""
TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """An update as Telegram sent it. `helped`: its emergency was answered already."""

    payload: dict[str, Any]
    helped: bool


class Spool:
    """One process writes and reads it. A line that a kill cut short was never acknowledged, and is forgotten."""

    def __init__(self, path: Path, keys: Keyring, most_bytes: int = MOST_BYTES) -> None:
        self._path, self._keys, self._most_bytes = path, keys, most_bytes
        self._bytes = self._whole_bytes()
        self.ids = {kept.payload["update_id"] for batch in self.batches() for kept in batch}

    @property
    def waits(self) -> bool:
        return self._bytes > 0

    def add(self, payloads: Sequence[Mapping[str, Any]], helped: Collection[int]) -> bool:
        """Keep them, in order, safe from a kill and a power cut when it returns; False when there is no room."""
        lines = b"".join(
            self._keys.encrypt(json.dumps([payload, payload["update_id"] in helped])) + b"\n"
            for payload in payloads
        )
        if self._bytes + len(lines) > self._most_bytes:
            log.error("spool_full", bytes=self._bytes)
            return False
        try:
            self._append(lines)
        except OSError as error:
            log.error("spool_not_written", error=type(error).__name__)
            return False
        self._bytes += len(lines)
        self.ids.update(payload["update_id"] for payload in payloads)
        return True

    def _append(self, lines: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        with open(descriptor, "wb") as file:
            file.truncate(self._bytes)  # what an earlier try or a kill left half written
            file.seek(self._bytes)
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        self._sync_folder()

    def batches(self) -> Iterator[list[Kept]]:
        """Everything kept, in order, some at a time. Raises SettingsError when no key opens it."""
        if not self._bytes:
            return
        batch: list[Kept] = []
        with self._path.open("rb") as file:
            left = self._bytes
            for line in file:
                left -= len(line)
                if left < 0:
                    break
                payload, helped = json.loads(self._keys.decrypt(line.rstrip(b"\n")))
                batch.append(Kept(payload, helped))
                if len(batch) == TOGETHER:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def clear(self) -> None:
        """When the inbox has all of it."""
        self._path.unlink(missing_ok=True)
        self._sync_folder()
        self._bytes = 0
        self.ids.clear()

    def _whole_bytes(self) -> int:
        if not self._path.exists():
            return 0
        return self._path.read_bytes().rfind(b"\n") + 1

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
