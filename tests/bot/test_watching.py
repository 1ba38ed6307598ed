"""The bot tells staff of alarms over the real Bot API, and its health is its last answer from Telegram."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot import watching
from bot.__main__ import make_bot
from services import alarms, monitoring
from tests.deliveries import reached_at, running_sandbox

CHAT = 77


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def bot(settings, sandbox):
    made = make_bot(reached_at(settings, sandbox.url))
    yield made
    await made.session.close()


@pytest.fixture
def watch(database, bot, settings, now):
    chats = settings.model_copy(update={"alarm_chat_ids": (CHAT, 999)})
    return watching.watch(database, bot, chats, SimpleNamespace(polled_at=now))


async def test_an_alarm_comes_to_the_chats_that_want_it_in_both_languages(database, sandbox, watch):
    """A chat that is none (999) keeps nobody else from being told."""
    await sandbox.citizen(CHAT, "Charos", "+998901110000")
    await watch.round()
    await alarms.settle(database, {"no_worker": {}}, await database.now())
    for _ in range(2):
        await watch._tell_all(watch._tell, await database.now())
    (message,) = await sandbox.chat(CHAT)
    assert message["text"].count("\n\n") == 2
    assert "bot" in (await monitoring.state(database, await database.now())).beats


async def test_while_telegram_is_down_it_is_not_told_and_can_be_told_later(database, sandbox, watch):
    await sandbox.citizen(CHAT, "Charos", "+998901110000")
    await sandbox.fault("telegram", "server_error", subject=str(CHAT))
    assert not await watch._tell(CHAT, "x")
    await sandbox.calm()
    assert await watch._tell(CHAT, "x")


@pytest.mark.parametrize(("silent_s", "code"), [(75, 200), (76, 503)])
async def test_health_is_the_last_answer_from_telegram(database, now, silent_s, code):
    polling = SimpleNamespace(polled_at=now - timedelta(seconds=silent_s))
    assert (await watching.status(database, lambda: now, polling).health())[0] == code
