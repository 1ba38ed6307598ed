"""What the clinic does to a visit reaches whoever booked it: once, by Telegram or SMS, in their language, naming no service."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.staff import Member
from db.booking import Clinic, Slot
from db.people import Person
from services import booking, visits
from tests.deliveries import AZIZA, GULNORA, person

CHAT = 1001
NURSE = Member(7, "charos", "Charos", "nurse", "uz")
SERVICES = ("ginekolog", "гинеколог", "gynaecolog")


@pytest.fixture
async def slots(database, now) -> list[int]:
    """With the gynaecologist, tomorrow and the day after at noon."""
    async with database.transaction() as session:
        names = {
            "name_uz": "12-poliklinika",
            "name_ru": "Поликлиника 12",
            "address_uz": "a",
            "address_ru": "a",
        }
        clinic = Clinic(**names, hours="8–18", region="1726", district="chilonzor")
        session.add(clinic)
        await session.flush()
        at = [now + timedelta(days=days) for days in (1, 2)]
        rows = [
            Slot(
                clinic_id=clinic.id,
                service="gynaecologist",
                room="3",
                starts_at=one,
                ends_at=one + timedelta(minutes=30),
            )
            for one in at
        ]
        session.add_all(rows)
    return [row.id for row in rows]


async def test_a_cancelled_visit_is_told_in_telegram_with_a_button_for_another_time(
    database, worker, sandbox, slots, now
):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT, phone=AZIZA)
    visit = await booking.book(database, aziza, aziza, slots[0], now)
    assert await visits.settle(database, visit.id, "cancelled", NURSE, now)
    await worker.tick()
    worker.clock.forward(days=1)
    await worker.tick()
    told = [message for message in await sandbox.chat(CHAT) if "bekor qildi" in message["text"]]
    assert len(told) == 1
    assert "22.11.2026" in told[0]["text"].splitlines()[0]
    (row,) = told[0]["reply_markup"]["inline_keyboard"]
    assert row[0]["text"] == "Boshqa vaqt tanlash"
    assert not any("qabulingiz bor" in message["text"] for message in await sandbox.chat(CHAT))


@pytest.mark.parametrize("language", ["uz", "uz_Cyrl", "ru"])
async def test_who_has_no_telegram_gets_an_sms_in_their_language_that_names_no_service(
    database, worker, sandbox, slots, now, language
):
    gulnora = await person(database, now, "Gulnora Aliyeva", phone=GULNORA, language=language)
    visit = await booking.book(database, gulnora, gulnora, slots[0], now)
    moved, told = await visits.move(database, visit.id, slots[1], NURSE, now)
    assert told
    await worker.tick()
    await visits.settle(database, moved, "cancelled", NURSE, now)
    await worker.tick()
    texts = [str(sms.get("body") or sms.get("text")) for sms in await sandbox.phone(GULNORA)]
    first, second = [text for text in texts if "linika" in text or "линика" in text]
    assert "23.11" in first
    assert "23.11" in second
    assert first != second
    assert not any(name in text.lower() for text in (first, second) for name in SERVICES)
    assert ("Саломат" in first) is (language == "ru")


async def test_somebody_who_died_meanwhile_is_told_nothing(database, worker, sandbox, slots, now):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT, phone=AZIZA)
    visit = await booking.book(database, aziza, aziza, slots[0], now)
    await visits.settle(database, visit.id, "cancelled", NURSE, now)
    async with database.transaction() as session:
        (await session.scalars(select(Person))).one().deceased_on = now.date()
    await worker.tick()
    assert await sandbox.chat(CHAT) == []
