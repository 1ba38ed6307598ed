"""The contract of understanding: one list of intents and entities, everywhere the same."""

import re
from pathlib import Path

import pytest
import yaml

from core.intents import ENTITIES, INTENTS, Entity, Interpretation

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "../shared/nlu/intents.md"


def test_rasas_domain_has_the_same_intents_and_entities():
    domain = yaml.safe_load((ROOT / "nlu/domain.yml").read_text(encoding="utf-8"))
    assert domain["intents"] == list(INTENTS)
    assert domain["entities"] == list(ENTITIES)


def test_the_contract_names_the_same_intents_and_entities():
    if not CONTRACT.exists():
        pytest.skip("the written contract is not beside the project")
    before, after = CONTRACT.read_text(encoding="utf-8").split("## Entities")
    first_cells = re.compile(r"^\| (\w+) \|", re.M)
    assert [n for n in first_cells.findall(before) if n != "intent"] == list(INTENTS)
    assert [n for n in first_cells.findall(after) if n != "entity"] == list(ENTITIES)


def _meaning(intent: str, confidence: float, *entities: Entity, **ranking: float) -> Interpretation:
    return Interpretation(
        "…", intent, confidence, entities, "uz-Latn", "embedded", None, tuple(ranking.items())
    )


def test_an_emergency_is_acted_on_with_less_certainty_than_anything_else():
    assert _meaning("emergency", 0.36).understood
    assert not _meaning("emergency", 0.2).understood
    assert not _meaning("greet", 0.36).understood


def test_two_likely_intents_are_suggested_and_never_out_of_scope():
    meaning = _meaning("out_of_scope", 0.4, out_of_scope=0.4, symptom=0.3, ask_doctor=0.2, greet=0.06)
    assert meaning.suggestions() == ("symptom", "ask_doctor")
    assert _meaning("greet", 0.04, greet=0.04).suggestions() == ()


def test_an_impossible_value_is_not_given_as_a_value():
    wrong = Entity("blood_pressure", "400/20", "400/20", 0, 6, possible=False)
    right = Entity("blood_pressure", "140/90", "140/90", 9, 15)
    assert _meaning("log_measurement", 0.9, wrong, right).value("blood_pressure") == "140/90"
    assert _meaning("log_measurement", 0.9, wrong).value("blood_pressure") is None
