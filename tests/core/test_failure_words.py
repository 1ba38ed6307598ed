"""Every way a message can fail is said in words, in both languages."""

from __future__ import annotations

import pytest

from core import failure_words
from core.i18n import LANGUAGES


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("telegram: forbidden", "the person has blocked the bot"),
        ("telegram: no such chat", "this Telegram chat no longer exists"),
        ("telegram: no answer", "no answer came"),
        ("telegram: token not accepted", "the account at the operator does not work: tell the administrator"),
        ("twilio: 30006", "no SMS can reach this number: check it"),
        ("twilio: 30003", "the phone was off or out of reach"),
        ("twilio: 503", "the operator could not be reached"),
        ("eskiz: UNDELIV", "the phone was off or out of reach"),
        ("eskiz: text not approved", "the SMS operator did not let this text through"),
        ("eskiz: too many requests", "the channel was busy"),
        ("eskiz: took too long", "no answer came"),
        ("playmobile: not reachable", "the operator could not be reached"),
        ("lost", "no answer came"),
        ("never left", "it had not left yet"),
        ("twilio: 12345", "the operator refused it ({said})"),
    ],
)
def test_what_a_channel_said_becomes_words(said, words):
    assert failure_words.why(said).msgid == words
    assert all(failure_words.why(said).render(language) for language in LANGUAGES)


@pytest.mark.parametrize("said", [None, ""])
def test_silence_stays_silent(said):
    assert failure_words.why(said) is None
