"""The sandbox over real HTTP, the bot's side turned by hand, a clinic with free times, and citizens to meet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime

import httpx
import pytest
from aiohttp import web

from core.i18n import Language
from core.settings import ROOT, Settings
from db.booking import Clinic
from db.engine import Database
from nlu import training
from nlu.embedded import EmbeddedEngine
from sandbox import app as sandbox
from services import booking
from tests.conversation import BotSide, Citizen, Clock, sign_up


@pytest.fixture(scope="session")
def engine() -> EmbeddedEngine:
    """The real in-process engine, trained once from nlu/data and kept by their hash."""
    return training.embedded(ROOT / "var")


@pytest.fixture
async def sandbox_url() -> AsyncIterator[str]:
    runner = web.AppRunner(sandbox.create_app(sandbox.Settings(sms_step_s=0.01)))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def side(
    settings: Settings, database: Database, sandbox_url: str, engine: EmbeddedEngine, now: datetime
) -> AsyncIterator[BotSide]:
    side = BotSide(
        settings.model_copy(update={"telegram_api_url": sandbox_url}), database, engine, Clock(now)
    )
    await side.start()
    yield side
    await side.stop()


@pytest.fixture
async def clinic(database: Database, now: datetime) -> int:
    """Family clinic 12 in Chilonzor with every service open on Monday 23 November."""
    async with database.transaction() as session:
        row = Clinic(
            name_uz="Oilaviy poliklinika 12",
            name_ru="Семейная поликлиника 12",
            address_uz="Chilonzor, 9-daha",
            address_ru="Чиланзар, 9-й квартал",
            hours="08:00–18:00",
            region="1726",
            district="chilonzor",
        )
        session.add(row)
    for room, service in enumerate(("checkup", "therapist", "vaccination", "paediatrician"), start=1):
        await booking.open_slots(database, row.id, service, str(room), date(2026, 11, 23), (9, 11), 30)
    return row.id


@pytest.fixture
def meet(side: BotSide, sandbox_url: str):
    """`await meet("Aziza", "uz")`: a new citizen with a chat; `signed_up=True` walks through the first steps."""
    clients: list[httpx.AsyncClient] = []

    async def meet(
        name: str,
        language: Language = "uz",
        *,
        phone: str = "+998901112233",
        signed_up: bool = False,
        born: str = "14.05.1996",
    ) -> Citizen:
        http = httpx.AsyncClient(base_url=sandbox_url, trust_env=False)
        clients.append(http)
        body = {"name": name, "language_code": "ru" if language == "ru" else "uz", "phone": phone}
        row = (await http.post("/api/citizens", json=body)).json()
        citizen = Citizen(http, side, row)
        if signed_up:
            await sign_up(citizen, language, name, born)
        return citizen

    return meet
