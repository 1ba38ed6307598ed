"""Derived written forms: repeatable, different to an engine, readable by Rasa."""

import pytest

from core import script
from nlu import augment, examples
from nlu.examples import Example

UZ = Example("qabulga yozilmoqchiman, bolam yo'taldi", "book_appointment", "uz", "a.yml")
RU = Example("хочу записаться к врачу в пятницу", "book_appointment", "ru", "a.yml")


@pytest.mark.parametrize("example", [UZ, RU])
def test_the_same_line_gives_the_same_forms_every_time(example: Example):
    assert augment.derive(example) == augment.derive(example) != ()


@pytest.mark.parametrize("example", [UZ, RU])
def test_no_two_forms_of_a_line_look_the_same_to_an_engine(example: Example):
    folded = [script.fold(example.text), *(script.fold(d.text) for d in augment.derive(example))]
    assert len(set(folded)) == len(folded)


def test_the_russian_keyboard_has_no_uzbek_letters():
    text = augment.derive(Example("o'g'lim yo'talyapti, qo'rqyapman", "symptom", "uz", "a.yml"))
    typed = [d.text for d in text if d.kind == "russian_keyboard"]
    assert all(not set(t) & set("ўқғҳ") for t in typed)


def test_written_files_are_read_back_and_stand_beside_their_source(tmp_path):
    count = augment.write([UZ, RU], tmp_path)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.yml")) == [
        "ru/a.derived.yml", "ru/a.yml", "uz/a.derived.yml", "uz/a.yml",
    ]  # fmt: skip
    read = examples.load(tmp_path)
    assert len(read) == count + 2
    assert {e.intent for e in read} == {"book_appointment"}
