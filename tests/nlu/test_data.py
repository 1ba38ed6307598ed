"""The training data are honest: no line twice, no line under two intents, nothing of the held-out set in them."""

from collections import Counter

from core.intents import INTENTS
from nlu import duplicates, evaluation, examples
from nlu.examples import Example

# Short lines ("ha", "rahmat") resemble each other by nature; these figures are what is left of that.
NEARLY_THE_SAME = 0.8
ALLOWED_SHARE = 0.03


def _line(text: str, intent: str = "greet") -> Example:
    return Example(text, intent, "uz", "a.yml")


def test_the_check_finds_the_same_words_in_other_letters_and_leaves_other_words_alone():
    lines = [_line("qabulga yozilmoqchiman"), _line("қабулга ёзилмоқчиман!"), _line("boshim og'riyapti")]
    assert [(a.text, b.text) for a, b, _ in duplicates.alike(lines, lines, NEARLY_THE_SAME)] == [
        ("qabulga yozilmoqchiman", "қабулга ёзилмоқчиман!")
    ]
    assert list(duplicates.alike(lines[:1], lines[2:], NEARLY_THE_SAME)) == []


def test_hardly_a_line_is_nearly_another():
    data = examples.load()
    pairs = list(duplicates.alike(data, data, NEARLY_THE_SAME))
    assert len(pairs) < ALLOWED_SHARE * len(data), [(a.text, b.text) for a, b, _ in pairs[:20]]


def test_no_line_stands_under_two_intents():
    meant: dict[str, set[str]] = {}
    for example in examples.load():
        meant.setdefault(example.text.casefold(), set()).add(example.intent)
    assert {text: intents for text, intents in meant.items() if len(intents) > 1} == {}


def test_no_training_line_is_counted_in_the_held_out_set():
    written = evaluation.written()
    assert written, "no held-out messages"
    leaked = {line.text for line, _, _ in evaluation.leaks()}
    assert len(leaked) < ALLOWED_SHARE * len(written), leaked
    assert not leaked & {e.text for e in evaluation.held_out()}


def test_the_held_out_set_has_every_intent_in_every_written_form():
    counts = Counter((e.source.removesuffix(".yml"), e.intent) for e in evaluation.written())
    forms = ("uz_latn", "uz_cyrl", "ru", "ru_latn", "mixed")
    assert [(f, i) for f in forms for i in INTENTS if counts[f, i] < 2] == []
