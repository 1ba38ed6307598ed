"""Advice in free words and by topic; what is said when nothing was understood."""

from __future__ import annotations

import pytest

from core import advice as rules
from core.i18n import LANGUAGES
from services import advice
from tests.conversation import word


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_topic_is_chosen_read_whole_and_judged(meet, language) -> None:
    aziza = await meet("Aziza", language, signed_up=True)
    await aziza.presses(word("Advice", language))
    article = rules.articles(language)["sleep"]
    await aziza.presses(article.title)
    await aziza.sees(article.title)
    await aziza.presses(word("More", language))
    await aziza.sees(word("Was it helpful?", language), word("Not yet checked by a doctor.", language))
    await aziza.presses(word("Yes", language))


async def test_the_button_of_an_article_that_is_no_more_shows_the_topics(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("/help")
    message = await aziza.last()
    for verb in ("show", "more"):
        await aziza.presses_data(message["message_id"], f"adv:{verb}:long_gone")
        await aziza.sees(word("What would you like advice on? Choose, or ask in your own words.", "uz"))
        await aziza.says("/help")


@pytest.mark.parametrize("topic", rules.TOPICS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_article_is_accepted_by_telegram(meet, topic, language) -> None:
    aziza = await meet("Aziza", language)
    await aziza.says("/start")
    await aziza.presses({"uz": "Oʻzbekcha", "uz_Cyrl": "Ўзбекча", "ru": "Русский"}[language])
    message = await aziza.last()
    for verb in ("show", "more"):
        await aziza.presses_data(message["message_id"], f"adv:{verb}:{topic}")
    assert any(rules.articles(language)[topic].title in answer for answer in await aziza.answers())


@pytest.mark.parametrize(
    ("language", "typed", "topic"),
    [
        ("uz", "uyqum yomon", "sleep"),
        ("uz_Cyrl", "чекишни қандай ташласам бўлади", "smoking"),
        ("ru", "как снизить давление", "blood_pressure"),
    ],
)
async def test_a_question_in_ones_own_words_gets_the_article(meet, language, typed, topic) -> None:
    aziza = await meet("Aziza", language, signed_up=True)
    await aziza.says(typed)
    await aziza.sees(rules.articles(language)[topic].title)


async def test_what_is_not_understood_gets_suggestions_and_then_a_human(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("brrr zzz qwx")
    first = await aziza.last()
    await aziza.says("zzz brrr xwq")
    second = await aziza.last()
    assert first["message_id"] != second["message_id"]
    assert (
        "Toʻgʻri tushundimmi?" in first["text"]
        or "tushunmadim" in first["text"]
        or "faqat sogʻliq" in first["text"]
    )
    assert second["text"]


async def test_what_an_editor_published_is_what_the_next_citizen_reads(meet, database, now) -> None:
    article = rules.articles("uz")["sleep"]
    changed = rules.dump(article).replace(article.title, "Yaxshi uyqu siri")
    await advice.publish(database, "sleep", "uz", changed, None, now)
    aziza = await meet("Aziza", "uz_Cyrl", signed_up=True)
    await aziza.says("/advice")
    await aziza.presses("Яхши уйқу сири")
    await aziza.sees("Яхши уйқу сири")


async def test_a_message_of_many_words_is_answered_kindly(meet) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.says("salom " * 830)
    assert (await aziza.last())["text"]
    assert len(await aziza.answers()) >= 1


async def test_a_medicine_is_never_advised(meet) -> None:
    boris = await meet("Boris", "ru", signed_up=True)
    await boris.says("сколько парацетамола пить при температуре")
    await boris.sees("Я не советую лекарства и дозы")


async def test_a_question_goes_to_a_health_worker_and_the_answer_comes_back(
    meet, database, side, now
) -> None:
    from bot.__main__ import _bring
    from services import questions, staff

    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Savol berish")
    await aziza.says("Bolam ikki kundan beri yoʻtalyapti, qachon kelsam boʻladi?")
    await aziza.sees("✅ Savolingiz yuborildi")
    nurse = await staff.add(database, "charos", "Charos", "nurse", "three unlikely words here", now)
    await questions.answer(database, 1, "Ertaga soat 9 da keling.", nurse.id, now)
    for answer in await questions.to_bring(database):
        await _bring(side.bot, answer)
        await questions.brought(database, answer.id)
    await aziza.sees("Tibbiyot xodimi javob berdi:", "Ertaga soat 9 da keling.")
    assert await questions.to_bring(database) == []
