"""What tests of delivery share: the sandbox over real HTTP, people on record, and a worker's jobs turned by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import select

import channels
from core.i18n import Language
from core.settings import Settings
from db.crypto import keyring
from db.engine import Database
from db.people import Chat, Consent, Kinship, Person
from db.reminders import Delivery, Occurrence, Reminder
from reminders import jobs
from reminders.work import Work
from sandbox import app as sandbox

ESKIZ = {"eskiz_email": "salomat@example.uz", "eskiz_password": SecretStr("x")}
PLAYMOBILE = {
    "playmobile_login": "salomat",
    "playmobile_password": SecretStr("x"),
    "playmobile_from": "Salomat",
}
ACCOUNT, AUTH, SENDER = "AC" + "1" * 32, "auth-token-of-the-account", "+15005550006"
AZIZA, GULNORA, BORIS = "+998901112233", "+998935557788", "+998971234567"


@dataclass
class Sandbox:
    """A running sandbox; what it keeps is read and its faults are set over its control API."""

    url: str
    http: httpx.AsyncClient

    async def post(self, path: str, **body: Any) -> Any:
        response = await self.http.post(f"/api/{path}", json=body)
        assert response.is_success, response.text
        return response.json()

    async def fault(self, target: str, kind: str, **more: Any) -> None:
        await self.post("faults", target=target, kind=kind, **more)

    async def calm(self) -> None:
        await self.http.delete("/api/faults")

    async def citizen(self, chat_id: int, name: str = "Aziza", phone: str = AZIZA) -> None:
        await self.post("citizens", name=name, phone=phone, telegram_id=chat_id, started=True)

    async def chat(self, chat_id: int) -> list[dict[str, Any]]:
        """What the bot wrote to the chat, oldest first."""
        citizens = (await self.http.get("/api/citizens")).json()
        row = next(row for row in citizens if row.get("telegram_id") == chat_id)
        history = (await self.http.get(f"/api/citizens/{row['id']}/messages")).json()
        messages = [entry.get("message", entry) for entry in history]
        return [message for message in messages if message["from"]["id"] != chat_id]

    async def phone(self, number: str) -> list[dict[str, Any]]:
        """The SMS that went to the phone, oldest first."""
        return list((await self.http.get(f"/api/phones/{number}/sms")).json())

    async def calls(self) -> list[dict[str, Any]]:
        return list((await self.http.get("/api/calls")).json())


@asynccontextmanager
async def running_sandbox(**settings: Any) -> AsyncIterator[Sandbox]:
    app = sandbox.create_app(sandbox.Settings(**({"sms_step_s": 0.01} | settings)))
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        yield Sandbox(url, http)
    await runner.cleanup()


def reached_at(settings: Settings, url: str, **more: Any) -> Settings:
    """The same settings with every provider played by the sandbox at `url`."""
    return settings.model_copy(
        update={
            "telegram_api_url": url,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": SecretStr(AUTH),
            "twilio_from": SENDER,
            "twilio_api_url": url,
            "sms_approved_only": (),
            "eskiz_api_url": f"{url}/eskiz/api",
            "playmobile_api_url": f"{url}/playmobile",
        }
        | more
    )


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Worker:
    """A worker whose ticks come when the test says so."""

    work: Work
    clock: Clock

    async def tick(self) -> int:
        await jobs.plan(self.work)
        return await jobs.deliver(self.work)

    async def sweep(self) -> tuple[int, int]:
        return await jobs.sweep(self.work)

    async def reconcile(self) -> int:
        return await jobs.reconcile(self.work)


@asynccontextmanager
async def a_worker(settings: Settings, database: Database, now: datetime) -> AsyncIterator[Worker]:
    clock = Clock(now)
    ways = channels.from_settings(settings)
    yield Worker(Work(database, ways, settings, clock, "worker of the test"), clock)
    for channel in ways.values():
        await channel.close()


async def person(
    database: Database,
    now: datetime,
    name: str = "Aziza Karimova",
    *,
    born: date = date(1996, 5, 14),
    sex: str = "female",
    language: Language = "uz",
    phone: str | None = None,
    chat_id: int | None = None,
    consent: bool = True,
    guardian_id: int | None = None,
    **more: Any,
) -> int:
    """Somebody on record, who agreed to reminders unless `consent` is False."""
    async with database.transaction() as session:
        row = Person(
            name=name,
            birth_date=born,
            sex=sex,
            language=language,
            phone=phone,
            phone_hash=keyring().lookup("phone", phone) if phone else None,
            created_at=now,
            **more,
        )
        session.add(row)
        await session.flush()
        if chat_id is not None:
            session.add(Chat(id=chat_id, person_id=row.id, language=language, created_at=now))
        if consent:
            session.add(
                Consent(person_id=row.id, chat_id=chat_id, version="test", language=language, given_at=now)
            )
        if guardian_id is not None:
            session.add(Kinship(guardian_id=guardian_id, ward_id=row.id, relation="child", created_at=now))
    return row.id


async def promise(
    database: Database,
    now: datetime,
    person_id: int,
    about_id: int | None = None,
    *,
    kind: str = "vaccination",
    item: str = "mmr",
    dose: int = 1,
    due_on: date | None = None,
    step: str = "day-1",
    at: datetime | None = None,
    **more: Any,
) -> int:
    """A promise on record whose next step falls due now (or `at`)."""
    async with database.transaction() as session:
        row = Reminder(
            person_id=person_id,
            about_id=about_id or person_id,
            kind=kind,
            item=item,
            dose=dose,
            due_on=due_on or (now + timedelta(days=1)).date(),
            promised_at=now - timedelta(days=60),
            next_step=step,
            next_at=at or now,
            **more,
        )
        session.add(row)
    return row.id


async def occurrences(database: Database) -> list[Occurrence]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Occurrence).order_by(Occurrence.id)))


async def deliveries_of(database: Database) -> list[Delivery]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


async def reminders_of(database: Database, person_id: int) -> list[Reminder]:
    async with database.transaction() as session:
        return list(
            await session.scalars(
                select(Reminder).where(Reminder.person_id == person_id).order_by(Reminder.id)
            )
        )
