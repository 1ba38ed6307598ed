"""Several providers as one channel, against the sandbox that plays them all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

import channels
from channels.sms_failover import SmsFailover
from core.budget import Budget
from core.errors import SettingsError
from core.failover import Count
from core.ports import DeliveryError, OutboundMessage
from core.sms_templates import fingerprint
from core.turns import alone
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


async def test_a_provider_that_asks_for_patience_is_left_alone_and_the_next_one_is_taken(settings, sandbox):
    reached = reached_at(settings, sandbox.url, **ESKIZ, **PLAYMOBILE, telegram_token=None)
    turns = {name: alone(Budget(name, 50), longest_wait_s=2) for name in ("eskiz", "playmobile", "twilio")}
    reached = reached.model_copy(update={"sms_providers": ("eskiz:100", "playmobile:0")})
    channel = channels.from_settings(reached, turns.__getitem__)["sms"]
    await sandbox.fault("sms", "too_many_requests", count=1)
    assert [(await channel.send(message())).provider for _ in range(3)] == ["playmobile"] * 3
    assert turns["eskiz"].paused_for_s > 2
    assert turns["playmobile"].paused_for_s == 0
    await channel.close()


async def test_no_provider_gets_more_a_second_than_its_contract_allows(settings, sandbox):
    reached = reached_at(
        settings, sandbox.url, **PLAYMOBILE, telegram_token=None, sms_providers=("playmobile",)
    )
    channel = channels.from_settings(reached, lambda name: alone(Budget(name, 20)))["sms"]
    began = asyncio.get_running_loop().time()
    keys = [f"{number:032}" for number in range(30)]
    await asyncio.gather(*(channel.send(message(key)) for key in keys))
    assert asyncio.get_running_loop().time() - began > 29 / 20
    await channel.close()


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


async def test_what_each_took_and_failed_at_is_counted_once_and_kept_when_it_cannot_be_shared(both, sandbox):
    channel = SmsFailover(
        [Down("eskiz"), both.providers["playmobile"]], {"eskiz": 50, "playmobile": 50}, chance=lambda: 0.0
    )
    for n in range(3):
        await channel.send(message(f"{n:032x}"))
    counts = channel.take_counts()
    assert counts == {"eskiz": Count(0, 3), "playmobile": Count(3, 0)}
    assert set(channel.take_counts().values()) == {Count()}
    channel.give_back(counts)
    assert channel.take_counts() == counts


async def test_the_error_says_which_provider_it_was(both, sandbox):
    channel = SmsFailover([Down("eskiz")], {"eskiz": 100})
    with pytest.raises(DeliveryError) as down:
        await channel.send(message())
    assert down.value.provider == "eskiz"


async def test_weights_in_use_are_those_it_is_given_for_the_providers_it_has(both):
    both.use({"eskiz": 10, "playmobile": 90, "twilio": 0})
    assert both.weights == {"eskiz": 10, "playmobile": 90}
    assert both.resting == {"eskiz": 60, "playmobile": 40}


@pytest.mark.parametrize(
    ("approved_by", "provider"),
    [(("eskiz", "playmobile"), "eskiz"), (("playmobile",), "playmobile"), ((), None)],
)
async def test_a_text_goes_only_to_who_has_approved_it_whatever_its_digits(
    settings, sandbox, approved_by, provider
):
    more = ESKIZ | PLAYMOBILE | {"sms_providers": ("eskiz:100", "playmobile:0"), "telegram_token": None}
    demanding = {"sms_approved_only": ("eskiz", "playmobile")}
    channel = channels.from_settings(reached_at(settings, sandbox.url, **more, **demanding))["sms"]
    assert isinstance(channel, SmsFailover)
    for name in approved_by:
        channel.approved[name] = frozenset({fingerprint("Salomat: 1.01, soat 9:00")})
    text = "Salomat: 21.11, soat 14:00"
    assert channel.is_approved(text) == (provider is not None)
    assert not channel.is_approved("Salomat: ertaga, soat 14:00")
    sending = channel.send(OutboundMessage("0" * 32, GULNORA, text))
    if provider is None:
        with pytest.raises(DeliveryError) as refused:
            await sending
        assert refused.value.retry_after_s
        assert not refused.value.permanent
    else:
        assert (await sending).provider == provider
    assert len(await sandbox.phone(GULNORA)) == (provider is not None)
    await channel.close()


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
