"""What tests of campaigns share: one that is written, one that runs, people for it, and a worker's turn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.campaigns import Audience, Texts, Wording
from core.notices import Notice
from core.ports import Receipt
from core.staff import Member
from db.engine import Database
from services import campaigns, claims, deliveries, outcomes
from services.campaigns import Draft
from services.outcomes import Outcome
from tests.deliveries import person

UZ = "Oilaviy poliklinikada bepul koʻrik kuni.\n\nShanba, soat 9:00 dan 13:00 gacha."
RU = "День бесплатных осмотров в семейной поликлинике.\n\nВ субботу с 9:00 до 13:00."
PASSWORD = "toʻrt xil oddiy soʻz"
SMS_UZ, SMS_RU = "shanba kuni poliklinikada bepul ko'rik", "в субботу в поликлинике бесплатный осмотр"


def texts(*, sms: bool = True, **more: Wording) -> Texts:
    """Both variants in both languages; the second says the same with another first line."""
    uz, ru = Wording(UZ, SMS_UZ if sms else ""), Wording(RU, SMS_RU if sms else "")
    other_uz, other_ru = (
        Wording("Assalomu alaykum!\n\n" + UZ, uz.sms),
        Wording("Здравствуйте!\n\n" + RU, ru.sms),
    )
    return {("a", "uz"): uz, ("a", "ru"): ru, ("b", "uz"): other_uz, ("b", "ru"): other_ru}


def draft(*, split: bool = False, sms: bool = True, **audience: Any) -> Draft:
    return Draft("Koʻrik kuni", Audience(**audience), split, texts(sms=sms))


async def approved(
    database: Database, author: Member, second: Member, now: datetime, written: Draft | None = None
) -> int:
    number = await campaigns.create(database, written or draft(), author, now)
    await campaigns.act(database, number, "ask", 1, author, now)
    await campaigns.act(database, number, "approve", 1, second, now)
    return number


async def running(
    database: Database, author: Member, second: Member, now: datetime, written: Draft | None = None
) -> int:
    number = await approved(database, author, second, now, written)
    await campaigns.act(database, number, "start", 1, author, now)
    return number


async def crowd(database: Database, now: datetime, size: int = 25) -> list[int]:
    return [await person(database, now, f"Person {n}", chat_id=100 + n) for n in range(size)]


async def send(database: Database, now: datetime, worker: str = "w") -> list[Notice]:
    """Everything due goes out; the notices that did."""
    notices = await claims.claim(database, worker, now, 100, 60)
    attempts = await deliveries.begin(database, notices, worker, now, 60)
    await outcomes.settle(database, [Outcome(a, Receipt("test", a.key)) for a in attempts], now)
    return [a.notice for a in attempts]
