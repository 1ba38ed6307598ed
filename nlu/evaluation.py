"""How well messages are understood: the held-out set and the red flags through each engine, told plainly and kept as a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from core import script, triage
from core.intents import ENTITIES, Interpretation
from nlu import duplicates, examples, parsing, scores, server, training
from nlu.examples import Example
from nlu.scores import Found, Judged

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = ROOT / "tests" / "data" / "nlu"
RED_FLAGS = ROOT / "tests" / "data" / "red_flags" / "held_out.yml"
# A day like another, so that the report is the same tomorrow.
NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
WORST = 15
# The held-out set has a file for each written form.
_FILES = {"uz_latn": "uz-Latn", "uz_cyrl": "uz-Cyrl", "ru": "ru", "ru_latn": "ru-Latn", "mixed": "mixed"}
_APART = 6
_SHORT, _THE_SAME = 20, 0.9
_CURVE = (16, 8, 4, 2, 1)
Say = Callable[[str], None]


class NoHeldOutSet(Exception):
    """There is nothing to judge by."""

    def __init__(self) -> None:
        super().__init__(f"no held-out messages in {HELD_OUT.relative_to(ROOT)}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one engine made of the held-out set."""

    engine: str
    judged: tuple[Judged, ...]
    entities: dict[str, Found]


@dataclass(frozen=True, slots=True)
class RedFlagOutcome:
    """`rules` alone, and with the model as the second net; each message that was got wrong."""

    recall: float
    false_alarms: float
    recall_with_model: float
    false_alarms_with_model: float
    missed: tuple[str, ...]
    false: tuple[str, ...]


def held_out() -> tuple[Example, ...]:
    """The messages to judge by, without those that by chance are training lines too. Raises NoHeldOutSet."""
    found = written()
    if not found:
        raise NoHeldOutSet
    leaked = {line.text for line, _, _ in leaks()}
    return tuple(e for e in found if e.text not in leaked)


def written() -> tuple[Example, ...]:
    """The whole held-out set."""
    return examples.load(HELD_OUT) if HELD_OUT.exists() else ()


def leaks() -> list[duplicates.Pair]:
    """Held-out messages that nearly are training lines. Greetings and the like are the same few words everywhere: not counted."""
    longer = [e for e in written() if len(e.text) > _SHORT]
    return list(duplicates.alike(longer, examples.load(), _THE_SAME))


def judge_pipeline(pipeline: Path, var_dir: Path, say: Say, part: int = 1) -> Outcome:
    """The held-out set through Rasa with this pipeline, trained on the same data or on every `part`th line of it."""
    with server.running(var_dir, say, pipeline, part) as url:
        outcome = judge("rasa", url, var_dir, say)
    name = "ours" if pipeline == training.CONFIG else pipeline.stem
    return replace(outcome, engine=f"{name} on 1/{part}" if part > 1 else name)


def judge(engine: str, url: str | None, var_dir: Path, say: Say) -> Outcome:
    """The held-out set through `rasa` or `embedded`."""
    wanted = held_out()
    found = parsing.parse([e.text for e in wanted], NOW, engine, url, var_dir, say)
    judged = tuple(_judged(e, i) for e, i in zip(wanted, found, strict=True))
    return Outcome(engine, judged, _entities(wanted, found))


def _judged(example: Example, meaning: Interpretation) -> Judged:
    # The probability of what was said: a red flag's certainty is not the model's.
    promised = (
        dict(meaning.ranking).get(meaning.intent, meaning.confidence)
        if meaning.red_flag
        else meaning.confidence
    )
    return Judged(example.text, example.intent, meaning.intent, promised, _form(example))


def _form(example: Example) -> str:
    return _FILES.get(example.source.removesuffix(".yml")) or script.detect(example.text)


def _entities(wanted: Sequence[Example], found: Sequence[Interpretation]) -> dict[str, Found]:
    """A mark is found when an entity of its name overlaps it; extras count only in lines where anything is marked."""
    counts = {name: [0, 0, 0] for name in ENTITIES}
    for example, meaning in zip(wanted, found, strict=True):
        for name in ENTITIES:
            marks = [m for m in example.marks if m.entity == name]
            values = [e for e in meaning.entities if e.entity == name]
            hit = sum(any(e.start < m.start + len(m.text) and m.start < e.end for e in values) for m in marks)
            counts[name][0] += hit
            counts[name][1] += max(0, len(values) - hit) if example.marks else 0
            counts[name][2] += len(marks) - hit
    return {name: Found(*c) for name, c in counts.items() if any(c)}


def judge_red_flags(var_dir: Path, say: Say) -> RedFlagOutcome | None:
    """The held-out half of the red flags and their look-alikes; None where there is no such file."""
    if not RED_FLAGS.exists():
        return None
    lists = yaml.safe_load(RED_FLAGS.read_text(encoding="utf-8"))
    flags = [text for texts in lists["red_flags"].values() for text in texts]
    others = [text for texts in lists["look_alikes"].values() for text in texts]
    meanings = parsing.parse([*flags, *others], NOW, "embedded", None, var_dir, say)
    alarmed = [m.intent == "emergency" for m in meanings]
    missed = [t for t in flags if triage.find(t) is None]
    false = [t for t in others if triage.find(t) is not None]
    return RedFlagOutcome(
        recall=1 - len(missed) / len(flags),
        false_alarms=len(false) / len(others),
        recall_with_model=sum(alarmed[: len(flags)]) / len(flags),
        false_alarms_with_model=sum(alarmed[len(flags) :]) / len(others),
        missed=tuple(missed),
        false=tuple(false),
    )


def learning_curve(say: Say) -> list[tuple[int, float]]:
    """The in-process engine trained on parts of the data, each twice the last: lines and macro-F1 on the held-out set."""
    from nlu import learning

    wanted, everything = held_out(), examples.load()
    points = []
    for part in _CURVE:
        some = everything[::part]
        engine = learning.fit(learning.lines(some))
        judged = [Judged(e.text, e.intent, *engine.classify(e.text)[0], _form(e)) for e in wanted]
        points.append((len(some), scores.macro_f1(judged)))
        say(f"learning curve: {len(some)} lines, macro-F1 {points[-1][1]:.3f}")
    return points


def strangers(say: Say) -> list[Judged]:
    """The harder measure: every sixth hand-written line kept from training. No two of those lines are near each other."""
    from nlu import learning

    everything = examples.load()
    engine = learning.fit(learning.lines(e for i, e in enumerate(everything) if i % _APART), say)
    return [Judged(e.text, e.intent, *engine.classify(e.text)[0], e.language) for e in everything[::_APART]]


def summary(outcome: Outcome) -> list[str]:
    """What `salomat nlu evaluate` prints for one engine."""
    judged = outcome.judged
    lines = [
        f"{outcome.engine}: {len(judged)} messages, accuracy {scores.accuracy(judged):.3f}, "
        f"macro-F1 {scores.macro_f1(judged):.3f}, calibration error {scores.calibration_error(judged):.3f}"
    ]
    for form, rows in scores.by_form(judged).items():
        lines.append(
            f"  {form:8} {len(rows):5} messages  accuracy {scores.accuracy(rows):.3f}  macro-F1 {scores.macro_f1(rows):.3f}"
        )
    lines += [f"  {n:3} × {m} taken for {s}" for m, s, n, _ in scores.confusions(judged)[:WORST]]
    lines += [
        f"  {name:15} F1 {f.f1:.3f} ({f.right} found, {f.missed} missed, {f.extra} extra)"
        for name, f in outcome.entities.items()
    ]
    return lines


def red_flag_summary(outcome: RedFlagOutcome) -> list[str]:
    return [
        f"red flags, rules alone: recall {outcome.recall:.3f}, false alarms {outcome.false_alarms:.3f}",
        f"red flags, with the model: recall {outcome.recall_with_model:.3f}, false alarms {outcome.false_alarms_with_model:.3f}",
    ]
