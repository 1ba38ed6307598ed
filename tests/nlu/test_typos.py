"""One slip of the finger is mended in words that values hang on, and in no other word."""

from datetime import UTC, datetime

import pytest

from core import script
from nlu import examples, typos
from nlu.values import find_values

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("dsuhanba bo'lsa zo'r bo'lardi", "date", "2026-11-23"),
        ("errtaga kelaman", "date", "2026-11-22"),
        ("zavra mojno", "date", "2026-11-22"),
        ("в чевтерг приду", "date", "2026-11-26"),
        ("на понедельнк", "date", "2026-11-23"),
        ("5 дкабря", "date", "2026-12-05"),
        ("eratlabga yozing", "time", "morning"),
        ("ginekoogga navbat", "specialist", "gynaecologist"),
        ("terapvetga", "specialist", "therapist"),
        ("к кардилогу", "specialist", "cardiologist"),
        ("mammoografiya qachon", "screening", "mammography"),
        ("qizaiq emlashi", "vaccine", "mmr"),
        ("Samrqandda", "place", "1718"),
        ("temperatra 38,5", "temperature", 38.5),
    ],
)
def test_a_slip_is_read_as_the_word_that_was_meant(text: str, entity: str, value: object):
    assert [e.value for e in find_values(text, NOW) if e.entity == entity] == [value]


@pytest.mark.parametrize(
    "word",
    [
        "завтрак",
        "keladi",
        "boshim",
        "kelinim",
        "burun",
        "butun",
        "вечера",
        "четверть",
        "шайба",
        "давлению",
        "erkalab",
    ],
)
def test_a_word_of_its_own_is_left_alone(word: str):
    assert typos.mend(script.fold(word)) == script.fold(word)


def test_hardly_a_word_of_the_hand_written_lines_is_taken_for_a_slip():
    """A mended word there is most likely no slip: of 32,000 different words no more than a few dozen may change."""
    words = {word for e in examples.load() for word in script.fold(e.text).split() if word.isalpha()}
    changed = [word for word in words if typos.mend(word) != word]
    assert len(changed) <= len(words) / 1000, changed
