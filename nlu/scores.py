"""Figures about understanding: shares right, F1 by intent and form, confusions, calibration. Lists in, figures out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BINS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One message: what it means, what the engine said with which probability, and its written form."""

    text: str
    intent: str
    said: str
    confidence: float
    form: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages whose confidence fell into one tenth: how sure the engine was, how often it was right."""

    count: int
    confidence: float
    right: float


def accuracy(judged: Sequence[Judged]) -> float:
    return sum(j.intent == j.said for j in judged) / len(judged) if judged else 0.0


def f1_by_intent(judged: Iterable[Judged]) -> dict[str, float]:
    """F1 of each intent that stands in the set."""
    rows = list(judged)
    hit = Counter(j.intent for j in rows if j.intent == j.said)
    meant, said = Counter(j.intent for j in rows), Counter(j.said for j in rows)
    return {i: 2 * hit[i] / (meant[i] + said[i]) for i in meant}


def macro_f1(judged: Iterable[Judged]) -> float:
    """Every intent counts the same, however often it stands in the set."""
    by_intent = f1_by_intent(judged)
    return sum(by_intent.values()) / len(by_intent) if by_intent else 0.0


def by_form(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    forms: dict[str, list[Judged]] = {}
    for one in judged:
        forms.setdefault(one.form, []).append(one)
    return dict(sorted(forms.items()))


def confusions(judged: Iterable[Judged]) -> list[tuple[str, str, int, str]]:
    """Meant, said, how often, and one such message; the commonest first."""
    wrong = [j for j in judged if j.intent != j.said]
    counts = Counter((j.intent, j.said) for j in wrong)
    return [
        (m, s, n, next(j.text for j in wrong if (j.intent, j.said) == (m, s)))
        for (m, s), n in counts.most_common()
    ]


def reliability(judged: Sequence[Judged]) -> list[Bin]:
    bins: list[list[Judged]] = [[] for _ in range(_BINS)]
    for one in judged:
        bins[min(int(one.confidence * _BINS), _BINS - 1)].append(one)
    return [Bin(len(b), sum(j.confidence for j in b) / len(b) if b else 0.0, accuracy(b)) for b in bins]


def calibration_error(judged: Sequence[Judged]) -> float:
    """How far, on average, what the engine promised lies from how often it was right."""
    return sum(b.count * abs(b.confidence - b.right) for b in reliability(judged)) / max(1, len(judged))


@dataclass(frozen=True, slots=True)
class Found:
    """Entities: found as marked, found where none is marked, marked and not found."""

    right: int
    extra: int
    missed: int

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.extra + self.missed)
