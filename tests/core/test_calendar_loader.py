"""A calendar file is read whole, or refused with file, line and reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core import programme_words, programmes
from core.errors import ContentError
from core.programmes import Dose, Person

CALENDAR = """\
calendars:
  - id: test-1
    country: XX
    valid_from: 2000-01-01
    source: a test
    status: verified
    overdue_after: 4 weeks
    products:
      one: {}
      two: {live: true}
    series:
      - id: first
        schedules:
          - id: routine
            doses:
              - products: [one]
                minimum_age: 2 months
              - products: [one, two]
                minimum_age: 4 months
                intervals: [{minimum: 4 weeks}]
"""


def _load(tmp_path: Path, text: str):
    path = tmp_path / "calendar.yml"
    path.write_text(text, encoding="utf-8")
    return programmes.load(path, None)


def test_a_whole_file_is_read(tmp_path):
    calendars = _load(tmp_path, CALENDAR)
    assert calendars.vaccine_codes == {"one", "two"}
    found = programmes.forecast(calendars, Person(date(2020, 1, 1), "male"), on=date(2020, 3, 1))
    assert [(r.item, r.status, r.rule.id) for r in found] == [("one", "due", "test-1/first/1")]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "word"),
    [
        ("    country: XX\n", "", 2, "country"),
        ("status: verified", "status: sure", 6, "status"),
        ("valid_from: 2000-01-01", "valid_from: soon", 4, "valid_from"),
        ("    source: a test", "    sourse: a test", 2, "source"),
        ("    source: a test", "    source: a test\n    colour: red", 6, "colour"),
        ("products: [one]", "products: [three]", 16, "three"),
        ("products: [one]", "products: []", 16, "products"),
        ("products: [one, two]", "products: [one, one]", 18, "twice"),
        ("minimum_age: 2 months", "minimum_age: two months", 17, "two months"),
        ("minimum_age: 2 months", "minimum_age: 900 years", 17, "900 years"),
        (
            "minimum_age: 2 months",
            "minimum_age: 2 months\n                minimum_age: 3 months",
            18,
            "twice",
        ),
        (
            "minimum_age: 2 months",
            "minimum_age: 2 months\n                recommended_age: 1 month",
            18,
            "recommended_age",
        ),
        (
            "minimum_age: 2 months",
            "minimum_age: 2 months\n                too_late_age: 1 month",
            18,
            "too_late_age",
        ),
        ("{minimum: 4 weeks}", "{minimum: 4 weeks, after: 2}", 20, "dose 2"),
        ("{minimum: 4 weeks}", "{minimum: 4 weeks, recommended: 1 week}", 20, "interval"),
        ("      two: {live: true}", "      two: {live: maybe}", 10, "live"),
        ("      - id: first", "      - id: first\n        who: [{sex: girl}]", 13, "sex"),
        (
            "      - id: first",
            "      - id: first\n        season: {start: 02-30, overdue: 03-01, end: 04-01}",
            13,
            "start",
        ),
        ("calendars:", "calendars: [", None, "YAML"),
    ],
)
def test_a_broken_file_is_refused_with_file_line_and_reason(tmp_path, was, becomes, line, word):
    assert was in CALENDAR
    with pytest.raises(ContentError) as refused:
        _load(tmp_path, CALENDAR.replace(was, becomes, 1))
    assert refused.value.file.endswith("calendar.yml")
    assert line is None or refused.value.line == line
    assert word in refused.value.reason


def test_a_missing_and_an_empty_file_are_refused(tmp_path):
    with pytest.raises(ContentError, match="cannot be read"):
        programmes.load(tmp_path / "none.yml", None)
    with pytest.raises(ContentError, match="empty"):
        _load(tmp_path, "")


def test_the_national_files_name_everything_in_both_languages():
    programme_words.check(programmes.national())


def test_every_rule_of_the_national_files_has_a_source_and_a_standing():
    calendars = programmes.national()
    rules = [d.rule for c in calendars.vaccination for s in c.series for w in s.schedules for d in w.doses]
    rules += [s.rule for c in calendars.screening for s in (*c.screenings, *c.unscheduled)]
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.source and rule.status in ("verified", "to_verify") for rule in rules)


TWO_CALENDARS = (
    CALENDAR
    + """\
  - id: test-2
    country: XX
    valid_from: 2010-01-01
    source: a test
    status: verified
    overdue_after: 4 weeks
    products:
      one: {}
    series:
      - id: first
        schedules:
          - id: routine
            doses:
              - products: [one]
                minimum_age: 6 months
              - products: [one]
                minimum_age: 12 months
                intervals: [{minimum: 6 months}]
              - products: [one]
                minimum_age: 5 years
"""
)


def test_the_calendar_in_force_on_the_day_decides(tmp_path):
    calendars = _load(tmp_path, TWO_CALENDARS)
    assert calendars.vaccination_on(date(2009, 12, 31)).id == "test-1"
    assert calendars.vaccination_on(date(2010, 1, 1)).id == "test-2"
    assert calendars.vaccination_on(date(1990, 1, 1)).id == "test-1"


def test_a_dose_that_counted_under_the_older_calendar_keeps_counting(tmp_path):
    calendars = _load(tmp_path, TWO_CALENDARS)
    child = Person(date(2009, 8, 1), "female")
    doses = [Dose("one", date(2009, 10, 1)), Dose("one", date(2009, 12, 1))]
    assert [v.valid for v in programmes.evaluate(calendars, child, doses, date(2010, 3, 1))] == [True, True]
    found = programmes.forecast(calendars, child, doses, on=date(2010, 3, 1))
    assert (found[0].dose, found[0].recommended_on) == (3, date(2014, 8, 1))
    later = Person(date(2010, 8, 1), "female")
    same = [Dose("one", date(2010, 10, 1))]
    assert not programmes.evaluate(calendars, later, same)[0].valid


CAMPAIGN = CALENDAR.replace(
    "      - id: first\n",
    "      - id: first\n        who: [{regions: ['1726'], campaign: {from: 2020-06-01, to: 2020-08-31}}]\n",
)


@pytest.mark.parametrize(
    ("on", "region", "status"),
    [
        (date(2020, 5, 31), "1726", "not_yet"),
        (date(2020, 6, 1), "1726", "due"),
        (date(2020, 8, 31), "1726", "overdue"),
        (date(2020, 9, 1), "1726", "too_late"),
        (date(2020, 6, 1), "1703", "not_for_person"),
        (date(2020, 6, 1), None, "not_for_person"),
        (date(2020, 6, 1), "1726262", "due"),
    ],
)
def test_a_campaign_has_its_days_and_its_region(tmp_path, on, region, status):
    calendars = _load(tmp_path, CAMPAIGN)
    person = Person(date(2020, 1, 1), "male", region=region)
    assert programmes.forecast(calendars, person, on=on)[0].status == status
