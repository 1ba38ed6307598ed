"""What every Bot API method here has in common: the call, its registry, and finding the chat it speaks of."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.bot_profile import Bot
from sandbox.chats import Chats, Citizen
from sandbox.errors import TelegramError, bad_request
from sandbox.files import Files
from sandbox.store import Json
from sandbox.updates import Updates


@dataclass(frozen=True, slots=True)
class Upload:
    file_name: str
    mime_type: str
    content: bytes


@dataclass(slots=True)
class World:
    """Everything a method may touch."""

    bot: Bot
    chats: Chats
    files: Files
    updates: Updates


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    params: Json
    uploads: dict[str, Upload] = field(default_factory=dict)


Method = Callable[[World, Call], Awaitable[Any]]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Registers under Telegram's own name."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


def chat_of(world: World, chat_id: object, opened: bool = True) -> Citizen:
    """The citizen behind a chat id, in Telegram's words when the bot may not write there."""
    if not re.fullmatch(r"-?\d+", str(chat_id)):
        raise bad_request("chat not found")
    citizen = world.chats.by_chat(chat_id)
    if citizen is None:
        raise bad_request("chat not found")
    if opened and not citizen.started:
        raise TelegramError(403, "Forbidden: bot can't initiate conversation with a user")
    if opened and citizen.blocked:
        raise TelegramError(403, "Forbidden: bot was blocked by the user")
    return citizen
