"""The citizens, their chats with the one bot, and what each of them sees."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.errors import ControlError
from sandbox.events import Events
from sandbox.store import Json, Store

_FIRST_TELEGRAM_ID = 5_100_000_001
_DAYS_OF_DELETION = 2


@dataclass(slots=True)
class Citizen:
    id: int
    name: str
    language_code: str
    telegram_id: int | None = None
    phone: str | None = None
    username: str | None = None
    started: bool = False
    blocked: bool = False
    keyboard: Json | None = None
    keyboard_hidden: bool = False

    def user(self) -> Json:
        first, _, last = self.name.partition(" ")
        user: Json = {"id": self.telegram_id, "is_bot": False, "first_name": first}
        user |= {"last_name": last} if last else {}
        user |= {"username": self.username} if self.username else {}
        return user | {"language_code": self.language_code}

    def chat(self) -> Json:
        user = self.user()
        names: Json = {key: user[key] for key in ("first_name", "last_name", "username") if key in user}
        return {"id": self.telegram_id, "type": "private", **names}


@dataclass(slots=True)
class Stored:
    """One message of one chat. `message` is the Bot API's own object; a deleted one stays as a trace."""

    message_id: int
    chat_id: int
    by_bot: bool
    message: Json
    deleted: bool = False
    edited: bool = False
    pressed: list[str] = field(default_factory=list)


class Chats:
    def __init__(self, store: Store, events: Events, clock: Callable[[], float] = time.time) -> None:
        self.store, self.events, self.clock = store, events, clock
        self.citizens = {row["id"]: Citizen(**row) for row in store.all("citizen")}
        self.messages = {row["message_id"]: Stored(**row) for row in store.all("message")}
        self._by_chat: dict[str, Citizen] = {}
        self._by_phone: dict[str, Citizen] = {}
        for citizen in self.citizens.values():
            self._index(citizen)

    def _index(self, citizen: Citizen) -> None:
        if citizen.telegram_id is not None:
            self._by_chat[str(citizen.telegram_id)] = citizen
        if citizen.phone is not None:
            self._by_phone[citizen.phone] = citizen

    def add_citizen(
        self,
        name: str,
        language_code: str = "uz",
        telegram: bool = True,
        telegram_id: int | None = None,
        phone: str | None = None,
        username: str | None = None,
        started: bool = False,
    ) -> tuple[Citizen, bool]:
        """The citizen and whether they are new: the same telegram id or phone is the same citizen."""
        known = self._by_chat.get(str(telegram_id)) or self._by_phone.get(phone or "")
        if known is not None:
            return known, False
        number = self.store.next("citizen")
        if telegram and telegram_id is None:
            telegram_id = _FIRST_TELEGRAM_ID + number
        citizen = Citizen(
            number, name, language_code, telegram_id if telegram else None, phone, username, started
        )
        self.citizens[number] = citizen
        self._index(citizen)
        self.save(citizen)
        return citizen, True

    def save(self, citizen: Citizen) -> None:
        self.store.put("citizen", citizen.id, asdict(citizen))
        self.events.tell("citizen", citizen=asdict(citizen))

    def citizen(self, citizen_id: int) -> Citizen:
        if citizen_id not in self.citizens:
            raise ControlError(404, f"no citizen {citizen_id}")
        return self.citizens[citizen_id]

    def by_chat(self, chat_id: object) -> Citizen | None:
        return self._by_chat.get(str(chat_id))

    def post(self, citizen: Citizen, sender: Json, content: Json) -> Stored:
        """A new message in the chat of this citizen, from them or from the bot."""
        assert citizen.telegram_id is not None
        number = self.store.next("message")
        head = {"message_id": number, "from": sender, "chat": citizen.chat(), "date": int(self.clock())}
        stored = Stored(number, citizen.telegram_id, bool(sender["is_bot"]), head | content)
        self.messages[number] = stored
        self.keep(stored)
        self.events.tell("message", citizen_id=citizen.id, message=asdict(stored))
        return stored

    def keep(self, stored: Stored) -> None:
        self.store.put("message", stored.message_id, asdict(stored))

    def changed(self, citizen: Citizen, stored: Stored) -> None:
        self.keep(stored)
        self.events.tell("edited", citizen_id=citizen.id, message=asdict(stored))

    def delete(self, citizen: Citizen, stored: Stored) -> None:
        stored.deleted = True
        self.keep(stored)
        self.events.tell("deleted", citizen_id=citizen.id, message_id=stored.message_id)

    def find(self, citizen: Citizen, message_id: int) -> Stored | None:
        stored = self.messages.get(message_id)
        if stored is None or stored.deleted or stored.chat_id != citizen.telegram_id:
            return None
        return stored

    def too_old_to_delete(self, stored: Stored) -> bool:
        age_s = self.clock() - float(stored.message["date"])
        return age_s > _DAYS_OF_DELETION * 86_400

    def history(self, citizen: Citizen, after: int = 0) -> list[Json]:
        return [
            asdict(stored)
            for stored in self.messages.values()
            if stored.chat_id == citizen.telegram_id and stored.message_id > after
        ]

    def show_keyboard(self, citizen: Citizen, markup: Json) -> None:
        """A reply keyboard comes or goes with a message of the bot and stays until the next one says so."""
        if "keyboard" in markup:
            citizen.keyboard, citizen.keyboard_hidden = markup, False
        elif markup.get("remove_keyboard"):
            citizen.keyboard, citizen.keyboard_hidden = None, False
        else:
            return
        self.save(citizen)

    def pressed(self, citizen: Citizen, text: str) -> None:
        """A one-time keyboard folds away once a button of it was used."""
        if citizen.keyboard is None or not citizen.keyboard.get("one_time_keyboard"):
            return
        if any(button.get("text") == text for row in citizen.keyboard["keyboard"] for button in row):
            citizen.keyboard_hidden = True
            self.save(citizen)

    def clear(self) -> None:
        """Forgets citizens and messages; their numbers go on, so that a running bot misses nothing."""
        self.citizens.clear()
        self._by_chat.clear()
        self._by_phone.clear()
        self.messages.clear()
        self.store.clear("citizen", "message", "callback")

    def state(self) -> list[dict[str, Any]]:
        return [asdict(c) | {"messages": self.history(c)} for c in self.citizens.values()]
