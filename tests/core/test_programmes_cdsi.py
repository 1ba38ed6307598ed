"""CDC's own test cases through the engine, from a calendar file written for them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from core import programmes
from core.programmes import Dose, DoseVerdict, Person

ROOT = Path(__file__).resolve().parents[2]
CASES = (ROOT / "../shared/domain/data/cdsi/cdsi_cases.json").resolve()
CALENDAR = ROOT / "tests/data/cdsi_vaccination.yml"

# CDC evaluates a dose for one vaccine group a case; the file keeps the groups together, each from its first case on.
GROUPS = {
    "2013-0001": ("dtp",),
    "2013-0167": ("influenza",),
    "2013-0185": ("hepatitis_a",),
    "2013-0199": ("hepatitis_b",),
    "2013-0274": ("hib",),
    "2013-0383": ("hpv",),
    "2013-0487": ("meningococcal",),
    "2013-0523": ("measles", "mumps", "rubella"),
    "2013-0575": ("pneumococcal",),
    "2013-0626": ("polio",),
    "2013-0753": ("rotavirus",),
    "2013-0789": ("varicella",),
    "2015-0014": ("zoster", "zoster_live"),
}
# CDC's reasons in our words; Inadvertent is a product that must not be used for this person.
REASONS = {
    "Age: Too Young": "too_young",
    "Interval: too short": "interval_too_short",
    "Live Virus Conflict": "live_vaccine_conflict",
    "Inadvertent Vaccine": "wrong_product",
    "Series Already Complete": "extraneous",
    "Age: Too Old": "after_latest_age",
}
# Every dose whose verdict differs from CDC's, with the cause: (case, place of the dose).
DISAGREEMENTS: dict[tuple[str, int], str] = {}
# The same for the reason of a dose that neither of us counts.
OTHER_REASONS: dict[tuple[str, int], str] = {
    ("2013-0192", 1): "too young and too soon; we name the age, CDC the interval",
    ("2020-0001", 1): "too young and too soon; we name the age, CDC the interval",
    (
        "2013-0823",
        1,
    ): "too soon after a live vaccine that is also the dose before; we name the interval, CDC the conflict",
}


def _judged():
    """Case, place of the dose, CDC's words, and our verdicts for the group of the case."""
    calendars = programmes.load(CALENDAR, None)
    series: tuple[str, ...] = ()
    for case in json.loads(CASES.read_text(encoding="utf-8")):
        series = GROUPS.get(case["key"], series)
        patient = case["patient"]
        person = Person(
            date.fromisoformat(patient["dob"][:10]), {"F": "female", "M": "male"}[patient["gender"]]
        )
        doses = [
            Dose(f"cvx-{given['cvx']}", date.fromisoformat(given["dateAdministered"][:10]), place)
            for place, given in enumerate(patient["doses"])
        ]
        verdicts = programmes.evaluate(
            calendars, person, doses, date.fromisoformat(case["assessmentDate"][:10])
        )
        for place, given in enumerate(patient["doses"]):
            all_of_it = [v for v in verdicts if v.id == place]
            yield case["key"], place, given, [v for v in all_of_it if v.series in series] or all_of_it


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, int, dict[str, str], list[DoseVerdict]]]:
    if not CASES.exists():
        pytest.skip("CDC's cases are not beside this checkout")
    return list(_judged())


def test_every_dose_gets_cdcs_verdict_but_those_named(judged):
    differing = {
        (key, place)
        for key, place, given, verdicts in judged
        if not verdicts or all(v.valid for v in verdicts) != (given["evaluationStatus"] == "Valid")
    }
    assert differing == set(DISAGREEMENTS)
    assert len(judged) == 951
    assert len(differing) / len(judged) <= 0.03


def test_a_dose_that_does_not_count_has_cdcs_reason_but_those_named(judged):
    differing = {
        (key, place): [v.reason_code for v in verdicts]
        for key, place, given, verdicts in judged
        if given["evaluationReason"]
        and not all(v.valid for v in verdicts)
        and REASONS[given["evaluationReason"]] not in {v.reason_code for v in verdicts}
    }
    assert set(differing) == set(OTHER_REASONS), differing


def test_the_calendar_of_another_country_gives_a_forecast_too():
    calendars = programmes.load(CALENDAR, None)
    baby = Person(date(2020, 6, 8), "female")
    found = programmes.forecast(calendars, baby, [Dose("cvx-08", date(2020, 6, 8))], on=date(2020, 8, 13))
    by_series = {r.series: r for r in found}
    assert by_series["hepatitis_b"].dose == 2
    assert (by_series["rotavirus"].item, by_series["rotavirus"].status) == ("cvx-116", "due")
