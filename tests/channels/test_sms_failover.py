"""Several providers as one channel, against the sandbox that plays them all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import channels
from channels.sms_failover import SmsFailover
from core.errors import SettingsError
from core.ports import DeliveryError, OutboundMessage
from tests.deliveries import ESKIZ, GULNORA, PLAYMOBILE, reached_at


def message(key: str = "0123456789abcdef0123456789abcdef") -> OutboundMessage:
    return OutboundMessage(key, GULNORA, "Salomat")


@pytest.fixture
async def both(sandbox, settings):
    more = ESKIZ | PLAYMOBILE | {"sms_providers": ("eskiz:60", "playmobile:40"), "telegram_token": None}
    channel = channels.from_settings(reached_at(settings, sandbox.url, **more))["sms"]
    assert isinstance(channel, SmsFailover)
    yield channel
    await channel.close()


@pytest.mark.parametrize(("chance", "provider"), [(0.0, "eskiz"), (0.59, "eskiz"), (0.61, "playmobile")])
async def test_each_message_goes_to_one_by_weight(both, sandbox, chance, provider):
    both._chance = lambda: chance
    assert (await both.send(message())).provider == provider
    assert len(await sandbox.phone(GULNORA)) == 1


async def test_what_one_surely_did_not_take_goes_to_the_other_at_once(both, sandbox):
    both._chance = lambda: 0.0
    await sandbox.fault("sms", "server_error", subject=GULNORA, count=1)
    assert (await both.send(message())).provider == "playmobile"
    assert len(await sandbox.phone(GULNORA)) == 1


async def test_what_one_may_have_taken_goes_to_nobody_else(settings, sandbox):
    from channels import sms_eskiz, sms_playmobile

    reached = reached_at(settings, sandbox.url, **ESKIZ, **PLAYMOBILE)
    providers = [sms_eskiz.from_settings(reached, timeout_s=0.5), sms_playmobile.from_settings(reached)]
    channel = SmsFailover(providers, {"eskiz": 100, "playmobile": 0}, chance=lambda: 0.0)
    await sandbox.fault("sms", "timeout_after_accept", count=1)
    with pytest.raises(DeliveryError) as lost:
        await channel.send(message())
    assert lost.value.unknown
    assert len(await sandbox.phone(GULNORA)) == 1
    (found,) = await channel.find(message().key, GULNORA, datetime.now(UTC))
    assert found.provider == "eskiz"
    await channel.close()


class Down:
    """A provider that takes nothing."""

    kind = "sms"

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, message):
        raise DeliveryError(f"{self.name}: 503")

    async def close(self) -> None:
        """Nothing to close."""


async def test_fifty_errors_in_a_minute_move_weight_and_two_bad_ones_move_none(both, sandbox):
    now = [0.0]
    eskiz, other = Down("eskiz"), both._providers["playmobile"]
    channel = SmsFailover(
        [eskiz, other], {"eskiz": 50, "playmobile": 50}, chance=lambda: 0.0, clock=lambda: now[0]
    )
    for n in range(50):
        await channel.send(message(f"{n:032x}"))
    channel.judge()
    assert channel.weights == {"eskiz": 40, "playmobile": 60}
    now[0] += 30
    channel.judge()
    assert channel.weights == {"eskiz": 40, "playmobile": 60}
    now[0] += 1000
    channel.judge()
    assert channel.weights == {"eskiz": 50, "playmobile": 50}
    channel.note_delays({"eskiz": (100, 90), "playmobile": (100, 90)})
    assert channel.weights == {"eskiz": 50, "playmobile": 50}


@pytest.mark.parametrize(
    ("named", "weights"),
    [
        ((), {"eskiz": 33, "playmobile": 33, "twilio": 33}),
        (("twilio",), {"twilio": 100}),
        (("eskiz:70", "twilio:30"), {"eskiz": 70, "twilio": 30}),
        (("eskiz", "twilio"), {"eskiz": 50, "twilio": 50}),
    ],
)
def test_providers_are_named_with_their_shares_or_found_by_their_accounts(settings, named, weights):
    more = ESKIZ | PLAYMOBILE | {"sms_providers": named}
    assert channels.sms_weights(reached_at(settings, "http://127.0.0.1:1", **more)) == weights


@pytest.mark.parametrize(
    ("named", "said"), [("beeline", "beeline is unknown"), ("eskiz:much", "much is no share")]
)
def test_a_wrong_name_or_share_is_refused_with_what_would_be_right(settings, named, said):
    with pytest.raises(SettingsError, match=said):
        channels.sms_weights(settings.model_copy(update={"sms_providers": (named,)}))
