"""The campaign that runs through the chaos: started with everything else, paused in its middle, refused by some meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from core import campaign_words
from core import campaigns as rules
from core.campaigns import Action, State, Texts, Variant, Wording
from core.i18n import LANGUAGES
from core.staff import Member
from db.engine import Database
from reminders.work import DATABASE_DOWN
from services import campaign_refusals, campaigns, staff
from tests import campaigns as written
from tests.campaigns import PASSWORD
from tests.chaos.population import REGION, Population

BEGUN = text(
    "SELECT count(*) FROM deliveries d JOIN occurrences o ON o.id = d.occurrence_id"
    " JOIN reminders r ON r.id = o.reminder_id WHERE r.kind = 'campaign'"
)


@dataclass
class Campaign:
    """`paused_at` is when the pause was on record, `went_on_at` when its end was asked for, by the database's clock."""

    id: int
    author: Member
    texts: Texts
    begun_before_pause: int = 0
    paused_at: datetime | None = None
    went_on_at: datetime | None = None
    refused: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    async def start(cls, database: Database, now: datetime) -> Campaign:
        """Two texts to everybody of one region."""
        author = await staff.add(database, "dilshod", "Dilshod", "editor", PASSWORD, now)
        second = await staff.add(database, "aziz", "Aziz", "administrator", PASSWORD, now)
        texts = {
            key: Wording(one.text, f"{one.sms}: {key[0]}") for key, one in written.texts().items() if one.sms
        }
        draft = campaigns.Draft("Koʻrik kuni", rules.Audience(region=REGION), True, texts)
        return cls(await written.running(database, author, second, now, draft), author, texts)

    def words(self, of: Variant) -> frozenset[str]:
        """Everything one of the two texts can be, on any screen or phone."""
        telegram, sms = rules.said(self.texts, of)
        assert sms is not None
        html = {campaign_words.telegram_html(telegram, language) for language in LANGUAGES}
        short = {sms.render("ru" if language == "ru" else "uz") for language in LANGUAGES}
        return frozenset(html | {rules.sms_text(one, language) for one in short for language in LANGUAGES})

    async def interrupted(self, database: Database, after: int, pause_s: float, stop: asyncio.Event) -> None:
        """Paused when so many of its messages are begun, and going on so many seconds later."""
        while not stop.is_set() and (begun := await _patiently(lambda: _one(database, BEGUN))) < after:
            await asyncio.sleep(0.1)
        if stop.is_set():
            return
        await self._act(database, "pause", "paused")
        self.paused_at = await _patiently(lambda: _clock(database))
        self.begun_before_pause = begun
        await asyncio.sleep(pause_s)
        before = await _patiently(lambda: _clock(database))
        await self._act(database, "go_on", "running")
        self.went_on_at = before

    async def _act(self, database: Database, action: Action, to: State) -> None:
        async def act() -> None:
            if (await campaigns.show(database, self.id)).state != to:
                now = await _clock(database)
                await campaigns.act(database, self.id, action, 1, self.author, now)

        await _patiently(act)

    async def refused_by_some(
        self, database: Database, population: Population, chance: random.Random, stop: asyncio.Event
    ) -> None:
        """One in fifteen of those it is meant for, from its first message on."""
        meant = [one for one in population.people if one.meant and one.case != "at the cap"]
        while not stop.is_set() and not await _patiently(lambda: _one(database, BEGUN)):
            await asyncio.sleep(0.1)
        for one in chance.sample(meant, max(8, len(meant) // 15)):
            now = await _patiently(lambda: _clock(database))
            await _patiently(lambda: campaign_refusals.refuse(database, one.id, now))  # noqa: B023
            self.refused[one.id] = await _patiently(lambda: _clock(database))
            await asyncio.sleep(chance.uniform(0, 0.2))


async def _patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Until it succeeds: the database may be down."""
    while True:
        try:
            return await ask()
        except DATABASE_DOWN:
            await asyncio.sleep(0.1)


async def _one(database: Database, query: Any) -> Any:
    async with database.transaction() as session:
        return await session.scalar(query)


async def _clock(database: Database) -> datetime:
    return await _one(database, text("SELECT clock_timestamp()"))
