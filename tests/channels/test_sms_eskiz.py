"""The Eskiz channel against the sandbox: login, what arrives, what each refusal means, and finding by our own id."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels import sms_eskiz
from channels.sms_eskiz import PAGE
from core.errors import SettingsError
from core.ports import Balance, DeliveryError, OutboundMessage
from core.settings import Settings
from tests.deliveries import ESKIZ, GULNORA, Sandbox, reached_at, running_sandbox

KEY = "0123456789abcdef0123456789abcdef"
MESSAGE = OutboundMessage(KEY, GULNORA, "Salomat: koʻrik vaqti keldi. Toʻxtatish: STOP")


@pytest.fixture
async def channel(sandbox: Sandbox, settings: Settings):
    channel = sms_eskiz.from_settings(reached_at(settings, sandbox.url, **ESKIZ))
    yield channel
    await channel.close()


async def refusal(channel, message=MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        await channel.send(message)
    return refused.value


async def final(channel) -> str:
    for _ in range(500):
        (found,) = await channel.find(KEY, GULNORA, datetime.now(UTC))
        if found.state != "sent":
            return found.state
        await asyncio.sleep(0.02)
    raise AssertionError("no final state")


async def test_an_sms_arrives_in_plain_letters_and_is_found_by_our_id(sandbox, channel):
    receipt = await channel.send(MESSAGE)
    (sms,) = await sandbox.phone(GULNORA)
    assert (sms["body"], sms["segments"]) == ("Salomat: ko'rik vaqti keldi. To'xtatish: STOP", 1)
    assert (receipt.provider, receipt.provider_id) == ("eskiz", KEY)
    assert await final(channel) == "delivered"
    assert await channel.find("another", GULNORA, datetime.now(UTC)) == []


async def test_ours_is_found_on_a_day_of_more_messages_than_eskiz_lists(sandbox, channel):
    await channel.send(MESSAGE)
    others = [replace(MESSAGE, key=f"{number:032x}") for number in range(PAGE + 5)]
    for first in range(0, len(others), 20):
        await asyncio.gather(*(channel.send(one) for one in others[first : first + 20]))
    (found,) = await channel.find(KEY, GULNORA, datetime.now(UTC))
    assert found.provider_id == KEY
    assert await channel.find("f" * 32, GULNORA, datetime.now(UTC)) == []


async def test_where_only_the_time_can_be_asked_for_a_full_list_says_nothing(sandbox, channel, monkeypatch):
    async def cannot(_key: str) -> None:
        return None

    monkeypatch.setattr(channel, "_of_dispatch", cannot)
    await channel.send(MESSAGE)
    (found,) = await channel.find(KEY, GULNORA, datetime.now(UTC))
    assert found.provider_id == KEY
    assert await channel.find("f" * 32, GULNORA, datetime.now(UTC)) == []
    assert await channel.find(KEY, GULNORA, datetime.now(UTC) - timedelta(days=1)) == []
    for first in range(0, PAGE, 20):
        many = (replace(MESSAGE, key=f"{number:032x}") for number in range(first, first + 20))
        await asyncio.gather(*map(channel.send, many))
    with pytest.raises(DeliveryError, match="more messages"):
        await channel.find(KEY, GULNORA, datetime.now(UTC))


@pytest.mark.parametrize(
    ("kind", "permanent", "waits"),
    [("too_many_requests", False, True), ("server_error", False, False), ("not_mobile", True, False)],
)
async def test_what_each_refusal_means(sandbox, channel, kind, permanent, waits):
    await sandbox.fault("sms", kind, subject=GULNORA, count=1)
    error = await refusal(channel)
    assert (error.permanent, error.retry_after_s is not None, error.unknown) == (permanent, waits, False)


async def test_a_lost_answer_is_unknown_and_then_found(sandbox, settings):
    channel = sms_eskiz.from_settings(reached_at(settings, sandbox.url, **ESKIZ), timeout_s=0.5)
    await sandbox.fault("sms", "timeout_after_accept", count=1)
    assert (await refusal(channel)).unknown
    assert await final(channel) == "delivered"
    assert len(await sandbox.phone(GULNORA)) == 1
    await channel.close()


async def test_a_token_that_ran_out_is_renewed_without_losing_the_message(settings):
    now = [1_800_000_000.0]
    async with running_sandbox(clock=lambda: now[0]) as sandbox:
        channel = sms_eskiz.from_settings(reached_at(settings, sandbox.url, **ESKIZ))
        await channel.send(MESSAGE)
        now[0] += 31 * 86_400
        await channel.send(MESSAGE)
        assert len(await sandbox.phone(GULNORA)) == 2
        await channel.close()


async def test_a_wrong_password_blames_no_message(settings):
    async with running_sandbox(eskiz_email="a@b.uz", eskiz_password="right") as sandbox:
        channel = sms_eskiz.from_settings(reached_at(settings, sandbox.url, **ESKIZ))
        error = await refusal(channel)
        assert (error.permanent, error.retry_after_s) == (False, 300.0)
        await channel.close()


async def test_a_text_that_is_not_approved_waits_for_the_moderators(settings):
    async with running_sandbox(eskiz_moderation=True) as sandbox:
        channel = sms_eskiz.from_settings(reached_at(settings, sandbox.url, **ESKIZ))
        error = await refusal(channel)
        assert (error.permanent, error.retry_after_s) == (False, sms_eskiz.WAIT_FOR_MODERATION_S)
        await channel.close()


async def test_the_balance_is_told(channel):
    assert await channel.balance() == Balance(1_000_000, "UZS")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("waiting", "sent"),
        ("PARTDELIVERED", "sent"),
        ("DELIVRD", "delivered"),
        ("DELIVERED", "delivered"),
        ("UNDELIV", "failed"),
        ("EXPIRED", "failed"),
        ("REJECTD", "failed"),
        ("DELETED", "failed"),
        ("something new", None),
    ],
)
def test_every_status_has_its_meaning(said, state):
    assert sms_eskiz.STATES.get(said.upper()) == state


def test_a_missing_setting_is_named(settings):
    with pytest.raises(SettingsError, match="ESKIZ_EMAIL"):
        sms_eskiz.from_settings(settings)
