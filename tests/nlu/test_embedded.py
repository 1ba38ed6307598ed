"""The in-process engine: learns the same every time, keeps what it learnt, and says probabilities."""

import math
import subprocess
import sys

import pytest

from nlu import learning
from nlu.embedded import EmbeddedEngine
from nlu.examples import Example
from nlu.network import Shape

LINES = {
    "greet": [
        "salom",
        "assalomu alaykum",
        "salom yaxshimisiz",
        "привет",
        "здравствуйте",
        "добрый день",
        "salomlar",
    ],
    "thanks": [
        "rahmat",
        "katta rahmat",
        "rahmat sizga",
        "спасибо",
        "спасибо большое",
        "благодарю вас",
        "raxmat",
    ],
    "cancel": ["bekor qil", "bekor qiling", "orqaga", "отмена", "отмени", "назад", "bekor qilaman"],
}
DATA = [
    Example(text, intent, "uz" if text.isascii() else "ru", "a.yml")
    for intent, texts in LINES.items()
    for text in texts
]


# Twenty lines are few: many rounds over them.
LONG = Shape(epochs=60, batch=8, rate=0.01)


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    return learning.fit(learning.lines(DATA), shape=LONG)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("салом", "greet"),
        ("spasibo", "thanks"),
        ("БЕКОР ҚИЛ", "cancel"),
        ("Раҳмат", "thanks"),
        ("zdravstvuyte", "greet"),
    ],
)
def test_every_written_form_is_understood_from_one(engine: EmbeddedEngine, text: str, intent: str):
    assert engine.classify(text)[0][0] == intent


@pytest.mark.parametrize("text", ["salom", "", "   ", "🙂", "1234", "x" * 50_000, "zzzqqq", "\x00"])
def test_any_text_gets_probabilities_that_sum_to_one(engine: EmbeddedEngine, text: str):
    ranking = engine.classify(text)
    assert math.isclose(sum(p for _, p in ranking), 1, abs_tol=1e-4)
    assert [p for _, p in ranking] == sorted((p for _, p in ranking), reverse=True)
    assert {i for i, _ in ranking} == set(LINES)


def test_nothing_known_means_nothing_understood(engine: EmbeddedEngine):
    assert engine.classify("🙂")[0][1] < 0.5


def test_learning_twice_gives_the_same_engine(engine: EmbeddedEngine):
    again = learning.fit(learning.lines(DATA), shape=LONG)
    assert again.classify("salom rahmat") == engine.classify("salom rahmat")


def test_what_was_saved_answers_the_same(engine: EmbeddedEngine, tmp_path):
    engine.save(tmp_path / "model")
    assert EmbeddedEngine.load(tmp_path / "model").classify("rahmat, bekor qil") == engine.classify(
        "rahmat, bekor qil"
    )


def test_answering_needs_no_scikit_learn():
    code = "import sys, nlu.embedded, nlu.interpreter; sys.exit('sklearn' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
