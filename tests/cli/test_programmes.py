"""`salomat programmes recompute`, as an operator types it."""

from __future__ import annotations

import asyncio
import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cli.programmes import programmes as command
from core.errors import SettingsError
from db.programmes import Recommendation
from tests.deliveries import person


@pytest.fixture
def salomat(settings, database, monkeypatch):
    """Runs the command against the database of the tests, in a thread with a loop of its own."""
    monkeypatch.setattr("core.settings.load", lambda: settings)

    async def run(*words):
        return await asyncio.to_thread(CliRunner().invoke, command, list(words))

    return run


async def test_everybody_is_recomputed_and_nothing_is_left_to_resume(salomat, database, now, settings):
    ids = [await person(database, now, born=date(1980 + n, 3, 1)) for n in range(5)]
    answer = await salomat("recompute", "--batch", "2")
    assert answer.exit_code == 0, answer.output
    assert "5 people recomputed." in answer.output
    async with database.transaction() as session:
        assert set(await session.scalars(select(Recommendation.person_id))) == set(ids)
    assert not (settings.var_dir / "recompute.json").exists()


async def test_a_stopped_run_is_resumed_where_it_was(salomat, database, now, settings):
    ids = [await person(database, now, born=date(1980 + n, 3, 1)) for n in range(5)]
    (settings.var_dir / "recompute.json").write_text(json.dumps({"after_id": ids[2]}))
    assert "2 people recomputed." in (await salomat("recompute", "--resume")).output
    async with database.transaction() as session:
        assert set(await session.scalars(select(Recommendation.person_id))) == set(ids[3:])


async def test_without_a_stopped_run_there_is_nothing_to_resume(salomat):
    assert isinstance((await salomat("recompute", "--resume")).exception, SettingsError)
