"""What tests of experiments share: one that is written, and one that runs."""

from __future__ import annotations

from datetime import datetime

from core.experiments import Kind
from core.i18n import Words
from core.staff import Member
from db.engine import Database
from services import experiments
from services.experiments import Draft

UZ, RU = "Bir necha daqiqada tayyor boʻlasiz.", "Это займёт несколько минут."
WORDS = Words(UZ, RU)


def draft(kind: Kind = "vaccination", title: str = "Necha daqiqa") -> Draft:
    return Draft(title, kind, WORDS)


async def approved(
    database: Database, author: Member, second: Member, now: datetime, kind: Kind = "vaccination"
) -> int:
    number = await experiments.create(database, draft(kind), author, now)
    await experiments.act(database, number, "ask", 1, author, now)
    await experiments.act(database, number, "approve", 1, second, now)
    return number


async def running(
    database: Database, author: Member, second: Member, now: datetime, kind: Kind = "vaccination"
) -> int:
    number = await approved(database, author, second, now, kind)
    await experiments.act(database, number, "start", 1, author, now)
    return number
