"""The model's suspicion of an emergency is enough, unless the message itself takes it back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core import triage
from nlu.interpretation import interpret

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def understood(text: str, suspicion: float) -> tuple[str, float]:
    ranking = [
        ("emergency", suspicion),
        ("symptom", (1 - suspicion) * 0.8),
        ("advice_heart", (1 - suspicion) * 0.2),
    ]
    found = interpret(text, NOW, tuple(sorted(ranking, key=lambda one: -one[1])), "embedded")
    return found.intent, found.confidence


@pytest.mark.parametrize("text", ["oyogʻim qizib ketyapti", "что-то мне нехорошо"])
def test_a_suspicion_of_a_third_is_enough_whatever_is_likelier(text):
    assert triage.find(text) is None
    assert understood(text, 0.36)[0] == "emergency"
    assert understood(text, 0.34)[0] == "symptom"


@pytest.mark.parametrize(
    "text", ["yurak xuruji belgilari qanday boʻladi", "год назад у меня был инсульт, восстановился полностью"]
)
def test_a_message_that_takes_it_back_is_understood_as_what_else_it_is(text):
    assert triage.excused(text)
    intent, confidence = understood(text, 0.7)
    assert (intent, round(confidence, 2)) == ("symptom", 0.8)


def test_a_red_flag_needs_no_suspicion():
    assert understood("otam hushidan ketib qoldi, nafas olmayapti", 0.01) == ("emergency", 1.0)
