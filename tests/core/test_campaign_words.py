"""What an author is told before anybody else reads it."""

from __future__ import annotations

import pytest
import yaml

from core import campaign_words as words
from core import campaigns as rules
from core import segments
from core.campaigns import Wording
from core.i18n import CONTENT, Words
from tests.campaigns import texts

BROKEN = [
    ({("a", "uz"): Wording()}, "a.uz.text", "Write the text."),
    ({("a", "ru"): Wording("x" * 1201, "да")}, "a.ru.text", "too long"),
    ({("a", "ru"): Wording("x\n" * 12, "да")}, "a.ru.text", "too long"),
    ({("a", "uz"): Wording("![x](y)", "x")}, "a.uz.text", "picture"),
    ({("a", "ru"): Wording("текст", "")}, "a.ru.sms", "both languages"),
    ({("a", "uz"): Wording("x", "a" * 160)}, "a.uz.sms", "shorter"),
    ({("a", "ru"): Wording("текст", "я" * 120)}, "a.ru.sms", "shorter"),
    ({("a", "uz"): Wording("x", "шанба")}, "a.uz.sms", "Latin letters"),
    ({("b", "uz"): Wording()}, "b.uz.text", "Write the text."),
]


def test_a_good_campaign_has_no_problem_and_no_warning():
    for split in (False, True):
        assert words.problems(texts(), split) == []
        assert words.warnings(texts(), split) == []
        assert words.problems(texts(sms=False), split) == []


@pytest.mark.parametrize(("change", "field", "said"), BROKEN)
def test_what_is_wrong_is_said_at_its_field(change, field, said):
    found = words.problems({**texts(), **change}, True)
    assert [(p.field, said in p.text.render("uz") or said in p.text.msgid) for p in found][:1] == [
        (field, True)
    ]


def test_a_second_text_that_is_not_used_is_not_looked_at():
    assert words.problems({**texts(), ("b", "uz"): Wording()}, False) == []


@pytest.mark.parametrize("language", ["uz", "ru"])
def test_an_sms_that_passes_fits_its_segments(language):
    """The longest that passes takes one segment in Uzbek and two in Russian; the next letter is refused, by one."""
    letter = "a" if language == "uz" else "я"
    for length in range(300):
        sms = letter * (length + 1)
        found = words.problems({**texts(), ("a", language): Wording("x", sms)}, False)
        if found:
            assert found[0].text.values["n"] == 1
            longest = rules.sms_text(letter * length, language)
            assert segments.count(longest) == words.MOST_SEGMENTS[language]
            return
    raise AssertionError("no SMS was too long")


PRIVATE = [
    ("Qizamiqqa qarshi emlash kuni", True, ("qizamiqqa", "emlash")),
    ("Rejali emlash kuni", False, ()),
    ("Вакцина от гриппа", False, ("вакцина", "гриппа")),
    ("Проверка на рак", True, ("рак",)),
    ("Смотрите под этим ракурсом", True, ()),
    ("Koʻkrak bezi tekshiruvi", True, ("ko'krak",)),
    ("Sizda qandli diabet", True, ("qandli diabet",)),
    ("Tashxisingiz tayyor", True, ("tashxisingiz",)),
    ("Bepul koʻrik shanba kuni", True, ()),
    ("Осмотр в субботу, бесплатно", True, ()),
]


@pytest.mark.parametrize(("text", "first_line", "found"), PRIVATE)
def test_words_that_tell_of_somebodys_health_are_found(text, first_line, found):
    assert words.private(text, first_line=first_line) == found


@pytest.mark.parametrize("language", ["uz", "ru"])
def test_every_disease_of_the_calendar_is_known_to_the_warning(language):
    names = yaml.safe_load((CONTENT / language / "programmes.yml").read_text(encoding="utf-8"))["series"]
    assert [name for name in names.values() if not words.private(name, first_line=False)] == []


def test_only_the_first_line_of_telegram_and_the_whole_sms_are_looked_at():
    said = {
        **texts(),
        ("a", "ru"): Wording("\nПриглашаем в субботу\n\nПроверка на диабет", "проверка на диабет"),
    }
    assert [w.field for w in words.warnings(said, False)] == ["a.ru.sms"]
    said = {**texts(), ("a", "uz"): Wording("Diabet tekshiruvi", "kuni")}
    assert [w.field for w in words.warnings(said, False)] == ["a.uz.text"]


def test_telegram_gets_bold_as_markup_and_everything_else_harmless():
    assert words.telegram_html(Words("**Bepul** <koʻrik>", "x"), "uz") == "<b>Bepul</b> &lt;koʻrik&gt;"
    assert "<b>Бепул</b>" in words.telegram_html(Words("**Bepul** koʻrik", "x"), "uz_Cyrl")
