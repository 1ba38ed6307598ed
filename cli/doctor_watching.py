"""What `salomat doctor` says of watching over it: alarms, metrics, prices, and which texts of SMS are approved."""

from __future__ import annotations

from collections.abc import Iterator

import channels
from core.errors import SettingsError
from core.settings import Settings
from db.engine import connect
from services import sms_templates

LOOPBACK = ("127.0.0.1", "::1", "localhost")

Finding = tuple[bool, str]


def watching(loaded: Settings) -> Iterator[Finding]:
    """Settings without which somebody hears of trouble too late, or the wrong people see metrics."""
    if loaded.metrics_token is None:
        shown = loaded.status_host not in LOOPBACK and (
            loaded.bot_status_port or loaded.reminders_status_port
        )
        if shown:
            yield False, "METRICS_TOKEN is not set, and STATUS_HOST shows metrics to other machines"
        elif loaded.public_url.startswith("https://"):
            yield True, "METRICS_TOKEN is not set: the admin shows no metrics"
    if not loaded.alarm_chat_ids:
        yield True, "ALARM_CHAT_IDS is not set: alarms stand in the admin only"
    for name in loaded.sms_approved_only:
        if name not in channels.SMS_PROVIDERS and name != "none":
            known = ", ".join(channels.SMS_PROVIDERS)
            yield False, f"SMS_APPROVED_ONLY: {name} is unknown; known are {known}"
    for name in providers(loaded):
        if loaded.segment_price(name) is None:
            yield True, f"{name.upper()}_SEGMENT_PRICE is not set: nobody is warned before its money ends"


def providers(loaded: Settings) -> list[str]:
    """Those that send; none when their setting is wrong, which the worker says at its start."""
    try:
        return list(channels.sms_weights(loaded))
    except SettingsError:
        return []


async def texts(loaded: Settings) -> list[Finding]:
    """By operator that wants to approve them: how many texts it has approved. The database has to be there."""
    demanding = [name for name in providers(loaded) if name in loaded.sms_approved_only]
    if not demanding:
        return []
    database = connect(loaded)
    try:
        found = await sms_templates.listed(
            database, demanding, loaded.telegram_bot_name, cyrillic=loaded.sms_cyrillic
        )
    finally:
        await database.close()
    findings = []
    for name in demanding:
        ready = sum(one.standings[name].state == "approved" for one in found)
        text = f"{name} has approved {ready} of {len(found)} texts of SMS"
        findings.append((ready == len(found), text if ready == len(found) else f"{text}: the others wait"))
    return findings
