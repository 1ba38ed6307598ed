"""Reasons not to vaccinate with their days, how dates may be typed, and ages as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from core import calendar_notes, chart, programmes
from core.ages import age_on
from core.errors import Refusal
from core.i18n import Words

TODAY = date(2026, 11, 21)
SOON = date(2026, 11, 22)


def test_the_reasons_are_exactly_the_four_national_ones():
    assert chart.REASONS == ("MEDPREC", "IMMUNE", "PATOBJ", "OSTOCK")


@pytest.mark.parametrize(
    ("reason", "until", "fits"),
    [
        ("MEDPREC", None, True),
        ("MEDPREC", SOON, True),
        ("MEDPREC", TODAY, False),
        ("MEDPREC", date(2026, 11, 20), False),
        ("MEDPREC", date(2031, 12, 31), True),
        ("MEDPREC", date(2032, 1, 1), False),
        ("IMMUNE", None, True),
        ("IMMUNE", SOON, False),
        ("PATOBJ", None, True),
        ("PATOBJ", SOON, False),
        ("OSTOCK", None, False),
        ("OSTOCK", SOON, True),
        ("", None, False),
        ("medprec", None, False),
    ],
)
def test_a_reason_and_its_last_day_fit_together(reason, until, fits):
    if fits:
        assert chart.check_reason(reason, until, TODAY) == reason
    else:
        with pytest.raises(Refusal):
            chart.check_reason(reason, until, TODAY)


@pytest.mark.parametrize("typed", ["15.03.2026", "15032026", "15 3 2026", "2026-03-15", " 15/03/2026 "])
def test_a_day_is_understood_however_it_is_typed(typed):
    assert chart.parse_day(typed) == date(2026, 3, 15)


@pytest.mark.parametrize("typed", ["", "yesterday", "31.02.2026", "1503202", "32132026"])
def test_another_day_is_refused_with_an_example(typed):
    with pytest.raises(Refusal) as refused:
        chart.parse_day(typed)
    assert "15.03.2026" in refused.value.text.render("uz")


@pytest.mark.parametrize(
    ("born", "on", "said"),
    [
        (date(2025, 11, 20), date(2025, 11, 20), "tugʻilganda"),
        (date(2025, 11, 20), date(2025, 12, 3), "13 kunligida"),
        (date(2025, 11, 20), date(2025, 12, 4), "2 haftaligida"),
        (date(2025, 11, 20), date(2025, 12, 19), "4 haftaligida"),
        (date(2025, 11, 20), date(2025, 12, 20), "1 oyligida"),
        (date(2025, 11, 20), date(2027, 11, 19), "23 oyligida"),
        (date(2025, 11, 20), date(2027, 11, 20), "2 yoshida"),
        (date(2024, 2, 29), date(2026, 2, 28), "23 oyligida"),
        (date(1958, 3, 1), date(2026, 11, 21), "68 yoshida"),
    ],
)
def test_an_age_is_said_as_people_say_it(born, on, said):
    from core.programme_words import at_age

    assert at_age(age_on(born, on)).render("uz") == said


def test_every_note_and_source_of_the_calendars_is_translated_for_staff():
    national = programmes.national()
    rules = [*national.vaccination, *national.screening]
    for calendar in national.vaccination:
        for series in calendar.series:
            rules += [dose.rule for schedule in series.schedules for dose in schedule.doses]
    for calendar in national.screening:
        rules += [check.rule for check in (*calendar.screenings, *calendar.unscheduled)]
    words = {text for rule in rules for text in (rule.note, rule.source) if text}
    missing = [text for text in words if not isinstance(calendar_notes.note(text), Words)]
    assert missing == []
