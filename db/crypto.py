"""Personal data at rest: encrypted columns with keys that can be rotated, and keyed hashes to look them up by.

Fernet (AES-128-CBC with HMAC-SHA256) from `cryptography`; the first key encrypts, every key decrypts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from core.errors import SettingsError


class Keyring:
    """The keys of one installation. Raises SettingsError on a malformed key."""

    def __init__(self, encryption_keys: Sequence[str], lookup_key: str) -> None:
        if not encryption_keys or not lookup_key:
            raise SettingsError("ENCRYPTION_KEYS and LOOKUP_KEY are needed: make them with `salomat keys`")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in encryption_keys])
        except ValueError:
            raise SettingsError(
                "ENCRYPTION_KEYS: each key is 32 bytes in URL-safe base64, as `salomat keys` prints"
            ) from None
        self._lookup_key = lookup_key.encode()

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            raise SettingsError(
                "ENCRYPTION_KEYS: no key opens the stored data; was an old key removed?"
            ) from None

    def rotate(self, token: bytes) -> bytes:
        """The same text under the first key."""
        return self._fernet.rotate(token)

    def lookup(self, kind: str, value: str) -> bytes:
        """Keyed SHA-256 of a normal form (E.164 phone, 14-digit PINFL): equal values find each other, nothing is revealed."""
        return hmac.new(self._lookup_key, f"{kind}:{value}".encode(), hashlib.sha256).digest()


_keyring: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Set the process's keys, once, at its start (called by `db.engine.connect`)."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    if _keyring is None:
        raise SettingsError("the keys were not set at the start of this process")
    return _keyring


class Encrypted(TypeDecorator[str]):
    """A text column that PostgreSQL sees only encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(value)


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value kept encrypted as a whole."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(keyring().decrypt(value))
