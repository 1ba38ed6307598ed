"""A conversation that reads like a chat: the real aiogram bot over HTTP against the sandbox, on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from bot import dispatcher as dispatching
from bot.__main__ import make_bot
from bot.polling import Polling
from bot.spool import Spool
from bot.storage import DatabaseStorage
from core.i18n import Language, Text
from core.settings import Settings
from db.crypto import keyring
from db.engine import Database
from db.people import Person
from nlu.embedded import EmbeddedEngine
from nlu.interpreter import Interpreter

# A grey pixel: the sandbox, like Telegram, takes a real picture only.
_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


class Clock:
    """The bot's clock, moved by tests."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class BotSide:
    """The running bot, turned by hand: everything said before `settle` returns has been answered."""

    settings: Settings
    database: Database
    engine: EmbeddedEngine
    clock: Clock
    polling: Polling = field(init=False)

    async def start(self) -> None:
        self.bot = make_bot(self.settings)
        self.interpreter = Interpreter(None, self.engine)
        storage = DatabaseStorage(self.database, self.clock)
        dispatcher = dispatching.build(self.database, self.interpreter, storage, self.clock)
        spool = Spool(self.settings.var_dir / "inbox.spool", keyring())
        self.polling = Polling(self.bot, dispatcher, self.database, self.clock, spool)

    async def settle(self) -> None:
        offset = object()
        while offset != self.polling._offset:
            offset = self.polling._offset
            await self.polling.turn(0)
            await self.polling.finish()

    async def stop(self) -> None:
        await self.interpreter.close()
        await self.bot.session.close()


@dataclass
class Citizen:
    """One person with a chat."""

    http: httpx.AsyncClient
    side: BotSide
    row: dict[str, Any]
    seen: int = 0

    @property
    def chat_id(self) -> int:
        return int(self.row["telegram_id"])

    async def says(self, text: str) -> None:
        await self._act("messages", {"text": text})

    async def shares_contact(self, **contact: object) -> None:
        """Their own with the button, or the one given."""
        await self._act("messages", {"contact": contact or True})

    async def sends(self, kind: str) -> None:
        await self._act("messages", {kind: {"content_base64": _PICTURE, "file_name": f"{kind}.png"}})

    async def presses(self, label: str, *, settle: bool = True) -> dict[str, Any] | None:
        """The newest button whose words contain `label`: inline, else of the keyboard below."""
        for message in reversed(await self.history()):
            markup = message.get("reply_markup") or {}
            for row in markup.get("inline_keyboard", []):
                for button in row:
                    if label in button["text"]:
                        return await self.presses_data(
                            message["message_id"], button["callback_data"], settle=settle
                        )
        for row in (await self.keyboard()).get("keyboard", []):
            for button in row:
                if label in button["text"]:
                    assert not button.get("request_contact"), "use shares_contact"
                    await self.says(button["text"])
                    return None
        raise AssertionError(f"no button «{label}» in:\n{await self.transcript()}")

    async def presses_data(self, message_id: int, data: str, *, settle: bool = True) -> dict[str, Any]:
        """A button by its data, even one that is no longer there or never was."""
        return await self._act(
            "press", {"message_id": message_id, "data": data, "force": True}, settle=settle
        )

    async def sees(self, *fragments: str) -> dict[str, Any]:
        """A message of the bot since the last `sees`, holding all fragments."""
        history = [m for m in await self.history() if m["from"]["id"] != self.chat_id]
        fresh = [m for m in history if m["message_id"] > self.seen or m.get("edit_date")]
        for message in fresh:
            words = message.get("text") or message.get("caption") or ""
            if all(fragment in words for fragment in fragments):
                self.seen = max(self.seen, message["message_id"])
                return message
        raise AssertionError(f"{fragments} not in:\n{await self.transcript()}")

    async def answers(self) -> list[str]:
        """Everything the bot said so far."""
        return [m.get("text") or "" for m in await self.history() if m["from"]["id"] != self.chat_id]

    async def history(self) -> list[dict[str, Any]]:
        response = await self.http.get(f"/api/citizens/{self.row['id']}/messages")
        return [m.get("message", m) for m in response.json() if not m.get("deleted")]

    async def keyboard(self) -> dict[str, Any]:
        """The reply keyboard below the chat now."""
        people = (await self.http.get("/api/citizens")).json()
        return next(row for row in people if row["id"] == self.row["id"]).get("keyboard") or {}

    async def last(self) -> dict[str, Any]:
        return [m for m in await self.history() if m["from"]["id"] != self.chat_id][-1]

    async def transcript(self) -> str:
        lines = []
        for m in (await self.history())[-12:]:
            who = "—" if m["from"]["id"] == self.chat_id else "bot"
            rows = (
                (m.get("reply_markup") or {}).get("inline_keyboard")
                or (m.get("reply_markup") or {}).get("keyboard")
                or []
            )
            lines.append(
                f"{who}: {m.get('text') or m.get('caption')} {[b['text'] for row in rows for b in row]}"
            )
        return "\n".join(lines)

    async def _act(self, path: str, body: dict[str, Any], *, settle: bool = True) -> dict[str, Any]:
        response = await self.http.post(f"/api/citizens/{self.row['id']}/{path}", json=body)
        assert response.is_success, response.text
        if settle:
            await self.side.settle()
        return dict(response.json())


LANGUAGE_BUTTON = {"uz": "Oʻzbekcha", "uz_Cyrl": "Ўзбекча", "ru": "Русский"}


async def sign_up(citizen: Citizen, language: Language, name: str, born: str) -> None:
    await citizen.says("/start")
    await citizen.presses(LANGUAGE_BUTTON[language])
    await citizen.presses(word("I agree", language))
    await citizen.shares_contact()
    await citizen.says(born)
    await citizen.says(name)
    await citizen.presses(word("Female", language))
    await citizen.presses(
        {"uz": "Toshkent shahri", "uz_Cyrl": "Тошкент шаҳри", "ru": "город Ташкент"}[language]
    )
    await citizen.presses({"uz": "Chilonzor", "uz_Cyrl": "Чилонзор", "ru": "Чиланзарский"}[language])
    citizen.seen = (await citizen.last())["message_id"]


def word(msgid: str, language: Language) -> str:
    """The catalog's words, so that a changed sentence does not break a test about behaviour."""
    return Text(msgid).render(language)


async def known_to_clinic(database: Database, now: datetime, name: str, phone: str, born: date) -> int:
    async with database.transaction() as session:
        person = Person(
            name=name,
            phone=phone,
            phone_hash=keyring().lookup("phone", phone),
            birth_date=born,
            sex="male",
            region="1726",
            district="chilonzor",
            language="ru",
            created_at=now,
        )
        session.add(person)
    return person.id


async def people_in(database: Database) -> list[Person]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Person).order_by(Person.id)))
