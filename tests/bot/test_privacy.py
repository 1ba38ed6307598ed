"""Settings, what is kept, taking consent back, being forgotten."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text, update

from db.people import Chat, Person
from db.programmes import Immunization
from services import programmes
from tests.conversation import people_in, word


async def test_hours_and_channel_are_chosen_with_buttons(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Sozlamalar")
    await aziza.presses("Eslatmalar")
    await aziza.presses("Faqat SMS")
    await aziza.presses("13:00–18:00")
    await aziza.sees("Faqat SMS", "13:00")
    person = (await people_in(database))[0]
    assert (person.channel, person.quiet_to_hour, person.quiet_from_hour) == ("sms", 13, 18)


async def test_stop_is_accepted_at_once_and_can_be_taken_back(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("/stop")
    await aziza.sees("Eslatmalar toʻxtatildi. Qaytarish uchun: /start")
    assert (await people_in(database))[0].reminders_paused_at is not None
    await aziza.presses("Qayta yoqish")
    await aziza.sees("Eslatmalar yana yoqildi")
    assert (await people_in(database))[0].reminders_paused_at is None


@pytest.mark.parametrize(
    ("language", "stop", "start"),
    [
        ("uz", "STOP", "START"),
        ("uz", "To'xtatish", "Boshlash"),
        ("uz_Cyrl", "Тўхтатиш", "Бошлаш"),
        ("uz_Cyrl", "«тўхтатиш».", "«бошлаш»"),
        ("ru", "Стоп", "Старт"),
        ("ru", "стоп.", '"старт"'),
    ],
)
async def test_stop_and_start_work_as_words_as_they_do_by_sms(meet, database, language, stop, start) -> None:
    person = await meet("Gulnora", language, signed_up=True)
    await person.says(stop)
    await person.sees(word("Reminders are stopped. To bring them back: /start", language))
    assert (await people_in(database))[0].reminders_paused_at is not None
    await person.says("/start")
    await person.presses(word("Start again", language))
    assert (await people_in(database))[0].reminders_paused_at is None
    await person.says(stop)
    await person.says(start)
    await person.sees(word("✅ Reminders are on again.", language))
    assert (await people_in(database))[0].reminders_paused_at is None


@pytest.mark.parametrize("stop", ["stop", "Стоп", "тўхтатиш"])
async def test_stop_within_a_question_leaves_it_and_says_how_to_stop_reminders(meet, database, stop) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Oilam")
    await aziza.presses("Qoʻshish")
    await aziza.presses("Farzandim")
    await aziza.says(stop)
    await aziza.sees(word("All right, I left it.", "uz"))
    await aziza.sees(word("To stop all reminders: /stop", "uz"))
    assert (await people_in(database))[0].reminders_paused_at is None


async def test_stop_in_the_middle_of_a_booking_stops_reminders(meet, clinic, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Yozilish")
    await aziza.says("To'xtatish")
    await aziza.sees(word("Reminders are stopped. To bring them back: /start", "uz"))
    assert (await people_in(database))[0].reminders_paused_at is not None


async def test_who_is_not_signed_up_is_given_the_button_they_are_told_to_press(meet) -> None:
    aziza = await meet("Aziza", "uz")
    await aziza.says("/start")
    await aziza.presses("Oʻzbekcha")
    await aziza.says("/passport")
    await aziza.presses(word("Sign up", "uz"))
    await aziza.sees("Rozimisiz?")


async def test_what_is_kept_is_shown_to_its_owner(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("/mydata")
    await aziza.sees("Aziza", "+998 90 111 22 33", "Chilonzor", "rozilik berilgan: 21.11.2026")


async def test_what_was_entered_in_error_is_not_counted(meet, database, now) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    mine = (await people_in(database))[0].id
    for day in (2, 3):
        await programmes.record_dose(database, mine, "td", date(2026, 11, day), now, source="reported")
    await aziza.says("/mydata")
    await aziza.sees("emlashlar: 2")
    async with database.transaction() as session:
        wrong = Immunization.given_on == date(2026, 11, 3)
        await session.execute(update(Immunization).where(wrong).values(status="entered_in_error"))
    await aziza.says("/mydata")
    await aziza.sees("emlashlar: 1")


async def test_deleting_asks_once_and_leaves_nothing_readable(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("/mydata")
    await aziza.presses("Hammasini oʻchirish")
    await aziza.presses("Ha, oʻchiring")
    await aziza.sees("hamma narsa oʻchirildi")
    async with database.transaction() as session:
        assert list(await session.scalars(select(Person))) == []
        chat = await session.get(Chat, aziza.chat_id)
        assert chat
        assert chat.person_id is None
        inbox = (
            await session.execute(text("SELECT count(*) FROM inbox_updates WHERE payload IS NOT NULL"))
        ).scalar()
    assert inbox == 0
    await aziza.says("/start")
    await aziza.sees("Rozimisiz?")


async def test_taking_consent_back_stops_everything_at_once(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("/mydata")
    await aziza.presses("Rozilikni qaytarib olish")
    await aziza.sees("Roziligingiz qaytarib olindi")
    assert (await people_in(database))[0].reminders_paused_at is not None


async def test_blocking_the_bot_marks_the_chat_gone_and_writing_again_brings_it_back(
    meet, database, side
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.http.post(f"/api/citizens/{aziza.row['id']}/block")
    await side.settle()
    async with database.transaction() as session:
        chat = await session.get(Chat, aziza.chat_id)
        assert chat
        assert chat.gone_at is not None
    await aziza.http.post(f"/api/citizens/{aziza.row['id']}/unblock")
    await aziza.says("/menu")
    async with database.transaction() as session:
        chat = await session.get(Chat, aziza.chat_id)
        assert chat
        assert chat.gone_at is None
