"""Plain letters, and what a person's answer means."""

from __future__ import annotations

import pytest

from core import segments, sms


def test_uzbek_letters_become_plain_and_the_message_stays_in_the_cheap_alphabet():
    text = sms.plain("Toʻxtatish: «STOP» – maʼlumot № 1…")
    assert text == "To'xtatish: \"STOP\" - ma'lumot N 1..."
    assert segments.encoding(text) == "GSM-7"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("STOP", "stop"),
        (" stop! ", "stop"),
        ("To'xtatish", "stop"),
        ("toʻxtat", "stop"),
        ("ТЎХТАТИШ", "stop"),
        ("Стоп", "stop"),
        ("отказ", "stop"),
        ("START", "start"),
        ("Старт.", "start"),
        ("boshlash", "start"),
        ("stop", "stop"),
        ("«STOP»", "stop"),
        ('"Stop".', "stop"),
        ("To‘xtatish.", "stop"),
        ("to`xtatish", "stop"),
        ("Toxtatish", "stop"),
        ("Тўхтатиш", "stop"),
        ("«тўхтатиш»", "stop"),
        ("Тухтатиш", "stop"),
        ("стоп.", "stop"),
        ("Стоп!", "stop"),
        ("“Boshlash”", "start"),
        ("Бошлаш", "start"),
        ("старт", "start"),
        ("start.", "start"),
        ("Rahmat", None),
        ("don't stop me now", None),
        ("", None),
    ],
)
def test_stop_and_start_are_understood_in_any_letters(text, meaning):
    assert sms.answer(text) == meaning
