"""What tests of campaigns share: one that is written, and one that runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.campaigns import Audience, Texts, Wording
from core.staff import Member
from db.engine import Database
from services import campaigns
from services.campaigns import Draft

UZ = "Oilaviy poliklinikada bepul koʻrik kuni.\n\nShanba, soat 9:00 dan 13:00 gacha."
RU = "День бесплатных осмотров в семейной поликлинике.\n\nВ субботу с 9:00 до 13:00."
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
