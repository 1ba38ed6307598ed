"""What may be done with a campaign when, its group, its SMS, its two texts, and whether it may go out now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import campaigns as rules
from core import deliveries
from core.campaigns import Audience, Count, Wording
from core.deliveries import Drop, Due, Hours, Recipient, Send, Wait
from core.errors import Refusal
from core.i18n import Words
from tests.campaigns import texts

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
DUE = Due(NOW + timedelta(days=7))


def somebody(**more) -> Recipient:
    base = {
        "hours": Hours(),
        "choice": "auto",
        "chat_id": 1,
        "phone": "+998901112233",
        "paused": False,
        "deceased": False,
    }
    return Recipient(id=1, language="uz", consented=True, **(base | more))


def test_every_action_leads_from_known_states_to_another():
    assert set(rules.FROM) == set(rules.TO) == set(get_args(rules.Action))
    for action, states in rules.FROM.items():
        for state in get_args(rules.State):
            if state in states:
                assert rules.check(action, state) == rules.TO[action] != state
            else:
                with pytest.raises(rules.NotNow):
                    rules.check(action, state)


def test_only_approval_asks_who_wrote_it():
    with pytest.raises(rules.OwnWords):
        rules.check("approve", "waiting", writer=True)
    assert rules.check("start", "approved", writer=True) == "running"


TYPED = [
    ({}, Audience()),
    ({"region": "1726", "district": "uchtepa"}, Audience(region="1726", district="uchtepa")),
    ({"region": "nowhere", "sex": "other", "item": "no", "reach": "pigeon"}, Audience()),
    ({"age_from": " 40 ", "age_to": "", "sex": "female"}, Audience(age_from=40, sex="female")),
    ({"age_from": "0", "age_to": "1"}, Audience(age_from=0, age_to=1)),
    ({"condition": "pregnant"}, Audience(pregnant=True)),
    ({"condition": "health_worker"}, Audience(condition="health_worker")),
    (
        {"item": "mmr", "item_state": "overdue", "reach": "sms"},
        Audience(item="mmr", item_state="overdue", reach="sms"),
    ),
]


@pytest.mark.parametrize(("typed", "wanted"), TYPED)
def test_a_group_is_read_from_its_form_and_kept_whole(typed, wanted):
    found = rules.audience(typed, ["mmr"])
    assert found == wanted
    assert Audience.stored(found.storable() | {"of a later version": 1}) == wanted


@pytest.mark.parametrize(
    "typed",
    [
        {"age_from": "forty"},
        {"age_from": "-1"},
        {"age_to": "121"},
        {"age_from": "²"},
        {"age_from": "50", "age_to": "40"},
        {"district": "uchtepa"},
        {"region": "1703", "district": "uchtepa"},
    ],
)
def test_what_makes_no_sense_in_a_group_is_refused(typed):
    with pytest.raises(Refusal):
        rules.audience(typed, [])


def test_uzbek_apostrophes_and_blanks_are_put_right():
    tidy = Wording(" Bo'sh kun\r\n ma'lumot ", " Bo‘sh  kun\n").tidy("uz")
    assert tidy == Wording("Boʻsh kun\n maʼlumot", "Bo'sh kun")
    assert Wording("«Да»", "«Да» — нет").tidy("ru") == Wording("«Да»", '"Да" - нет')


def test_a_person_has_always_the_same_text_and_each_has_about_half():
    chosen = [rules.variant(7, person) for person in range(1000)]
    assert chosen == [rules.variant(7, person) for person in range(1000)]
    assert 440 <= chosen.count("a") <= 560
    assert chosen != [rules.variant(8, person) for person in range(1000)]


@given(st.sampled_from([None, "a", "b"]))
def test_the_step_says_which_text_it_is(of):
    assert rules.variant_of(rules.step(of)) == (of or "a")


def test_an_sms_says_who_sends_it_and_how_to_stop():
    text = rules.sms_text("bepul ko'rik", "uz")
    assert text.startswith("Salomat: bepul")
    assert text.endswith("STOP")
    assert rules.sms_text("bepul ko'rik", "uz_Cyrl") == text
    assert "бепул кўрик" in rules.sms_text("bepul ko'rik", "uz_Cyrl", cyrillic=True)


def test_segments_are_those_of_the_longer_text():
    long = texts() | {("b", "uz"): Wording("x", "a" * 150)}
    assert rules.segments_of(long, False, "uz") == 1
    assert rules.segments_of(long, True, "uz") == 2
    assert rules.segments_of(texts(sms=False), True, "ru") == 0
    assert rules.segments_of(long, True, "uz_Cyrl", cyrillic=True) == 3


def test_without_words_for_an_sms_there_are_none():
    assert rules.said(texts(sms=False), "a")[1] is None
    assert isinstance(rules.said(texts(), "b")[1], Words)


def test_a_count_adds_up():
    assert Count(3, {"uz": 2, "ru": 1}).people == 6
    assert Count().people == 0


DECISIONS = [
    ("running", {}, True, Send("telegram", "1")),
    ("done", {}, True, Send("telegram", "1")),  # an SMS that a provider reports lost after the end
    ("running", {"chat_id": None}, True, Send("sms", "+998901112233")),
    ("running", {"chat_id": None}, False, Drop("unreachable")),
    ("running", {"choice": "sms"}, False, Drop("unreachable")),
    ("paused", {}, True, Wait(NOW + rules.LOOK_AGAIN_AFTER, rules.PAUSED)),
    ("paused", {"paused": True}, True, Drop("paused")),
    ("stopped", {}, True, Drop("expired")),
    ("running", {"campaigns": False}, True, Drop("declined")),
    ("running", {"hours": Hours(0, 13)}, True, Wait(NOW + timedelta(hours=1), "hours")),
    (
        "running",
        {"sent": [deliveries.Sent(NOW, "telegram")] * 3},
        True,
        Wait(NOW + timedelta(hours=12), "cap"),
    ),
]


@pytest.mark.parametrize(("state", "person", "with_sms", "wanted"), DECISIONS)
def test_whether_it_goes_out_now(state, person, with_sms, wanted):
    assert rules.decide(state, DUE, somebody(**person), NOW, with_sms=with_sms) == wanted
