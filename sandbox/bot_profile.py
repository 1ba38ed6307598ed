"""Who the bot is to its citizens: name, descriptions, command menus."""

from __future__ import annotations

import json
import re

from sandbox.store import Json, Store

TOKEN_SHAPE = re.compile(r"[1-9]\d{0,15}:[A-Za-z0-9_-]{3,80}")


class Bot:
    """One bot for the whole sandbox. Its id is that of the token it was last called with."""

    def __init__(self, store: Store, fixed_token: str | None, name: str, username: str) -> None:
        self.store = store
        self.fixed_token = fixed_token
        self.profile: Json = store.get("setting", "bot") or {
            "id": int(fixed_token.split(":")[0]) if fixed_token else 8_000_000_001,
            "names": {"": name},
            "descriptions": {},
            "short_descriptions": {},
            "commands": {},
            "menu_buttons": {},
        }
        self.username = username

    def save(self) -> None:
        self.store.put("setting", "bot", self.profile)

    def accepts(self, token: str) -> bool:
        if self.fixed_token is not None:
            return token == self.fixed_token
        if TOKEN_SHAPE.fullmatch(token) is None:
            return False
        identifier = int(token.split(":")[0])
        if identifier != self.profile["id"]:
            self.profile["id"] = identifier
            self.save()
        return True

    def user(self) -> Json:
        names = self.profile["names"]
        return {"id": self.profile["id"], "is_bot": True, "first_name": names[""], "username": self.username}

    def me(self) -> Json:
        return self.user() | {
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    @staticmethod
    def scope_key(scope: Json | None, language_code: str) -> str:
        return f"{json.dumps(scope or {'type': 'default'}, sort_keys=True)} {language_code}"

    def commands_for(self, chat_id: int | None, language_code: str) -> list[Json]:
        """The menu one citizen sees: the narrowest scope first, their language before none."""
        scopes = ({"type": "chat", "chat_id": chat_id}, {"type": "all_private_chats"}, {"type": "default"})
        for scope in scopes:
            for language in (language_code, ""):
                commands = self.profile["commands"].get(self.scope_key(scope, language))
                if commands:
                    return list(commands)
        return []
