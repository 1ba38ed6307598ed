"""A second text of a reminder: what may be done with it when, what it may say, and who reads it."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import campaigns
from core import experiments as rules
from core.experiments import Running
from core.i18n import Words
from tests.experiments import RU, UZ, WORDS

# state → what may be done with it then, and where that leads
STEPS = {
    "draft": {"ask": "waiting"},
    "waiting": {"approve": "approved", "send_back": "draft"},
    "approved": {"send_back": "draft", "start": "running"},
    "running": {"end": "ended"},
    "ended": {},
}


@pytest.mark.parametrize("state", get_args(rules.State))
@pytest.mark.parametrize("action", get_args(rules.Action))
def test_every_action_leads_from_known_states_to_another(state, action):
    if action in STEPS[state]:
        assert rules.check(action, state) == STEPS[state][action]
    else:
        with pytest.raises(rules.NotNow):
            rules.check(action, state)


def test_only_approval_asks_who_wrote_it():
    with pytest.raises(rules.OwnWords):
        rules.check("approve", "waiting", writer=True)
    assert rules.check("start", "approved", writer=True) == "running"


BROKEN = [
    ("uz", "", "Write the text."),
    ("ru", "", "Write the text."),
    ("uz", "a" * 161, "Too long"),
    ("uz", "Keling. Bepul. Tez.", "Too long"),
    ("ru", "**Бесплатно** у вас в поликлинике.", "Plain words"),
    ("ru", "Запишитесь: https://example.uz", "Plain words"),
    ("uz", "Yozilish: t.me/salomat_bot", "Plain words"),
    ("uz", "Yozilish: @salomat_bot", "Plain words"),
    ("uz", "<b>Bepul</b>", "Plain words"),
    ("uz", "Бир неча дақиқа.", "Latin letters"),
    ("ru", "Bir necha daqiqa.", "in Russian"),
    ("uz", "Qizamiq xavfli.", "name no disease"),
    ("ru", "Вакцина от гриппа готова.", "name no disease"),
    ("ru", "Ваш результат готов.", "name no disease"),
    ("uz", "Oilaviy poliklinikangizda bepul.", "usual text already"),
]


@pytest.mark.parametrize(("field", "text", "said"), BROKEN)
def test_what_is_wrong_is_said_at_its_field(field, text, said):
    words = Words(text, RU) if field == "uz" else Words(UZ, text)
    found = rules.problems("vaccination", "Sinov", words)
    assert [(p.field, said in p.text.msgid) for p in found] == [(field, True)]
    assert all(p.text.render(language) for p in found for language in ("uz", "ru"))


GOOD = [
    WORDS,
    Words("Soat 9.00 dan 13.00 gacha. Navbatsiz!", "С 9.00 до 13.00, и т.д. Без очереди!"),
    Words("a" * 160, "я" * 160),
    Words("Emlash ogʻriqsiz oʻtadi, yonida boʻling.", "Прививка – это быстро: побудьте рядом."),
]


@pytest.mark.parametrize("words", GOOD)
@pytest.mark.parametrize("kind", rules.KINDS)
def test_one_or_two_plain_sentences_pass(words, kind):
    assert rules.problems(kind, "Sinov", words) == []


def test_without_title_or_kind_it_says_so():
    assert [p.field for p in rules.problems(None, "", WORDS)] == ["title", "kind"]


def test_a_text_becomes_one_line_with_the_apostrophes_of_uzbek():
    assert rules.tidy("  Bo'ling,\r\n ma'qul.\0 ", "uz") == "Boʻling, maʼqul."
    assert rules.tidy("«Да»,\n\nконечно.", "ru") == "«Да», конечно."


CHOSEN = [
    ("telegram", ["vaccination"], 7),
    ("telegram", ["vaccination", "vaccination"], 7),
    ("telegram", ["screening"], 8),
    ("telegram", ["vaccination", "screening"], None),
    ("telegram", ["screening", "vaccination"], None),
    ("telegram", ["appointment"], None),
    ("telegram", ["campaign"], None),
    ("sms", ["vaccination"], None),
]


@pytest.mark.parametrize(("way", "kinds", "experiment_id"), CHOSEN)
def test_only_telegram_about_one_kind_takes_part(way, kinds, experiment_id):
    runs = {"vaccination": Running(7, WORDS), "screening": Running(8, WORDS)}
    found = rules.choose(runs, way, kinds, 1)
    assert (found and found.experiment_id) == experiment_id
    assert rules.choose({}, way, kinds, 1) is None


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 2**62))
def test_a_person_reads_the_same_text_as_long_as_it_runs(number, person):
    tried = Running(number, WORDS).tried(person)
    assert tried == Running(number, WORDS).tried(person)
    assert tried.words == {"a": None, "b": WORDS}[tried.variant]


@settings(deadline=None)
@given(st.integers(1, 10**6))
def test_half_of_the_people_read_the_second_text(number):
    chosen = [Running(number, WORDS).tried(person).variant for person in range(1000)]
    assert 380 <= chosen.count("b") <= 620


@settings(deadline=None)
@given(st.integers(1, 10**6))
def test_a_campaign_of_the_same_number_divides_people_otherwise(number):
    """Or who reads the better text of one would always read the same text of the other."""
    one = Running(number, WORDS)
    same = sum(one.tried(person).variant == campaigns.variant(number, person) for person in range(1000))
    assert 380 <= same <= 620
