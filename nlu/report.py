"""The report of an evaluation: docs/nlu-report.md, with its two plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlu import augment, charts, examples, scores
from nlu.evaluation import ROOT, WORST, Outcome, RedFlagOutcome, red_flag_summary
from nlu.scores import Judged

REPORT = ROOT / "docs" / "nlu-report.md"


def write(
    outcomes: Sequence[Outcome],
    flags: RedFlagOutcome | None,
    curve: Sequence[tuple[int, float]],
    hard: Sequence[Judged],
    path: Path = REPORT,
) -> None:
    """The generated half of the report, between its two marks; what people wrote around it stays."""
    pictures = path.parent / "nlu-report"
    pictures.mkdir(parents=True, exist_ok=True)
    plots = {o.engine: scores.reliability(o.judged) for o in outcomes}
    (pictures / "reliability.svg").write_text(charts.reliability(plots), encoding="utf-8")
    if curve:
        (pictures / "learning.svg").write_text(charts.learning({"in-process": curve}), encoding="utf-8")
    before, after = _around(path)
    path.write_text(
        before + _BEGIN + "\n".join(_report(outcomes, flags, curve, hard)) + "\n" + _END + after,
        encoding="utf-8",
    )


_BEGIN, _END = "<!-- figures: salomat nlu evaluate -->\n", "<!-- end of figures -->\n"


def _around(path: Path) -> tuple[str, str]:
    if not path.exists() or _BEGIN not in (text := path.read_text(encoding="utf-8")):
        return "# How well messages are understood\n\n", ""
    before, rest = text.split(_BEGIN, 1)
    return before, rest.split(_END, 1)[1]


def _report(
    outcomes: Sequence[Outcome],
    flags: RedFlagOutcome | None,
    curve: Sequence[tuple[int, float]],
    hard: Sequence[Judged],
) -> list[str]:
    own = examples.load()
    lines = [
        f"Held-out set: {len(outcomes[0].judged)} messages, written apart from the {len(own)} training lines "
        f"({sum(len(augment.derive(e)) for e in own)} more derived from them).",
        "",
        "| engine | accuracy | macro-F1 | "
        + " | ".join(f"F1 {f}" for f in _forms(outcomes))
        + " | calibration error |",
        "|---" * (4 + len(_forms(outcomes))) + "|",
    ]
    for o in outcomes:
        groups = scores.by_form(o.judged)
        cells = [f"{scores.macro_f1(groups[f]):.3f}" for f in _forms(outcomes)]
        lines.append(
            f"| {o.engine} | {scores.accuracy(o.judged):.3f} | {scores.macro_f1(o.judged):.3f} | {' | '.join(cells)} "
            f"| {scores.calibration_error(o.judged):.3f} |"
        )
    lines += ["", "![Confidence against share right](nlu-report/reliability.svg)", ""]
    if curve:
        lines += ["![Learning curve](nlu-report/learning.svg)", ""]
        lines += [
            "| hand-written lines | macro-F1, in-process |",
            "|---|---|",
            *(f"| {n} | {f:.3f} |" for n, f in curve),
            "",
        ]
    if hard:
        lines += [
            f"A harder measure: {len(hard)} of the hand-written lines, kept from training. No two of those lines are near each "
            f"other, so each is a way to say it never seen: accuracy {scores.accuracy(hard):.3f}, "
            f"macro-F1 {scores.macro_f1(hard):.3f}, calibration error {scores.calibration_error(hard):.3f} (in-process engine).",
            "",
        ]
    if flags:
        lines += [*(f"- {line}" for line in red_flag_summary(flags)), "", "Missed by the rules:", ""]
        lines += (
            [f"- {t}" for t in flags.missed]
            + ["", "False alarms of the rules:", ""]
            + [f"- {t}" for t in flags.false]
            + [""]
        )
    for o in outcomes:
        lines += _details(o)
    return lines


def _details(outcome: Outcome) -> list[str]:
    lines = [
        f"## {outcome.engine}: weakest",
        "",
        "| meant | taken for | times | for example |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {m} | {s} | {n} | {t.replace('|', '/')} |"
        for m, s, n, t in scores.confusions(outcome.judged)[:WORST]
    ]
    worst = sorted(scores.f1_by_intent(outcome.judged).items(), key=lambda item: item[1])[:WORST]
    lines += ["", "| intent | F1 |", "|---|---|", *(f"| {i} | {f:.3f} |" for i, f in worst), ""]
    lines += ["| entity | F1 | found | missed | extra |", "|---|---|---|---|---|"]
    return [
        *lines,
        *(f"| {n} | {f.f1:.3f} | {f.right} | {f.missed} | {f.extra} |" for n, f in outcome.entities.items()),
        "",
    ]


def _forms(outcomes: Sequence[Outcome]) -> list[str]:
    return list(scores.by_form(outcomes[0].judged))
