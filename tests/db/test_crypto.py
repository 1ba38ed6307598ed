"""Personal data at rest."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from core.errors import SettingsError
from db.crypto import Keyring
from db.engine import Database
from db.people import Person


def test_what_an_old_key_encrypted_opens_after_a_new_key_came_first_and_can_be_rotated() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    token = Keyring([old], "k").encrypt("Gulnora")
    both = Keyring([new, old], "k")
    assert both.decrypt(token) == "Gulnora"
    assert Keyring([new], "k").decrypt(both.rotate(token)) == "Gulnora"


def test_a_lost_key_is_said_plainly_and_shows_nothing() -> None:
    token = Keyring([Fernet.generate_key().decode()], "k").encrypt("Gulnora")
    with pytest.raises(SettingsError, match="ENCRYPTION_KEYS"):
        Keyring([Fernet.generate_key().decode()], "k").decrypt(token)


def test_a_malformed_key_refuses_the_start() -> None:
    with pytest.raises(SettingsError, match="32 bytes"):
        Keyring(["short"], "k")


def test_look_ups_depend_on_the_key_and_on_the_kind() -> None:
    key = Fernet.generate_key().decode()
    a, b = Keyring([key], "a"), Keyring([key], "b")
    assert a.lookup("phone", "+998901234567") == a.lookup("phone", "+998901234567")
    assert a.lookup("phone", "+998901234567") != b.lookup("phone", "+998901234567")
    assert a.lookup("phone", "1") != a.lookup("pinfl", "1")


async def test_names_and_phones_are_unreadable_in_the_table(database: Database, now) -> None:
    async with database.transaction() as session:
        session.add(
            Person(
                name="Gulnora",
                phone="+998901234567",
                birth_date=date(1958, 3, 1),
                sex="female",
                created_at=now,
            )
        )
    async with database.transaction() as session:
        row = (await session.execute(text("SELECT people::text AS all FROM people"))).one().all
        raw = bytes((await session.execute(text("SELECT name FROM people"))).scalar_one())
        person = await session.get(Person, 1)
    assert b"Gulnora" not in raw
    assert "998901234567" not in row
    assert person
    assert person.name == "Gulnora"
    assert person.phone == "+998901234567"
