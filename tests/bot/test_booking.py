"""Booking in the chat: the way through, every wrong press, two people and one slot."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from core.i18n import LANGUAGES
from db.booking import Appointment
from db.reminders import Reminder
from tests.conversation import word


async def count(database, *where) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Appointment).where(*where)) or 0


async def book(citizen, language="uz", time="09:00") -> None:
    await citizen.presses(word("Book a visit", language))
    await citizen.presses({"uz": "Profilaktik", "uz_Cyrl": "Профилактик", "ru": "Профилактический"}[language])
    await citizen.presses("12")
    await citizen.presses("23.11")
    await citizen.presses(time)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_visit_is_booked_in_five_presses_and_both_reminders_are_promised(
    meet, database, clinic, language
) -> None:
    aziza = await meet("Aziza", language, signed_up=True)
    await book(aziza, language)
    await aziza.sees(word("Shall I book it?", language), "23.11.2026")
    await aziza.presses(word("Book", language))
    card = await aziza.sees("✅", "23.11.2026", "09:00")
    assert {"uz": "1-xona", "uz_Cyrl": "1-хона", "ru": "кабинет 1"}[language] in card["text"]
    assert await count(database) == 1
    async with database.transaction() as session:
        kinds = list(await session.scalars(select(Reminder.kind).where(Reminder.kind == "appointment")))
    assert kinds == ["appointment"]


async def test_a_double_press_books_once_and_says_nothing_twice(meet, database, clinic, side) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    message = await aziza.last()
    await asyncio.gather(
        aziza.presses_data(message["message_id"], "bk:yes", settle=False),
        aziza.presses_data(message["message_id"], "bk:yes", settle=False),
    )
    before = len(await aziza.answers())
    await side.settle()
    assert await count(database) == 1
    assert len(await aziza.answers()) == before  # the question became the card; nothing new was sent


async def test_two_people_never_get_one_slot_and_the_second_sees_the_nearest_free_times(
    meet, database, clinic
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await book(aziza)
    await book(boris, "ru")
    await aziza.presses("Yozilish")
    await boris.presses("Записаться")
    await boris.sees("Это время только что заняли. Ближайшее свободное:")
    await boris.presses("09:30")
    await boris.presses("Записаться")
    await boris.sees("✅", "09:30")
    assert await count(database) == 2


async def test_back_goes_one_step_and_cancel_leaves(meet, database, clinic) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    await aziza.presses("Orqaga")
    await aziza.sees("soat nechada?")
    await aziza.presses("Orqaga")
    await aziza.sees("Qaysi kun?")
    await aziza.presses("Bekor qilish")
    await aziza.sees("Mayli, toʻxtatdim.")
    assert await count(database) == 0


@pytest.mark.parametrize(
    "data",
    [
        "bk:svc:nonsense",
        "bk:slot:999999",
        "bk:slot:-1",
        "bk:day:tomorrow",
        "bk:who:1",
        "bk:cl:abc",
        "bk:yes",
        "bk:",
        "bk:slot:99999999999999999999999",
    ],
)
async def test_a_forged_or_old_button_is_answered_with_the_step_one_is_in(
    meet, database, clinic, data
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Yozilish")
    message = await aziza.last()
    await aziza.presses_data(message["message_id"], data)
    await aziza.sees("Nima uchun yozilasiz?")
    assert await count(database) == 0


async def test_a_button_of_a_finished_booking_shows_ones_visits(meet, clinic, side) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    message = await aziza.last()
    await aziza.presses("Yozilish")
    await aziza.presses_data(message["message_id"], "bk:day:2026-11-23")
    await aziza.sees("📅", "23.11.2026")


async def test_free_words_in_the_middle_of_a_booking_are_answered_and_the_booking_goes_on(
    meet, database, clinic
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Yozilish")
    await aziza.says("qon bosimini qanday tushirish mumkin")
    await aziza.sees("osim")
    await aziza.presses("Profilaktik")
    await aziza.sees("Qaysi poliklinika?")


async def test_a_visit_is_moved_and_the_old_time_is_free_again(meet, database, clinic) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    await aziza.presses("Yozilish")
    await aziza.presses("Koʻchirish")
    await aziza.presses("23.11")
    await aziza.presses("10:00")
    await aziza.sees("Qabul shu vaqtga koʻchirilsinmi?")
    await aziza.presses("Koʻchirish")
    await aziza.sees("✅", "10:00")
    assert await count(database, Appointment.status == "booked") == 1
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await book(boris, "ru", "09:00")
    await boris.presses("Записаться")
    await boris.sees("✅", "09:00")


async def test_a_visit_is_cancelled_after_one_question(meet, database, clinic) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    await aziza.presses("Yozilish")
    await aziza.presses("Bekor qilish")
    await aziza.sees("Bu qabul bekor qilinsinmi?")
    await aziza.presses("Ha, bekor qiling")
    await aziza.sees("Qabul bekor qilindi: 23.11.2026")
    assert await count(database, Appointment.status == "booked") == 0


async def test_nobody_cancels_or_moves_somebody_elses_visit(meet, database, clinic) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    await aziza.presses("Yozilish")
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await boris.says("/menu")
    message = await boris.last()
    for data in ("ap:yes:1", "ap:move:1"):
        await boris.presses_data(message["message_id"], data)
        await boris.sees("Я не нашёл эту запись")
    assert await count(database, Appointment.status == "booked") == 1
    assert not any("Aziza" in answer for answer in await boris.answers())


async def test_a_visit_asked_for_in_words_starts_with_what_the_words_say(meet, clinic) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("terapevtga yozilmoqchiman")
    await aziza.sees("Qaysi poliklinika?")
    await aziza.says("/visits")
    await aziza.sees("Sizda yozilgan qabul yoʻq.")


async def test_a_restart_of_the_bot_in_the_middle_of_a_booking_loses_nothing(
    meet, database, clinic, side
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await book(aziza)
    await side.stop()
    await side.start()
    await aziza.presses("Yozilish")
    await aziza.sees("✅", "09:00")
    assert await count(database) == 1


async def test_the_clinic_is_named_with_address_and_hours(meet, clinic) -> None:
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await boris.says("/clinics")
    await boris.sees("Семейная поликлиника 12", "Чиланзар", "08:00–18:00")
