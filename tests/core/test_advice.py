"""The articles as they stand in the repository, and what an editor may put in their place."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import advice, content
from core.errors import ContentError
from core.i18n import CONTENT, LANGUAGES

INTENTS = Path(__file__).resolve().parents[2] / "../shared/nlu/intents.md"
LAST_LINE = {"uz": "**Shifokorga ", "ru": "**К врачу"}
EVERY = [(language, topic) for language in ("uz", "ru") for topic in advice.TOPICS]


def text_of(language: str, topic: str) -> str:
    return (CONTENT / language / "advice" / f"{topic}.md").read_text(encoding="utf-8")


@pytest.fixture
def sleep() -> advice.Article:
    return advice.articles("uz")["sleep"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_its_article_in_the_order_of_the_menu(language):
    assert tuple(advice.articles(language)) == advice.TOPICS
    assert {article.language for article in advice.articles(language).values()} == {language}


@pytest.mark.parametrize("language", ["uz", "ru"])
def test_no_file_lies_beside_the_topics(language):
    assert {path.stem for path in (CONTENT / language / "advice").iterdir()} == set(advice.TOPICS)


def test_every_advice_intent_of_the_contract_has_an_article():
    if not INTENTS.exists():
        pytest.skip("the contract of intents is not beside the repository")
    intents = re.findall(r"^\| (advice_\w+) ", INTENTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(advice.for_intent(intent) for intent in intents) == sorted(
        set(advice.TOPICS) - advice.WITHOUT_INTENT
    )


@pytest.mark.parametrize(
    ("intent", "topic"),
    [
        ("advice_sleep", "sleep"),
        ("advice_blood_pressure", "blood_pressure"),
        ("advice_carbon_monoxide", None),
        ("advice_", None),
        ("sleep", None),
        ("symptom", None),
        ("emergency", None),
    ],
)
def test_an_intent_leads_to_its_article_or_to_none(intent, topic):
    assert advice.for_intent(intent) == topic


@pytest.mark.parametrize(("language", "topic"), EVERY)
def test_an_article_says_at_its_end_when_to_see_a_doctor(language, topic):
    assert advice.articles(language)[topic].body.split("\n")[-1].startswith(LAST_LINE[language])


@pytest.mark.parametrize(("language", "topic"), EVERY)
def test_an_article_gives_no_dose_of_a_medicine(language, topic):
    doses = r"\d\s*(мг|мкг|мл|mg|mkg|ml|таблет|tabletka|kapsul|капсул|tomchi|капл)\b"
    assert not re.search(doses, text_of(language, topic), re.IGNORECASE)


@pytest.mark.parametrize(("language", "topic"), EVERY)
def test_an_article_names_no_phone_number_but_103_and_112(language, topic):
    article = advice.articles(language)[topic]
    called = re.findall(r"(?:звоните|qoʻngʻiroq qiling|Darhol|Сразу)\D{0,12}(\d+)", article.body)
    assert set(called) <= {"103", "112"}
    assert not re.search(r"\+?998|\b1\d{3}\b(?! метр| qadam)", article.body.replace("1000–1500", ""))


@pytest.mark.parametrize("topic", sorted(advice.TOPICS))
def test_both_languages_say_the_same_numbers_and_come_from_the_same_source(topic):
    uz, ru = advice.articles("uz")[topic], advice.articles("ru")[topic]
    assert uz.source_url == ru.source_url
    assert re.findall(r"“[^”]*”|\d{4}", uz.source) == re.findall(r"“[^”]*”|\d{4}", ru.source)
    assert (uz.standing, uz.reviewed_by, uz.reviewed_on) == (ru.standing, ru.reviewed_by, ru.reviewed_on)
    assert len(uz.summary.splitlines()) == len(ru.summary.splitlines())
    emergency = re.compile(r"\b1(?:03|12)\b")
    assert set(emergency.findall(uz.body)) == set(emergency.findall(ru.body))


@pytest.mark.parametrize("topic", sorted(advice.TOPICS))
def test_uzbek_is_written_with_its_own_apostrophes(topic):
    text = text_of("uz", topic)
    assert not re.search(r"['‘’`´](?=\w)(?<=\w.)", text)
    assert not re.search(r"[oOgG]ʼ|(?<![oOgG])ʻ", text)
    assert advice.apostrophes(text) == text


@pytest.mark.parametrize("topic", sorted(advice.TOPICS))
def test_no_latin_letters_are_left_in_cyrillic_but_abbreviations_and_foreign_titles(topic):
    article = advice.articles("uz_Cyrl")[topic]
    words = re.sub(r"\*\*|“[^”]*”", " ", f"{article.title} {article.summary} {article.body} {article.source}")
    assert set(re.findall(r"[A-Za-z]+", words)) <= {"COVID", "CDC", "C"}


def test_an_article_in_cyrillic_keeps_the_foreign_title_of_its_source():
    assert advice.articles("uz_Cyrl")["sleep"].source == "CDC (АҚШ), “About Sleep”, 2024"


def test_nothing_is_verified_before_a_clinician_signed():
    assert not any(
        article.reviewed for article in advice.articles("uz").values() if article.standing != "verified"
    )


@pytest.mark.parametrize(("language", "topic"), EVERY)
def test_what_is_dumped_is_read_back_the_same(language, topic):
    article = advice.articles(language)[topic]
    assert advice.parse(advice.dump(article), language) == article


LINE = st.text(st.sampled_from("abʻʼгў –:#'\"{}[]|>%@&*!-?,0"), min_size=1, max_size=20).filter(str.strip)


@given(title=LINE, lines=st.lists(LINE, min_size=1, max_size=5), source=LINE)
def test_whatever_words_an_editor_uses_they_survive_the_file(title, lines, source):
    article = advice.articles("ru")["sleep"]
    changed = replace(
        article, title=title.strip(), summary="\n".join(lines).strip(), source=f"{source} 2024".strip()
    )
    assert advice.parse(advice.dump(changed), "ru") == changed


def test_an_editor_who_types_any_apostrophe_gets_the_right_ones(sleep):
    typed = advice.dump(sleep).replace("ʻ", "'").replace("ʼ", "’")
    assert advice.parse(typed, "uz") == sleep


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("so'g'liq", "soʻgʻliq"),
        ("bog‘ va tog`", "bogʻ va togʻ"),
        ("ma'lumot, ta’sir", "maʼlumot, taʼsir"),
        ("soʼgʼliq", "soʻgʻliq"),
        ("'qavs' va ‘qavs’", "'qavs' va ‘qavs’"),
        ("source: 'JSST'", "source: 'JSST'"),
    ],
)
def test_apostrophes_between_letters_are_uzbek_and_quotation_marks_stay(typed, right):
    assert advice.apostrophes(typed) == right
    assert advice.apostrophes(right) == right


def test_an_editors_text_becomes_an_article_in_all_three_written_languages(sleep):
    text = (
        text_of("uz", "sleep").replace("title: Uyqu", "title: Tungi uyqu").replace("2026-11-21", "2026-12-01")
    )
    latin, cyrillic = advice.parse(text, "uz"), advice.parse(text, "uz_Cyrl")
    assert (latin.title, cyrillic.title) == ("Tungi uyqu", "Тунги уйқу")
    assert latin.updated_on == date(2026, 12, 1)
    assert cyrillic.body_html.startswith("<b>Қанча ухлаш керак?</b>")


def test_a_broken_text_is_refused():
    with pytest.raises(ContentError, match=r"sleep\.md:3: .*words"):
        advice.parse(text_of("uz", "sleep").replace("title: Uyqu", "title: 7"), "uz", "sleep.md")


@pytest.mark.parametrize(("language", "topic"), EVERY)
def test_an_article_is_short_enough_for_one_message_with_all_that_goes_with_it(language, topic):
    article = advice.articles(language)[topic]
    assert content.check(text_of(language, topic)) == []
    assert len(article.title) + len(article.summary) + len(article.body_html) + len(article.source) < 4096
