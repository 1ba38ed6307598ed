"""From hello to a registered citizen, in the three written languages, with every wrong turn on the way."""

from __future__ import annotations

from datetime import date

import pytest

from core.i18n import LANGUAGES
from services import people
from tests.conversation import LANGUAGE_BUTTON, known_to_clinic, people_in, word


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_newcomer_chooses_a_language_consents_and_signs_up(meet, side, database, language) -> None:
    aziza = await meet("Aziza", language)
    await aziza.says("/start")
    await aziza.sees("Assalomu alaykum!", "Здравствуйте!")
    await aziza.presses(LANGUAGE_BUTTON[language])
    await aziza.sees(
        word("I keep them while you use me. To take your consent back: Settings → My data.", language)
    )
    await aziza.presses(word("More", language))
    await aziza.sees("2026-11")
    await aziza.presses(word("I agree", language))
    await aziza.sees(
        word("Send your phone number with the button below: the clinic knows you by it.", language)
    )
    await aziza.shares_contact()
    await aziza.says("14.05.1996")
    await aziza.says("Aziza Karimova")
    await aziza.presses(word("Female", language))
    await aziza.presses(
        {"uz": "Toshkent shahri", "uz_Cyrl": "Тошкент шаҳри", "ru": "город Ташкент"}[language]
    )
    await aziza.presses({"uz": "Chilonzor", "uz_Cyrl": "Чилонзор", "ru": "Чиланзарский"}[language])
    await aziza.sees("✅", "Aziza")
    person = (await people_in(database))[0]
    assert (person.name, person.birth_date, person.sex) == ("Aziza Karimova", date(1996, 5, 14), "female")
    assert (person.region, person.district, person.phone, person.language) == (
        "1726",
        "chilonzor",
        "+998901112233",
        language,
    )
    visitor = await people.visit(database, aziza.chat_id, side.clock())
    assert visitor.consented


async def test_without_consent_there_is_advice_but_no_record(meet, database) -> None:
    boris = await meet("Boris", "ru")
    await boris.says("/start")
    await boris.presses("Русский")
    await boris.presses("Нет")
    await boris.sees("Советы всё равно открыты")
    await boris.says("как снизить давление")
    await boris.sees("авлени")
    await boris.says("запишите меня к врачу")
    await boris.sees("Нажмите «Зарегистрироваться»")
    assert await people_in(database) == []


async def test_somebody_elses_contact_is_refused_and_ones_own_is_asked_again(meet) -> None:
    boris = await meet("Boris", "ru")
    await boris.says("/start")
    await boris.presses("Русский")
    await boris.presses("Даю согласие")
    await boris.shares_contact(phone_number="+998935557788", first_name="Gulnora", user_id=999)
    await boris.sees("Это номер другого человека")
    await boris.shares_contact(phone_number="+998935557788", first_name="Gulnora")
    await boris.sees("Это номер другого человека")
    await boris.says("+998 97 123 45 67")
    await boris.sees("кнопкой ниже")
    await boris.shares_contact()
    await boris.sees("Когда вы родились?")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("kecha", "Sanani shunday yozing: 15.03.1990"),
        ("31.02.1990", "Bunday kun yoʻq"),
        ("01.01.2030", "Bu kun hali kelmagan"),
        ("01.01.1800", "Yil xato koʻrinadi"),
        ("😀", "Sanani shunday yozing: 15.03.1990"),
        ("1' OR '1'='1", "Sanani shunday yozing: 15.03.1990"),
        ("x" * 4000, "Sanani shunday yozing: 15.03.1990"),
        ("14.05.2020", "14 yoshgacha"),
    ],
)
async def test_a_wrong_birth_date_is_asked_again_in_plain_words(meet, typed, answer) -> None:
    aziza = await meet("Aziza", "uz")
    await aziza.says("/start")
    await aziza.presses("Oʻzbekcha")
    await aziza.presses("Roziman")
    await aziza.shares_contact()
    await aziza.says(typed)
    await aziza.sees(answer)
    await aziza.says("14.05.1996")
    await aziza.sees("Ismingiz va familiyangiz nima?")


@pytest.mark.parametrize(
    "typed", ["<b>Aziza</b>", "Robert'); DROP TABLE people;--", "😀", "12345", "A", "x" * 300]
)
async def test_markup_sql_and_emoji_are_no_name(meet, database, typed) -> None:
    aziza = await meet("Aziza", "uz")
    await aziza.says("/start")
    await aziza.presses("Oʻzbekcha")
    await aziza.presses("Roziman")
    await aziza.shares_contact()
    await aziza.says("14.05.1996")
    await aziza.says(typed)
    await aziza.sees("Ismni harflar bilan yozing")
    assert await people_in(database) == []


async def test_a_person_known_to_a_clinic_is_linked_when_the_birth_date_matches(meet, database, now) -> None:
    person_id = await known_to_clinic(database, now, "Борис Ким", "+998971234567", date(1980, 3, 15))
    boris = await meet("Boris", "ru", phone="+998971234567")
    await boris.says("/start")
    await boris.presses("Русский")
    await boris.presses("Даю согласие")
    await boris.shares_contact()
    await boris.says("15.03.1980")
    await boris.sees("Рады вам, Борис!", "нашёл вашу запись")
    assert [person.id for person in await people_in(database)] == [person_id]


async def test_a_wrong_birth_date_opens_nobodys_record(meet, database, now) -> None:
    await known_to_clinic(database, now, "Борис Ким", "+998971234567", date(1980, 3, 15))
    thief = await meet("Thief", "ru", phone="+998971234567")
    await thief.says("/start")
    await thief.presses("Русский")
    await thief.presses("Даю согласие")
    await thief.shares_contact()
    await thief.says("16.03.1980")
    assert not any("Борис" in answer or "нашёл" in answer for answer in await thief.answers())
    await thief.sees("Как вас зовут?")


async def test_back_returns_to_the_question_before_and_cancel_leaves(meet) -> None:
    aziza = await meet("Aziza", "uz")
    await aziza.says("/start")
    await aziza.presses("Oʻzbekcha")
    await aziza.presses("Roziman")
    await aziza.shares_contact()
    await aziza.says("14.05.1996")
    await aziza.presses("Orqaga")
    await aziza.sees("Qachon tugʻilgansiz?")
    await aziza.says("15.05.1996")
    await aziza.says("Aziza Karimova")
    await aziza.presses("Orqaga")
    await aziza.presses("Bekor qilish")
    await aziza.sees("Mayli, toʻxtatdim.")


async def test_the_language_can_be_changed_at_any_time_and_old_keyboards_still_work(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("говори по-русски пожалуйста")
    await aziza.sees("Qaysi tilda gaplashamiz?")
    await aziza.presses("Русский")
    await aziza.sees("Говорим по-русски")
    await aziza.says("Maslahat")
    await aziza.sees("О чём нужен совет?")
    await aziza.says("/language")
    await aziza.presses("Ўзбекча")
    await aziza.sees("Ўзбекча гаплашамиз")


async def test_a_forged_language_changes_nothing(meet) -> None:
    aziza = await meet("Aziza", "uz")
    await aziza.says("/start")
    message = await aziza.last()
    await aziza.presses_data(message["message_id"], "start:lang:xx")
    assert len(await aziza.answers()) == 1


@pytest.mark.parametrize("kind", ["voice", "sticker", "photo", "document"])
async def test_voice_stickers_photos_and_files_get_a_kind_answer(meet, kind) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    before = len(await aziza.answers())
    await aziza.sends(kind)
    assert len(await aziza.answers()) == before + 1
    assert "yoz" in (await aziza.last())["text"]


async def test_an_emergency_comes_before_every_question_and_the_question_stays(meet) -> None:
    aziza = await meet("Aziza", "uz")
    await aziza.says("/start")
    await aziza.presses("Oʻzbekcha")
    await aziza.presses("Roziman")
    await aziza.shares_contact()
    await aziza.says("otam hushidan ketdi nafas olmayapti")
    await aziza.sees("🚨", "103")
    await aziza.says("14.05.1996")
    await aziza.sees("Ismingiz va familiyangiz nima?")


async def test_an_emergency_is_answered_before_a_language_is_chosen_in_the_language_of_the_message(
    meet,
) -> None:
    boris = await meet("Boris", "ru")
    await boris.says("муж потерял сознание и не дышит")
    await boris.sees("🚨", "звоните 103")
