"""How Salomat reaches people: the only registry. A new channel is its file, its table of tests, its settings, a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels import sms_twilio, telegram
from core.errors import SettingsError
from core.ports import Channel, ChannelKind
from core.settings import Settings

SMS_PROVIDERS: Mapping[str, Callable[[Settings], Channel]] = {
    "twilio": sms_twilio.from_settings,
}


def from_settings(settings: Settings) -> dict[ChannelKind, Channel]:
    """The channels this installation has. Raises SettingsError when one is named and its settings are missing."""
    found: dict[ChannelKind, Channel] = {}
    if settings.telegram_token is not None:
        found["telegram"] = telegram.from_settings(settings)
    providers = [SMS_PROVIDERS[name](settings) for name in sms_providers(settings)]
    if providers:
        found["sms"] = providers[0]
    return found


def sms_providers(settings: Settings) -> tuple[str, ...]:
    """The named providers, best first; when none is named, those whose account is set."""
    unknown = [name for name in settings.sms_providers if name not in SMS_PROVIDERS]
    if unknown:
        raise SettingsError(f"SMS_PROVIDERS: {unknown[0]} is unknown; known are {', '.join(SMS_PROVIDERS)}")
    accounts = {
        "twilio": settings.twilio_account_sid,
        "eskiz": settings.eskiz_email,
        "playmobile": settings.playmobile_login,
    }
    return settings.sms_providers or tuple(name for name in SMS_PROVIDERS if accounts[name])
