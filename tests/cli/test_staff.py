"""`salomat staff`, as an operator types it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cli.staff import staff as command
from core import staff as rules
from services import staff

PASSWORD = "toʻrt xil oddiy soʻz"


@pytest.fixture
def salomat(settings, database, monkeypatch):
    """Runs the command against the database of the tests, in a thread with a loop of its own."""
    import asyncio

    monkeypatch.setattr("core.settings.load", lambda: settings)

    async def run(*words, typed=""):
        return await asyncio.to_thread(CliRunner().invoke, command, list(words), typed)

    return run


async def test_a_member_is_added_asked_for_the_password_and_can_sign_in(salomat, database):
    words = ("add", "charos", "--name", "Charos", "--role", "nurse")
    answer = await salomat(*words, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert answer.exit_code == 0, answer.output
    assert PASSWORD not in answer.output
    _token, member = await staff.sign_in(database, "charos", PASSWORD, datetime.now(UTC))
    assert member.role == "nurse"
    assert "charos" in (await salomat("list")).output


async def test_a_refusal_is_one_plain_sentence(salomat):
    answer = await salomat(
        "add", "charos", "--name", "Charos", "--role", "nurse", "--password", "short", typed=""
    )
    assert answer.exit_code == 1
    assert answer.output == "Error: The password needs at least 10 characters.\n"
    assert (await salomat("lock", "nobody")).output == "Error: There is no such member of staff.\n"


async def test_locking_out_and_letting_in(salomat, database):
    now = datetime.now(UTC)
    await staff.add(database, "charos", "Charos", "nurse", PASSWORD, now)
    assert (await salomat("lock", "charos")).exit_code == 0
    assert "locked out" in (await salomat("list")).output
    with pytest.raises(rules.WrongLogin):
        await staff.sign_in(database, "charos", PASSWORD, now)
    assert (await salomat("lock", "charos", "--undo")).exit_code == 0
    assert await staff.sign_in(database, "charos", PASSWORD, now)


async def test_a_new_password(salomat, database):
    await staff.add(database, "charos", "Charos", "nurse", PASSWORD, datetime.now(UTC))
    answer = await salomat("password", "charos", typed="besh xil boshqa gap\nbesh xil boshqa gap\n")
    assert answer.exit_code == 0, answer.output
    assert await staff.sign_in(database, "charos", "besh xil boshqa gap", datetime.now(UTC))
