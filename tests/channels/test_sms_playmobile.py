"""The PlayMobile channel against the sandbox: what arrives, its error table, and that one id is one SMS."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from channels import sms_playmobile
from core.errors import SettingsError
from core.ports import DeliveryError, OutboundMessage
from core.settings import Settings
from tests.deliveries import GULNORA, PLAYMOBILE, Sandbox, reached_at

KEY = "0123456789abcdef0123456789abcdef"
MESSAGE = OutboundMessage(KEY, GULNORA, "Salomat: koʻrik vaqti keldi", valid_for_s=3600)


@pytest.fixture
async def channel(sandbox: Sandbox, settings: Settings):
    channel = sms_playmobile.from_settings(reached_at(settings, sandbox.url, **PLAYMOBILE))
    yield channel
    await channel.close()


async def refusal(channel, message=MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        await channel.send(message)
    return refused.value


async def test_an_sms_arrives_once_however_often_its_id_is_sent(sandbox, channel):
    for _ in range(2):
        receipt = await channel.send(MESSAGE)
    (sms,) = await sandbox.phone(GULNORA)
    assert sms["body"] == "Salomat: ko'rik vaqti keldi"
    assert (receipt.provider, receipt.provider_id) == ("playmobile", KEY)


async def test_a_lost_answer_is_unknown_and_then_found(sandbox, settings):
    channel = sms_playmobile.from_settings(reached_at(settings, sandbox.url, **PLAYMOBILE), timeout_s=0.5)
    assert await channel.find(KEY, GULNORA, datetime.now(UTC)) == []
    await sandbox.fault("sms", "timeout_after_accept", count=1)
    assert (await refusal(channel)).unknown
    for _ in range(500):
        (found,) = await channel.find(KEY, GULNORA, datetime.now(UTC))
        if found.state == "delivered":
            break
        await asyncio.sleep(0.02)
    assert found.state == "delivered"
    await channel.close()


@pytest.mark.parametrize(("kind", "waits"), [("too_many_requests", True), ("server_error", False)])
async def test_a_busy_or_broken_server_is_tried_again(sandbox, channel, kind, waits):
    await sandbox.fault("sms", kind, subject=GULNORA, count=1)
    error = await refusal(channel)
    assert (error.permanent, error.unknown, error.retry_after_s is not None) == (False, False, waits)


async def test_a_number_that_is_none_is_gone(channel):
    error = await refusal(channel, OutboundMessage(KEY, "+998", "salom"))
    assert error.gone


@pytest.mark.parametrize(
    ("code", "permanent", "gone", "waits"),
    [
        (100, False, False, False),
        (101, True, False, False),
        (102, False, False, True),
        (103, False, False, True),
        (202, True, True, False),
        (204, True, True, False),
        (301, True, False, False),
        (401, True, False, False),
        (404, True, False, False),
        (None, True, False, False),
    ],
)
def test_what_each_error_code_means(code, permanent, gone, waits):
    error = sms_playmobile._refusal(code)
    assert (error.permanent, error.gone, error.retry_after_s is not None) == (permanent, gone, waits)


def test_a_missing_setting_is_named(settings):
    with pytest.raises(SettingsError, match="PLAYMOBILE_LOGIN"):
        sms_playmobile.from_settings(settings)
