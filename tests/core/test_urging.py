"""Which buttons a reminder has, and that every refusal has its sentence."""

from __future__ import annotations

from dataclasses import fields

import pytest

from core import deliveries, urging
from core.i18n import LANGUAGES

CALM = {
    "stopped": False,
    "held": False,
    "clinic_held": False,
    "to_come": True,
    "state": "due",
    "expired": False,
}


@pytest.mark.parametrize(
    ("case", "buttons"),
    [
        ({}, ("send", "hold")),
        ({"state": None}, ("send", "hold")),
        ({"state": "sent"}, ("send", "hold")),
        ({"state": "claimed"}, ("hold",)),
        ({"state": "failed"}, ("retry", "send", "hold")),
        ({"state": "failed", "to_come": False}, ("retry",)),
        ({"state": "failed", "to_come": False, "expired": True}, ()),
        ({"state": "unknown", "to_come": False}, ()),
        ({"held": True}, ("release",)),
        ({"held": True, "state": "failed"}, ("release",)),
        ({"held": True, "to_come": False}, ("release",)),
        ({"clinic_held": True}, ("hold",)),
        ({"clinic_held": True, "state": "failed"}, ("hold",)),
        ({"stopped": True, "held": True}, ()),
        ({"stopped": True, "state": "failed"}, ()),
    ],
)
def test_a_reminder_has_the_buttons_that_make_sense_now(case, buttons):
    assert urging.acts(**(CALM | case)) == buttons


def test_what_nobody_knows_the_fate_of_is_never_offered_for_sending_again():
    assert "retry" not in urging.acts(**(CALM | {"state": "unknown"}))


@pytest.mark.parametrize("reason", ["acted_on", "expired", "deceased", "paused", "no_consent", "unreachable"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_not_to_send_is_a_sentence(reason, language):
    said = urging.CannotSend(reason).text.render(language)
    assert len(said.split()) >= 3
    assert "_" not in said


def test_a_reason_nobody_wrote_a_sentence_for_sends_the_reader_back_to_look():
    assert urging.CannotSend("sunspots").text == urging.WHY_NOT["changed"]
    assert {field.name for field in fields(deliveries.Wait)} == {"until", "reason"}
