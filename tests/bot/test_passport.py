"""The passport, readings and what was already done: one's own record only, protected and audited."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.i18n import LANGUAGES
from db.passport import Observation
from db.people import AuditEvent
from db.programmes import Immunization
from tests.conversation import word


async def add_madina(aziza) -> None:
    await aziza.presses("Oilam")
    await aziza.presses("Qoʻshish")
    await aziza.presses("Farzandim")
    await aziza.says("Madina Karimova")
    await aziza.says("20.11.2025")
    await aziza.presses("Ayol")
    await aziza.sees("Oilangiz roʻyxatiga qoʻshildi: Madina")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_passport_is_protected_from_forwarding_and_the_look_is_audited(
    meet, database, language
) -> None:
    aziza = await meet("Aziza", language, signed_up=True)
    await aziza.presses(word("My passport", language))
    card = await aziza.sees("🪪", "Aziza", "14.05.1996")
    assert card.get("has_protected_content")
    async with database.transaction() as session:
        actions = list(await session.scalars(select(AuditEvent.action)))
    assert "passport.look" in actions


async def test_a_forged_id_opens_nobodys_passport_and_leaves_a_trace(meet, database) -> None:
    await meet("Aziza", "uz", signed_up=True)
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await boris.says("/menu")
    message = await boris.last()
    for data in ("pp:show:1", "pp:vac:1", "pp:scr:1", "pp:told:vaccination:1"):
        await boris.presses_data(message["message_id"], data)
        await boris.sees("Могу показать только ваши сведения")
    assert not any("Aziza" in answer for answer in await boris.answers())
    async with database.transaction() as session:
        assert "passport.refused" in list(await session.scalars(select(AuditEvent.action)))


async def test_a_child_is_added_and_her_vaccinations_show_what_is_overdue(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    await aziza.says("qizimning emlashlari")
    await aziza.sees("💉", "Madina", "vaqti keldi")


async def test_the_same_child_added_twice_is_one_child(meet, database) -> None:
    from tests.conversation import people_in

    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    await add_madina(aziza)
    assert len(await people_in(database)) == 2


async def test_a_dose_already_given_is_kept_as_told_until_a_nurse_confirms(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    await aziza.presses("Emlashlar")
    await aziza.presses("Bajarilgan")
    await aziza.presses("BSJ")
    await aziza.says("20.11.2024")
    await aziza.sees("Bu tugʻilgan kundan oldin")
    await aziza.says("01.01.2027")
    await aziza.sees("Bu kun hali kelmagan")
    await aziza.says("23.11.2025")
    await aziza.says("Tugʻruqxona 5")
    await aziza.sees("Aytganingizdek yozib qoʻydim")
    async with database.transaction() as session:
        dose = (await session.scalars(select(Immunization))).one()
    assert (dose.vaccine, dose.source, dose.place) == ("bcg", "reported", "Tugʻruqxona 5")


@pytest.mark.parametrize(
    ("typed", "code", "data", "answer"),
    [
        ("bosimim 120 ga 80", "blood_pressure", {"value": 120, "value2": 80}, "120/80"),
        ("bosimim 150/95", "blood_pressure", {"value": 150, "value2": 95}, "shifokoringizga koʻrsating"),
        ("vaznim 82 kg", "weight", {"value": 82}, "82 kg"),
    ],
)
async def test_a_reading_is_written_down_with_a_calm_word(meet, database, typed, code, data, answer) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says(typed)
    await aziza.sees("✅ Yozib qoʻydim", answer)
    async with database.transaction() as session:
        row = (await session.scalars(select(Observation))).one()
    assert (row.code, row.data) == (code, data)


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("uz", "bosimim 400/20"),
        ("uz", "vaznim 900 kg"),
        ("uz", "pulsim 900"),
        ("uz", "haroratim 60, yozib qo'ying"),
        ("uz_Cyrl", "қандим 72, ёзиб қўйинг"),
        ("ru", "давление 400 на 20"),
        ("ru", "мой вес 900 кг"),
        ("ru", "пульс 900"),
        ("ru", "температура 60, запишите"),
        ("ru", "сахар 500, запишите"),
    ],
)
async def test_an_impossible_reading_is_asked_again(meet, database, language, typed) -> None:
    aziza = await meet("Aziza", language, signed_up=True)
    await aziza.says(typed)
    await aziza.sees(word("This number looks like a slip. Please check it and write it again.", language))
    async with database.transaction() as session:
        assert list(await session.scalars(select(Observation))) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_timeline_comes_as_a_protected_picture_and_the_look_is_audited(
    meet, database, language
) -> None:
    aziza = await meet("Aziza", language, signed_up=True)
    await aziza.says("/checks")
    await aziza.sees("🔎")
    await aziza.presses(word("Picture", language))
    sent = await aziza.sees("🔎", "Aziza")
    assert sent["photo"]
    assert sent.get("has_protected_content")
    async with database.transaction() as session:
        looks = [a for a in await session.scalars(select(AuditEvent.action)) if a == "passport.look"]
    assert len(looks) == 2


async def test_a_childs_vaccinations_come_as_a_picture(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await add_madina(aziza)
    await aziza.says("/vaccinations")
    await aziza.sees("💉", "Madina")
    await aziza.presses("Rasm")
    assert (await aziza.sees("💉", "Madina"))["photo"]


async def test_nobody_gets_the_picture_of_a_stranger(meet) -> None:
    await meet("Aziza", "uz", signed_up=True)
    boris = await meet("Boris", "ru", phone="+998971234567", signed_up=True)
    await boris.says("/menu")
    message = await boris.last()
    for data in ("pp:pic:vac:1", "pp:pic:scr:1", "pp:pic:vac:x", "pp:pic:scr:"):
        await boris.presses_data(message["message_id"], data)
        await boris.sees("Могу показать только ваши сведения")
    assert not any("photo" in m for m in await boris.history())
