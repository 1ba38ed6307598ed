"""The Telegram channel against the sandbox: what arrives, and what each error means."""

from __future__ import annotations

import asyncio
import socket

import pytest

from channels import telegram
from core.errors import SettingsError
from core.ports import Button, DeliveryError, OutboundMessage
from core.settings import Settings
from tests.deliveries import Sandbox, reached_at

CHAT = 1001
MESSAGE = OutboundMessage(
    "key",
    str(CHAT),
    "🔔 Salom, <b>Aziza</b> &amp; Madina",
    ((Button("Bajarildi", "rem:done:1"), Button("Batafsil", url="https://example.org/a")),),
)


@pytest.fixture
async def channel(sandbox: Sandbox, settings: Settings):
    await sandbox.citizen(CHAT)
    channel = telegram.from_settings(reached_at(settings, sandbox.url))
    yield channel
    await channel.close()


async def refusal(channel, message=MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        await channel.send(message)
    return refused.value


async def test_a_message_arrives_with_its_markup_and_buttons(sandbox, channel):
    receipt = await channel.send(MESSAGE)
    (message,) = await sandbox.chat(CHAT)
    assert message["text"] == "🔔 Salom, Aziza & Madina"
    (row,) = message["reply_markup"]["inline_keyboard"]
    assert [(b["text"], b.get("callback_data"), b.get("url")) for b in row] == [
        ("Bajarildi", "rem:done:1", None),
        ("Batafsil", None, "https://example.org/a"),
    ]
    assert (receipt.provider, receipt.provider_id) == ("telegram", f"{CHAT}:{message['message_id']}")


async def test_a_blocked_bot_and_an_unknown_chat_are_gone_for_good(sandbox, channel):
    await sandbox.fault("telegram", "blocked", subject=str(CHAT))
    blocked = await refusal(channel)
    assert (blocked.gone, blocked.permanent, blocked.unknown) == (True, True, False)
    unknown_chat = await refusal(channel, OutboundMessage("key", "999", "Salom"))
    assert unknown_chat.gone


async def test_a_broken_text_is_permanent_and_says_nothing_of_it(channel):
    error = await refusal(channel, OutboundMessage("key", str(CHAT), "<b>Aziza"))
    assert (error.permanent, error.gone) == (True, False)
    assert "Aziza" not in str(error)


async def test_a_server_error_may_be_tried_again(sandbox, channel):
    await sandbox.fault("telegram", "server_error", count=1)
    error = await refusal(channel)
    assert (error.permanent, error.unknown, error.retry_after_s) == (False, False, None)
    await channel.send(MESSAGE)


async def test_a_short_pause_is_kept_and_the_message_goes_then(sandbox, channel):
    await sandbox.fault("telegram", "too_many_requests", retry_after_s=1, count=1)
    await channel.send(MESSAGE)
    assert channel.limiter.retries == 1
    assert len(await sandbox.chat(CHAT)) == 1


async def test_a_long_pause_is_given_back_with_its_length(sandbox, channel):
    await sandbox.fault("telegram", "too_many_requests", retry_after_s=60, count=1)
    assert (await refusal(channel)).retry_after_s == 60
    second = await refusal(channel)
    assert second.retry_after_s > 50
    assert len(await sandbox.chat(CHAT)) == 0


async def test_an_answer_that_never_comes_is_an_unknown_outcome(sandbox, settings):
    await sandbox.citizen(CHAT)
    channel = telegram.from_settings(reached_at(settings, sandbox.url), read_timeout_s=0.3)
    await sandbox.fault("telegram", "timeout_after_accept", count=1)
    error = await refusal(channel)
    assert (error.unknown, error.permanent) == (True, False)
    assert len(await sandbox.chat(CHAT)) == 1
    await channel.close()


async def test_a_telegram_that_is_not_reachable_has_surely_not_sent(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = telegram.from_settings(reached_at(settings, f"http://127.0.0.1:{port}"))
    error = await refusal(channel)
    assert (error.unknown, error.permanent) == (False, False)
    await channel.close()


async def test_a_wrong_token_blames_no_message(settings):
    from tests.deliveries import running_sandbox

    async with running_sandbox(token="42:another-token_0123456789abcdefghi") as strict:
        channel = telegram.from_settings(reached_at(settings, strict.url))
        error = await refusal(channel)
        assert error.retry_after_s == telegram.MISCONFIGURED_WAIT_S
        assert not error.permanent
        await channel.close()


def test_without_a_token_the_refusal_names_the_setting(settings):
    with pytest.raises(SettingsError, match="TELEGRAM_TOKEN"):
        telegram.from_settings(settings.model_copy(update={"telegram_token": None}))


async def test_an_answer_that_breaks_off_is_an_unknown_outcome(settings):
    async def broken_off(reader, writer):
        await reader.read(64)
        writer.close()

    server = await asyncio.start_server(broken_off, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = telegram.from_settings(reached_at(settings, f"http://127.0.0.1:{port}"))
    error = await refusal(channel)
    assert (error.unknown, error.permanent) == (True, False)
    await channel.close()
    server.close()
