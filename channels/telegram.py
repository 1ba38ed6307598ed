"""Telegram, as the reminder worker uses it: python-telegram-bot's ExtBot behind our strict limiter.

Errors: https://core.telegram.org/bots/api#making-requests. Telegram cannot be asked what became of a message, so an answer
that never came is an unknown outcome.
"""

from __future__ import annotations

import aiohttp
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot
from telegram.request import BaseRequest

from channels.limiter import StrictRateLimiter, TurnNeverCame
from channels.telegram_request import AiohttpRequest
from core.budget import Budget
from core.errors import SettingsError
from core.ports import Button, ChannelKind, DeliveryError, OutboundMessage, Receipt, Slot
from core.settings import Settings
from core.turns import Turns, alone

GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found", "bot was kicked")
NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
SEND_MESSAGE = "send_Message"
"""For the library's call of any method. Its own for this one makes objects of keyboard and answer that nobody reads, at
four times the CPU (benchmarks/delivery.py); the spelling keeps it from advising that one.
"""
MISCONFIGURED_WAIT_S = 300.0
"""When Telegram does not know our token, no message is to blame: all wait."""


class TelegramChannel:
    """One bot's way to its chats; `to` is a chat id in digits, the text Telegram's HTML."""

    kind: ChannelKind = "telegram"
    name = "telegram"

    def __init__(self, bot: ExtBot[Slot], request: BaseRequest, limiter: StrictRateLimiter) -> None:
        self._bot, self._request, self.limiter = bot, request, limiter
        self.turns = limiter.turns

    async def send(self, message: OutboundMessage) -> Receipt:
        form = {
            "chat_id": int(message.to),
            "text": message.text,
            "parse_mode": "HTML",
            "protect_content": message.protect,
            "link_preview_options": {"is_disabled": True},
        }
        if message.buttons:
            form["reply_markup"] = {
                "inline_keyboard": [[_button(one) for one in row] for row in message.buttons]
            }
        try:
            sent = await self._bot.do_api_request(SEND_MESSAGE, form, rate_limit_args=message.slot)
        except TelegramError as error:
            raise translated(error) from error
        return Receipt(self.name, f"{sent['chat']['id']}:{sent['message_id']}")

    async def close(self) -> None:
        await self._request.shutdown()


def from_settings(
    settings: Settings, turns: Turns | None = None, *, read_timeout_s: float = 10.0
) -> TelegramChannel:
    """`turns`: the budget shared with the bot's answers and other workers; without it this process has all of the rate.

    Raises SettingsError without a token.
    """
    if settings.telegram_token is None:
        raise SettingsError("TELEGRAM_TOKEN is needed: the token @BotFather gave")
    limiter = StrictRateLimiter(turns or alone(Budget("telegram", settings.telegram_rate_per_s)))
    request = AiohttpRequest(
        read_timeout_s=read_timeout_s, trust_env="127.0.0.1" not in settings.telegram_api_url
    )
    url = settings.telegram_api_url.rstrip("/")
    bot: ExtBot[Slot] = ExtBot(
        settings.telegram_token.get_secret_value(),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        rate_limiter=limiter,
    )
    return TelegramChannel(bot, request, limiter)


def _button(button: Button) -> dict[str, str]:
    values = {"text": button.label, "callback_data": button.data, "url": button.url}
    return {name: value for name, value in values.items() if value is not None}


def translated(error: TelegramError) -> DeliveryError:
    """What a Telegram error means for the message. The text of ours names nobody."""
    said = error.message.lower()
    match error:
        case RetryAfter():
            after = error.retry_after
            wait_s = float(after) if isinstance(after, int | float) else after.total_seconds()
            said = "no turn" if isinstance(error, TurnNeverCame) else "too many requests"
            return DeliveryError(f"telegram: {said}", retry_after_s=wait_s)
        case Forbidden():
            return DeliveryError("telegram: forbidden", gone=True)
        case InvalidToken():
            return DeliveryError("telegram: token not accepted", retry_after_s=MISCONFIGURED_WAIT_S)
        case BadRequest() if any(words in said for words in GONE):
            return DeliveryError("telegram: no such chat", gone=True)
        case BadRequest():
            return DeliveryError("telegram: message refused", permanent=True)
        case NetworkError():
            return _network(error)
    return DeliveryError(f"telegram: {type(error).__name__}")


def _network(error: NetworkError) -> DeliveryError:
    """Did the request leave? A refused connection did not; an answer with 5xx came from Telegram, which did nothing."""
    cause = error.__cause__
    if isinstance(cause, NEVER_LEFT):
        return DeliveryError("telegram: not reachable")
    if isinstance(cause, aiohttp.ClientError | TimeoutError):
        return DeliveryError("telegram: no answer", unknown=True)
    if "504" in error.message or "gateway time" in error.message.lower():
        return DeliveryError("telegram: gateway timed out", unknown=True)
    return DeliveryError("telegram: server error")
