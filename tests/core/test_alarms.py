"""When staff are alarmed, and when they are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from core import alarms as rules
from core.alarms import Provider, State
from core.failover import Health
from core.i18n import LANGUAGES

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def well(**more: object) -> State:
    return State(**({"beats": {"reminders": NOW, "bot": NOW}} | more))  # type: ignore[arg-type]


CASES = {
    "all is well": (well(), LONG_AGO, set()),
    "15 minutes late": (well(oldest_due_at=ago(minutes=15)), LONG_AGO, set()),
    "a second more": (well(oldest_due_at=ago(minutes=15, seconds=1)), LONG_AGO, {"late"}),
    "silent for 5 minutes": (State(beats={"reminders": ago(minutes=5)}), LONG_AGO, set()),
    "and a second": (State(beats={"reminders": ago(minutes=5, seconds=1)}), LONG_AGO, {"no_worker"}),
    "the watch began just now": (State(beats={"reminders": LONG_AGO}), ago(minutes=4), set()),
    "no worker ever, watched long": (State(), LONG_AGO, {"no_worker"}),
    "no worker ever, a new system": (State(), ago(minutes=1), set()),
    "the bot is silent": (well(beats={"reminders": NOW, "bot": ago(minutes=6)}), LONG_AGO, {"no_bot"}),
    "there never was a bot": (well(beats={"reminders": NOW}), LONG_AGO, set()),
    "texts wait": (well(not_approved=3), LONG_AGO, {"not_approved"}),
}


@pytest.mark.parametrize(("state", "since", "kinds"), CASES.values(), ids=CASES)
def test_what_is_wrong(state, since, kinds):
    assert set(rules.found(state, since, NOW)) == kinds


BAD, GOOD = Health(errors=50), Health()


@pytest.mark.parametrize(
    ("providers", "kinds"),
    [
        ((), set()),
        ((Provider("a", 50, BAD), Provider("b", 50, GOOD)), set()),
        ((Provider("a", 50, BAD), Provider("b", 50, BAD)), {"sms_down"}),
        ((Provider("a", 100, GOOD, errors=2),), set()),
        ((Provider("a", 100, GOOD, errors=3),), {"sms_down"}),
        ((Provider("a", 100, GOOD, errors=3, taken=1),), set()),
        ((Provider("a", 100, days_left=7.0),), set()),
        ((Provider("a", 100, days_left=6.9), Provider("b", 0)), {"low_balance"}),
        ((Provider("a", 100, balance=0.0),), set()),  # without a price nobody knows
    ],
)
def test_operators_that_take_nothing_or_run_out_of_money(providers, kinds):
    assert set(rules.found(well(providers=providers), LONG_AGO, NOW)) == kinds


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(rules.Kind))
def test_every_alarm_says_in_words_what_to_do(kind, language):
    details = {"minutes": 17, "messages": 2, "providers": ["eskiz"]}
    said = rules.sentence(kind, details).render(language)
    assert len(said.split()) > 4
    assert rules.sentence(kind, {}).render(language)  # details of an older version
