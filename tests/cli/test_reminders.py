"""`salomat reminders tick --now`: plans and delivers as of any time."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from cli.reminders import reminders
from tests.deliveries import occurrences, person, promise, reached_at, running_sandbox


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-05T10:00", datetime(2026, 12, 5, 5, 0, tzinfo=UTC)),
        ("2026-12-05T05:00+00:00", datetime(2026, 12, 5, 5, 0, tzinfo=UTC)),
        ("2026-12-05", datetime(2026, 12, 4, 19, 0, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_tashkents(text, moment):
    from cli.reminders import Moment

    assert Moment().convert(text, None, None) == moment


def test_a_time_that_is_none_is_refused_with_an_example():
    result = CliRunner().invoke(reminders, ["tick", "--now", "tomorrow"])
    assert result.exit_code == 2
    assert "2026-12-01T10:00" in result.output


async def test_a_tick_sends_what_is_due_then_and_not_before(settings, database, now, monkeypatch):
    async with running_sandbox() as sandbox:
        await sandbox.citizen(1001)
        monkeypatch.setattr("core.settings.load", lambda: reached_at(settings, sandbox.url))
        await promise(
            database,
            now,
            await person(database, now, chat_id=1001),
            due_on=date(2026, 12, 12),
            step="day-7",
            at=datetime(2026, 12, 5, 5, 0, tzinfo=UTC),
        )

        async def tick(moment: str) -> str:
            result = await asyncio.to_thread(CliRunner().invoke, reminders, ["tick", "--now", moment])
            assert result.exit_code == 0, result.output
            return result.output

        assert "tried 0" in await tick("2026-12-04T12:00")
        assert await sandbox.chat(1001) == []
        assert "tried 1" in await tick("2026-12-05T10:00")
        assert len(await sandbox.chat(1001)) == 1
        assert "tried 0" in await tick("2026-12-05T10:05")
    assert [one.state for one in await occurrences(database)] == ["sent"]
