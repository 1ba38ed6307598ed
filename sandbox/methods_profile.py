"""Bot API methods about the bot itself and about the people in its chats."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import bad_request
from sandbox.methods import Call, World, chat_of, method
from sandbox.store import Json

_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


@method("getMe")
async def get_me(world: World, call: Call) -> Json:
    return world.bot.me()


@method("logOut")
async def log_out(world: World, call: Call) -> bool:
    return True


@method("close")
async def close(world: World, call: Call) -> bool:
    return True


def _scope(world: World, call: Call) -> str:
    scope = call.params.get("scope")
    if scope is not None and "chat_id" in scope:
        scope = scope | {"chat_id": chat_of(world, scope["chat_id"], opened=False).telegram_id}
    return world.bot.scope_key(scope, call.params.get("language_code", ""))


@method("setMyCommands")
async def set_my_commands(world: World, call: Call) -> bool:
    commands = call.params["commands"]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        command["command"] = command["command"].removeprefix("/")
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return _put(world, "commands", _scope(world, call), commands)


@method("getMyCommands")
async def get_my_commands(world: World, call: Call) -> list[Json]:
    return list(world.bot.profile["commands"].get(_scope(world, call), []))


@method("deleteMyCommands")
async def delete_my_commands(world: World, call: Call) -> bool:
    return _put(world, "commands", _scope(world, call), None)


def _put(world: World, shelf: str, key: str, value: Any) -> bool:
    if value:
        world.bot.profile[shelf][key] = value
    else:
        world.bot.profile[shelf].pop(key, None)
    world.bot.save()
    world.chats.events.tell("bot")
    return True


def _words(shelf: str, parameter: str, limit: int) -> tuple[Any, Any]:
    """The setter and the getter of a text that is kept by language."""

    async def set_words(world: World, call: Call) -> bool:
        text = call.params.get(parameter, "")
        if len(text) > limit:
            raise bad_request(f"bot {parameter.replace('_', ' ')} is too long")
        language = call.params.get("language_code", "")
        if shelf == "names" and not language and not text:
            raise bad_request("bot name must be non-empty")
        return _put(world, shelf, language, text)

    async def get_words(world: World, call: Call) -> Json:
        kept = world.bot.profile[shelf]
        return {parameter: kept.get(call.params.get("language_code", "")) or kept.get("", "")}

    return set_words, get_words


for _shelf, _parameter, _title, _limit in (
    ("names", "name", "Name", 64),
    ("descriptions", "description", "Description", 512),
    ("short_descriptions", "short_description", "ShortDescription", 120),
):
    _setter, _getter = _words(_shelf, _parameter, _limit)
    method(f"setMy{_title}")(_setter)
    method(f"getMy{_title}")(_getter)


@method("setChatMenuButton")
async def set_chat_menu_button(world: World, call: Call) -> bool:
    button = call.params.get("menu_button") or {"type": "default"}
    return _put(world, "menu_buttons", str(call.params.get("chat_id", "")), button)


@method("getChatMenuButton")
async def get_chat_menu_button(world: World, call: Call) -> Json:
    kept = world.bot.profile["menu_buttons"]
    return dict(kept.get(str(call.params.get("chat_id", ""))) or kept.get("") or {"type": "commands"})


@method("getChat")
async def get_chat(world: World, call: Call) -> Json:
    citizen = chat_of(world, call.params["chat_id"], opened=False)
    extra = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}
    return citizen.chat() | extra


@method("getChatMember")
async def get_chat_member(world: World, call: Call) -> Json:
    chat_of(world, call.params["chat_id"])
    member = world.chats.by_chat(call.params["user_id"])
    if member is None:
        raise bad_request("user not found")
    return {"status": "member", "user": member.user()}


@method("getUserProfilePhotos")
async def get_user_profile_photos(world: World, call: Call) -> Json:
    if world.chats.by_chat(call.params["user_id"]) is None:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}
