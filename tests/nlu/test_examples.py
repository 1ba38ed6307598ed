"""The training data are read as Rasa reads them."""

from collections import Counter

import pytest

from core.intents import ENTITIES, INTENTS
from nlu import examples
from nlu.examples import Mark, unmark


@pytest.mark.parametrize(
    ("line", "text", "marks"),
    [
        ("salom", "salom", ()),
        ("[ertaga](date) keling", "ertaga keling", (Mark("date", "ertaga", 0),)),
        (
            "bosimim [140/90](blood_pressure:140/90)",
            "bosimim 140/90",
            (Mark("blood_pressure", "140/90", 8, "140/90"),),
        ),
        (
            'к [лору]{"entity": "specialist", "value": "ent"}',
            "к лору",
            (Mark("specialist", "лору", 2, "ent"),),
        ),
        ("[1] ro'yxat", "[1] ro'yxat", ()),
    ],
)
def test_marks_are_taken_off_and_remembered(line: str, text: str, marks: tuple[Mark, ...]):
    assert unmark(line) == (text, marks)


def test_the_data_name_only_intents_and_entities_of_the_contract():
    data = examples.load()
    assert {e.intent for e in data} <= set(INTENTS)
    assert {m.entity for e in data for m in e.marks} <= set(ENTITIES)


def test_every_intent_has_examples_in_both_languages():
    counts = Counter((e.intent, e.language) for e in examples.load())
    assert [
        (i, language) for i in INTENTS for language in examples.LANGUAGES if counts[i, language] < 25
    ] == []


def test_a_fingerprint_changes_with_a_letter(tmp_path):
    file = tmp_path / "a.yml"
    file.write_text("salom")
    before = examples.fingerprint(tmp_path)
    file.write_text("salom!")
    assert examples.fingerprint(tmp_path) != before
