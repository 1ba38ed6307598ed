"""Kind ways out: from a reminder, the settings, the family, and in one's own words; one sentence, and nothing after it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from core import advice
from core.i18n import LANGUAGES
from db.people import Person
from db.reminders import Occurrence, Reminder
from services import booking, programmes, reminders
from tests.bot.test_passport import add_madina
from tests.conversation import people_in, word

CONDOLENCES = "Please accept our condolences. I have stopped these reminders for good and will not ask again."


async def live(database, about: str) -> list[Reminder]:
    """Reminders about somebody that are not stopped."""
    person = next(one for one in await people_in(database) if one.name.startswith(about))
    query = select(Reminder).where(Reminder.about_id == person.id, Reminder.stopped_at.is_(None))
    async with database.transaction() as session:
        return list(await session.scalars(query))


async def nothing_is_due(database, about: str, now) -> bool:
    """Neither now nor when everything is computed and planned again in half a year."""
    person = next(one for one in await people_in(database) if one.name.startswith(about))
    later = now + timedelta(days=180)
    await programmes.recompute(database, person.id, later)
    await reminders.plan(database, later)
    query = select(Occurrence).join(Reminder).where(Reminder.about_id == person.id, Occurrence.state == "due")
    async with database.transaction() as session:
        return not list(await session.scalars(query)) and not await live(database, about)


async def test_a_child_that_died_is_told_with_one_button_after_stop_and_nothing_follows(
    meet, database, now
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    assert await live(database, "Madina")
    await aziza.presses("Eslatmalar")
    card = await aziza.sees("🔔 Madina")
    stop = card["reply_markup"]["inline_keyboard"][-1][0]["callback_data"]
    await aziza.presses_data(card["message_id"], stop)
    await aziza.presses("Boshqa sabab…")
    await aziza.sees("Tanlang, boshqa hech narsa soʻramayman.")
    await aziza.presses("Farzand vafot etdi")
    said = await aziza.sees(word(CONDOLENCES, "uz"))
    assert not (said.get("reply_markup") or {}).get("inline_keyboard")
    assert await nothing_is_due(database, "Madina", now)
    await aziza.presses_data(card["message_id"], stop.replace("stop", "done"))
    await aziza.sees("topmadim")
    await aziza.presses("Oilam")
    assert not any("Madina" in answer for answer in (await aziza.answers())[-2:])


async def test_a_booked_visit_of_a_child_that_died_is_cancelled_without_a_word(
    meet, database, clinic, now
) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    madina = next(one for one in await people_in(database) if one.name.startswith("Madina"))
    aziza_id = next(one.id for one in await people_in(database) if one.name.startswith("Aziza"))
    slots = await booking.times(database, clinic, "vaccination", date(2026, 11, 23), now)
    await booking.book(database, aziza_id, madina.id, slots[0].id, now)
    before = len(await aziza.answers())
    await aziza.presses("Oilam")
    await aziza.presses("Oʻchirish")
    await aziza.presses("Boshqa sabab…")
    await aziza.presses("Farzand vafot etdi")
    assert await booking.mine(database, aziza_id, now) == []
    assert await nothing_is_due(database, "Madina", now)
    assert len(await aziza.answers()) == before + 3


async def test_somebody_who_moved_away_may_come_back(meet, database, now) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    promised = len(await live(database, "Madina"))
    await aziza.says("/settings")
    await aziza.presses("Eslatmalar")
    await aziza.presses("Boshqa sabab…")
    await aziza.presses("Madina")
    await aziza.presses("Koʻchib ketildi")
    await aziza.sees("Xoʻp, bu eslatmalar toʻxtatildi.")
    assert await live(database, "Madina") == []
    await aziza.presses("Oilam")
    await aziza.sees("Madina", "Eslatmalar toʻxtatilgan")
    await aziza.presses("Qayta yoqish")
    await aziza.sees("Eslatmalar yana yoqildi")
    assert len(await live(database, "Madina")) == promised
    assert await nothing_is_due(database, "Madina", now) is False


async def test_who_moves_away_alone_hears_nothing_more_until_they_come_back(meet, database) -> None:
    boris = await meet("Boris", "ru", signed_up=True)
    await boris.says("/settings")
    await boris.presses("Напоминания")
    await boris.presses("Другая причина…")
    await boris.presses("Переезд")
    assert (await people_in(database))[0].reminders_paused_at is not None
    await boris.presses("Включить")
    assert (await people_in(database))[0].reminders_paused_at is None


async def test_a_pregnancy_that_ended_takes_its_programmes_along(meet, database, now) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    me = (await people_in(database))[0].id
    async with database.transaction() as session:
        await session.execute(update(Person).values(pregnant=True))
    await programmes.recompute(database, me, now)
    await aziza.says("/settings")
    await aziza.presses("Eslatmalar")
    await aziza.presses("Boshqa sabab…")
    await aziza.presses("Homiladorlik tugadi")
    await aziza.sees("Sizga kuch-quvvat tilayman.")
    assert (await people_in(database))[0].pregnant is False


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("uz", "cyrillic", "ru"),
    [
        ("farzandim vafot etdi", "фарзандим вафот этди", "ребёнок умер"),
        ("homila tushib qoldi", "ҳомила тушиб қолди", "у меня был выкидыш"),
        ("bola o'lik tug'ildi", "бола ўлик туғилди", "ребёнок родился мёртвым"),
    ],
)
async def test_grief_in_free_words_is_never_answered_with_an_article(
    meet, language, uz, cyrillic, ru
) -> None:
    gulnora = await meet("Gulnora", language, signed_up=True)
    before = len(await gulnora.answers())
    await gulnora.says({"uz": uz, "uz_Cyrl": cyrillic, "ru": ru}[language])
    said = (await gulnora.answers())[before:]
    assert len(said) == 1
    kind = ("Please accept our condolences. May you find strength.", "I am very sorry.")
    assert any(word(sentence, language)[:12] in said[0] for sentence in kind) or "103" in said[0]
    assert not any(article.title in said[0] for article in advice.articles("uz").values())
    assert "🔔" not in said[0]


async def test_the_button_after_grief_names_the_child_and_grief_fills_in_no_form(meet, database, now) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    await aziza.presses("Oilam")
    await aziza.presses("Qoʻshish")
    await aziza.presses("Farzandim")
    await aziza.says("farzandim vafot etdi")
    await aziza.presses("Madina: eslatmani toʻxtatish")
    await aziza.sees(word(CONDOLENCES, "uz"))
    assert len(await people_in(database)) == 2
    assert await nothing_is_due(database, "Madina", now)


async def test_grief_in_a_question_goes_to_the_health_worker(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Savol")
    await aziza.says("homilam tushib qoldi, qachon yana homilador boʻlsam boʻladi?")
    await aziza.sees("Savolingiz")


async def test_danger_is_answered_before_grief(meet) -> None:
    boris = await meet("Boris", "ru", signed_up=True)
    await boris.says("у меня выкидыш, сильно кровит")
    await boris.sees("🚨", "103")


async def test_a_forged_button_ends_nobodys_reminders(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await boris.says("/menu")
    message = await boris.last()
    first = (await people_in(database))[0]
    assert first.name.startswith("Aziza")
    for data in ("died", "pregnancy", "away", "back", "ask", "about"):
        await boris.presses_data(message["message_id"], f"end:{data}:{first.id}")
        await boris.sees("не наш")
    assert (await people_in(database))[0].deceased_on is None
    assert await aziza.answers()
