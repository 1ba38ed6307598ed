"""How Salomat reaches people: the only registry. A new channel is its file, its table of tests, its settings, a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels import sms_eskiz, sms_playmobile, sms_twilio, telegram
from channels.sms_failover import SmsFailover
from core.errors import SettingsError
from core.ports import Channel, ChannelKind
from core.settings import Settings
from core.turns import Turns

# name → the setting that names the account (set: the provider is used), and how the channel is made
SMS_PROVIDERS: Mapping[str, tuple[str, Callable[[Settings], Channel]]] = {
    "eskiz": ("eskiz_email", sms_eskiz.from_settings),
    "playmobile": ("playmobile_login", sms_playmobile.from_settings),
    "twilio": ("twilio_account_sid", sms_twilio.from_settings),
}


def from_settings(
    settings: Settings, turns_of: Callable[[str], Turns] | None = None
) -> dict[ChannelKind, Channel]:
    """The channels this installation has; `turns_of` telegram or a provider: its budget, shared by all processes.

    Raises SettingsError when one is named and its settings are missing.
    """
    found: dict[ChannelKind, Channel] = {}
    if settings.telegram_token is not None:
        found["telegram"] = telegram.from_settings(settings, turns_of("telegram") if turns_of else None)
    weights = sms_weights(settings)
    if weights:
        providers = [SMS_PROVIDERS[name][1](settings) for name in weights]
        demanding = [name for name in weights if name in settings.sms_approved_only]
        turns = {name: turns_of(name) for name in weights} if turns_of else {}
        found["sms"] = SmsFailover(providers, weights, demanding=demanding, turns=turns)
    return found


def rate_per_s(settings: Settings, kind: ChannelKind) -> int:
    """Messages a second that may leave by all of the kind together."""
    names = ["telegram"] if kind == "telegram" else list(sms_weights(settings))
    return sum(settings.rate_per_s(name) for name in names)


def sms_weights(settings: Settings) -> dict[str, int]:
    """Each provider's share in percent, e.g. eskiz:70,playmobile:30; without shares they are equal.

    When none is named, those whose account is set. Raises SettingsError on a name or share that is none.
    """
    accounts = {name for name, (account, _make) in SMS_PROVIDERS.items() if getattr(settings, account)}
    named = settings.sms_providers or tuple(name for name in SMS_PROVIDERS if name in accounts)
    weights: dict[str, int] = {}
    for one in named:
        name, _colon, share = one.partition(":")
        if name not in SMS_PROVIDERS:
            raise SettingsError(f"SMS_PROVIDERS: {name} is unknown; known are {', '.join(SMS_PROVIDERS)}")
        if share and not share.isdigit():
            raise SettingsError(f"SMS_PROVIDERS: {share} is no share; write for example eskiz:70,twilio:30")
        weights[name] = int(share) if share else 100 // len(named)
    return weights
