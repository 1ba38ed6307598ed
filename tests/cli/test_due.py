"""`salomat due` as the outside sees it: its contract, and every wrong input refused with the field's name."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.due import due

ROOT = Path(__file__).resolve().parents[2]
ASKED = {
    "on": "2026-11-21",
    "person": {
        "birth_date": "2025-11-20",
        "sex": "female",
        "pregnant": False,
        "conditions": [],
        "region": "1726",
    },
    "immunizations": [{"vaccine": "bcg", "on": "2025-11-23"}],
    "screenings": [{"screening": "mammography", "on": "2025-01-10", "result": "normal"}],
    "exemptions": [{"vaccine": "mmr", "kind": "medical", "until": "2027-01-01"}],
}


def ask(asked, *options: str) -> Result:
    text = asked if isinstance(asked, str | bytes) else json.dumps(asked)
    return CliRunner().invoke(due, list(options), input=text)


def changed(path: str, value) -> dict:
    """ASKED with one field set, or left out when the value is `...`."""
    asked = copy.deepcopy(ASKED)
    place = asked
    *parts, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    for part in parts:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return asked


def test_the_answer_has_the_keys_of_the_contract():
    result = ask(ASKED)
    assert (result.exit_code, result.stderr) == (0, "")
    answer = json.loads(result.stdout)
    assert set(answer) == {"calendar", "doses", "recommendations"}
    assert answer["calendar"] == "uz-2019"
    assert answer["doses"] == [
        {
            "vaccine": "bcg",
            "on": "2025-11-23",
            "series": "tuberculosis",
            "dose": 1,
            "valid": True,
            "reason": None,
        }
    ]
    for one in answer["recommendations"]:
        assert set(one) == {
            "item",
            "series",
            "dose",
            "status",
            "earliest_on",
            "recommended_on",
            "overdue_on",
            "latest_on",
            "reason",
            "rule",
        }
        assert set(one["reason"]) == {"uz", "ru"}
        assert set(one["rule"]) == {"id", "version", "source", "status"}


def test_a_child_of_one_year_with_only_the_first_injection():
    answer = json.loads(ask(ASKED).stdout)
    status = {one["series"]: (one["item"], one["dose"], one["status"]) for one in answer["recommendations"]}
    assert status == {
        "hepatitis_b": ("penta", 1, "overdue"),
        "tuberculosis": ("bcg", 1, "complete"),
        "polio": ("opv", 1, "overdue"),
        "polio_injected": ("ipv", 1, "overdue"),
        "rotavirus": ("rota", 1, "too_late"),
        "dtp": ("penta", 1, "overdue"),
        "hib": ("penta", 1, "overdue"),
        "pneumococcal": ("pcv", 1, "overdue"),
        "mmr": ("mmr", 1, "exempt"),
        "hpv": ("hpv", 1, "not_yet"),
        "influenza": ("influenza", 1, "due"),
        "hpv_test": ("hpv_test", None, "not_yet"),
        "mammography": ("mammography", None, "not_yet"),
        "womens_assessment": ("womens_assessment", None, "not_yet"),
        "health_profile": ("health_profile", None, "not_yet"),
        "targeted_check": ("targeted_check", None, "not_yet"),
        "cvd_risk": ("cvd_risk", None, "not_yet"),
        "diabetes_risk": ("diabetes_risk", None, "not_yet"),
        "breast_questionnaire": ("breast_questionnaire", None, "not_yet"),
        "antenatal_1": ("antenatal_1", None, "not_for_person"),
        "antenatal_2": ("antenatal_2", None, "not_for_person"),
        "antenatal_3": ("antenatal_3", None, "not_for_person"),
        "newborn": ("newborn", None, "too_late"),
        "newborn_hearing": ("newborn_hearing", None, "too_late"),
    }


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("on", ..., "on:"),
        ("on", None, "on:"),
        ("on", "21.11.2026", "on:"),
        ("on", "2026-02-30", "on:"),
        ("on", "20261121", "on:"),
        ("on", 20261121, "on:"),
        ("on", "9999-01-01", "on:"),
        ("person", ..., "person:"),
        ("person", [], "person:"),
        ("person.birth_date", ..., "person.birth_date:"),
        ("person.birth_date", "2026-11-22", "person.birth_date:"),
        ("person.birth_date", "1880-01-01", "person.birth_date:"),
        ("person.birth_date", "", "person.birth_date:"),
        ("person.sex", ..., "person.sex:"),
        ("person.sex", "girl", "person.sex:"),
        ("person.sex", ["female"], "person.sex:"),
        ("person.pregnant", "no", "person.pregnant:"),
        ("person.conditions", "asthma", "person.conditions:"),
        ("person.conditions", [1], "person.conditions:"),
        ("person.region", "9999", "person.region:"),
        ("person.region", 1726, "person.region:"),
        ("person.pregnent", True, "person.pregnent:"),
        ("immunisations", [], "immunisations:"),
        ("immunizations", {}, "immunizations:"),
        ("immunizations.0", "bcg", "immunizations[0]:"),
        ("immunizations.0.vaccine", "measles", "immunizations[0].vaccine:"),
        ("immunizations.0.vaccine", ["bcg"], "immunizations[0].vaccine:"),
        ("immunizations.0.vaccine", ..., "immunizations[0].vaccine:"),
        ("immunizations.0.on", ..., "immunizations[0].on:"),
        ("immunizations.0.on", "2025-11-19", "immunizations[0].on:"),
        ("immunizations.0.on", "2026-11-22", "immunizations[0].on:"),
        ("screenings.0.screening", "xray", "screenings[0].screening:"),
        ("screenings.0.on", ..., "screenings[0].on:"),
        ("screenings.0.result", "good", "screenings[0].result:"),
        ("exemptions.0.vaccine", "x", "exemptions[0].vaccine:"),
        ("exemptions.0.kind", "because", "exemptions[0].kind:"),
        ("exemptions.0.until", "some day", "exemptions[0].until:"),
        ("refusals", [{"vaccine": "x"}], "refusals[0].vaccine:"),
        ("bookings", [{"item": "x", "on": "2026-12-01"}], "bookings[0].item:"),
    ],
)
def test_a_wrong_input_is_refused_with_the_name_of_the_field(path, value, field):
    result = ask(changed(path, value))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(field)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "null",
        "[]",
        "{",
        '{"on": "2026-11-21",}',
        "\xff",
        '{"on":"x","on":"y"}',
        '{"\\ud800": 1}',
        "[" * 100000,
        '{"on":' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_json_object_is_refused(text):
    result = ask(text.encode("latin-1"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.strip()


def test_with_lines_every_line_is_answered_in_its_order():
    later = changed("on", "2026-12-21")
    result = ask("\n".join(json.dumps(a) for a in (ASKED, later)) + "\n\n", "--lines")
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert answers[0] == json.loads(ask(ASKED).stdout)
    assert answers[1] == json.loads(ask(later).stdout)


def test_with_lines_a_wrong_one_is_named_and_those_before_it_are_answered():
    lines = [json.dumps(ASKED), json.dumps(changed("immunizations.0.on", "2025-01-01")), json.dumps(ASKED)]
    result = ask("\n".join(lines), "--lines")
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr.startswith("line 2: immunizations[0].on:")


def test_a_refusal_and_a_booking_are_understood():
    asked = {
        **ASKED,
        "refusals": [{"vaccine": "opv"}],
        "exemptions": [{"vaccine": "pcv", "kind": "refusal"}],
        "bookings": [{"item": "mmr", "on": "2026-11-25"}],
    }
    found = {one["item"]: one["status"] for one in json.loads(ask(asked).stdout)["recommendations"]}
    assert (found["opv"], found["pcv"], found["mmr"]) == ("refused", "refused", "not_yet")


def test_only_the_day_and_the_person_are_needed():
    person = {"birth_date": "1980-07-19", "sex": "male"}
    result = ask({"on": "2026-11-21", "person": person})
    assert result.exit_code == 0
    found = {one["item"]: one["status"] for one in json.loads(result.stdout)["recommendations"]}
    assert found["targeted_check"] == "overdue"
    assert found["hpv"] == "not_for_person"


def test_null_is_the_same_as_left_out():
    person = {"birth_date": "1980-07-19", "sex": "male"}
    nothing = {"pregnant": None, "conditions": None, "region": None}
    bare = {"on": "2026-11-21", "person": person}
    full = {"on": "2026-11-21", "person": {**person, **nothing}, "immunizations": None, "exemptions": None}
    assert ask(full).stdout == ask(bare).stdout


def test_another_calendar_is_taken_from_a_file():
    asked = {
        "on": "2020-08-13",
        "person": {"birth_date": "2020-06-08", "sex": "female"},
        "immunizations": [{"vaccine": "cvx-107", "on": "2020-07-20"}],
    }
    result = ask(asked, "--calendar", str(ROOT / "tests/data/cdsi_vaccination.yml"))
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["calendar"] == "cdsi-2020"
    assert answer["doses"][0]["series"] == "dtp"


def test_a_broken_calendar_is_refused_with_file_and_line(tmp_path):
    broken = tmp_path / "broken.yml"
    broken.write_text("calendars:\n  - id: x\n", encoding="utf-8")
    result = ask(ASKED, "--calendar", str(broken))
    assert result.exit_code == 2
    assert "broken.yml:2" in result.stderr
    assert ask(ASKED, "--calendar", str(tmp_path / "none.yml")).exit_code == 2
