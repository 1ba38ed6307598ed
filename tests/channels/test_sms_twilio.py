"""The Twilio channel against the sandbox: what arrives, what each error means, and finding what got lost."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from channels import sms_twilio
from core.errors import SettingsError
from core.ports import DeliveryError, OutboundMessage
from core.settings import Settings
from tests.deliveries import GULNORA, Sandbox, reached_at

MESSAGE = OutboundMessage("key-1", GULNORA, "Salomat: koʻrik vaqti keldi. Toʻxtatish: STOP", valid_for_s=3600)


@pytest.fixture
async def channel(sandbox: Sandbox, settings: Settings):
    channel = sms_twilio.from_settings(reached_at(settings, sandbox.url))
    yield channel
    await channel.close()


async def refusal(channel, message=MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        await channel.send(message)
    return refused.value


async def test_an_uzbek_sms_leaves_in_plain_letters_as_one_segment(sandbox, channel):
    receipt = await channel.send(MESSAGE)
    (sms,) = await sandbox.phone(GULNORA)
    assert (sms["body"], sms["encoding"], sms["segments"]) == (
        "Salomat: ko'rik vaqti keldi. To'xtatish: STOP",
        "GSM-7",
        1,
    )
    assert (receipt.provider, receipt.provider_id, receipt.segments) == ("twilio", sms["sid"], 1)


@pytest.mark.parametrize(
    ("code", "status", "permanent", "gone", "unknown", "waits"),
    [
        (21211, 400, True, False, False, False),
        (21610, 400, True, True, False, False),
        (21614, 400, True, True, False, False),
        (21635, 400, True, True, False, False),
        (21612, 400, True, True, False, False),
        (21617, 400, True, False, False, False),
        (30006, 400, True, True, False, False),
        (20429, 429, False, False, False, True),
        (None, 429, False, False, False, True),
        (20003, 401, False, False, False, True),
        (21606, 400, False, False, False, True),
        (20500, 500, False, False, False, False),
        (None, 503, False, False, False, False),
        (None, 504, False, False, True, False),
        (None, 400, True, False, False, False),
    ],
)
def test_what_each_error_code_means(code, status, permanent, gone, unknown, waits):
    error = sms_twilio.translated(TwilioRestException(status, "/Messages.json", "said", code=code))
    assert (error.permanent, error.gone, error.unknown) == (permanent, gone, unknown)
    assert (error.retry_after_s is not None) is waits


@pytest.mark.parametrize(
    ("kind", "permanent", "waits"),
    [("too_many_requests", False, True), ("server_error", False, False), ("not_mobile", True, False)],
)
async def test_a_refusal_over_http_means_the_same(sandbox, channel, kind, permanent, waits):
    await sandbox.fault("sms", kind, subject=GULNORA, count=1)
    error = await refusal(channel)
    assert (error.permanent, error.retry_after_s is not None, error.unknown) == (permanent, waits, False)
    assert GULNORA not in str(error)


async def test_an_answer_that_never_comes_is_unknown_and_the_sms_is_found_by_number_and_time(
    sandbox, settings
):
    channel = sms_twilio.from_settings(reached_at(settings, sandbox.url), timeout_s=0.3)
    begun_at = datetime.now(UTC)
    assert await channel.find("key-1", GULNORA, begun_at) == []
    await sandbox.fault("sms", "timeout_after_accept", count=1)
    assert (await refusal(channel)).unknown
    await asyncio.sleep(0.1)
    (sms,) = await sandbox.phone(GULNORA)
    (found,) = await channel.find("key-1", GULNORA, begun_at)
    assert found.provider_id == sms["sid"]
    assert await channel.find("key-1", GULNORA, begun_at - timedelta(minutes=10)) == []
    assert await channel.find("key-1", "+998901112233", begun_at) == []
    await channel.close()


async def test_a_twilio_that_is_not_reachable_has_surely_not_sent(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = sms_twilio.from_settings(reached_at(settings, f"http://127.0.0.1:{port}"))
    error = await refusal(channel)
    assert (error.unknown, error.permanent) == (False, False)


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"twilio_auth_token": None}, "TWILIO_AUTH_TOKEN"),
        ({"twilio_from": None}, "TWILIO_FROM"),
    ],
)
def test_a_missing_setting_is_named(settings, missing, named):
    with pytest.raises(SettingsError, match=named):
        sms_twilio.from_settings(reached_at(settings, "http://127.0.0.1:1", **missing))


def test_a_handset_that_is_off_may_be_tried_again_a_landline_not():
    assert not sms_twilio.later_permanent(30003)
    assert sms_twilio.later_permanent(30006)
