"""Figures about understanding, on sets small enough to count by hand."""

import pytest

from nlu import charts, scores
from nlu.scores import Found, Judged

ROWS = [
    Judged("a", "greet", "greet", 0.9, "ru"),
    Judged("b", "greet", "thanks", 0.6, "ru"),
    Judged("c", "thanks", "thanks", 0.8, "uz-Latn"),
    Judged("d", "cancel", "thanks", 0.4, "uz-Latn"),
]


def test_shares_and_f1_are_counted_by_hand():
    assert scores.accuracy(ROWS) == 0.5
    assert scores.f1_by_intent(ROWS) == pytest.approx({"greet": 2 / 3, "thanks": 0.5, "cancel": 0.0})
    assert scores.macro_f1(ROWS) == pytest.approx((2 / 3 + 0.5) / 3)
    assert {form: scores.accuracy(rows) for form, rows in scores.by_form(ROWS).items()} == {
        "ru": 0.5,
        "uz-Latn": 0.5,
    }


def test_confusions_name_what_was_taken_for_what():
    assert scores.confusions(ROWS) == [("greet", "thanks", 1, "b"), ("cancel", "thanks", 1, "d")]


def test_an_engine_as_sure_as_it_is_right_has_no_calibration_error():
    honest = [Judged("", "greet", "greet" if i < 8 else "thanks", 0.8, "ru") for i in range(10)]
    assert scores.calibration_error(honest) == pytest.approx(0)
    assert scores.calibration_error(ROWS) == pytest.approx((0.1 + 0.6 + 0.2 + 0.4) / 4)


def test_entity_f1_counts_missed_and_extra():
    assert Found(8, 1, 1).f1 == pytest.approx(16 / 18)
    assert Found(0, 0, 0).f1 == 0


def test_plots_are_svg_with_every_engine_named():
    plot = charts.reliability({"rasa": scores.reliability(ROWS * 5), "embedded": scores.reliability(ROWS)})
    assert plot.startswith("<svg")
    assert plot.rstrip().endswith("</svg>")
    assert {name for name in ("rasa", "embedded") if name in plot} == {"rasa", "embedded"}
    assert "2000" in charts.learning({"in-process": [(1000, 0.5), (2000, 0.6)]})
