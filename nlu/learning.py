"""How the in-process engine learns: one linear classifier an intent over tf-idf features, then probabilities set right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.svm import LinearSVC

from core.intents import INTENTS
from nlu import augment
from nlu.embedded import EmbeddedEngine
from nlu.examples import Example
from nlu.features import features

SEED = 2026
# A feature of a single line is noise more often than knowledge, and half of all features are.
_SEEN_IN_LINES = 2
_HELD_BACK = 0.1
_REGULARISATION = 0.3

# scipy has no types; a CSR matrix, rows are lines.
Matrix: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Line:
    """One text to learn from. Lines derived from one hand-written line share its `origin`; `derived` ones count less."""

    text: str
    intent: str
    origin: int
    derived: bool = False


def fit(lines: Sequence[Line], say: Callable[[str], None] = lambda _: None) -> EmbeddedEngine:
    """A trained engine; the same lines give the same engine."""
    labels = tuple(i for i in INTENTS if any(line.intent == i for line in lines))
    counts = [Counter(features(line.text)) for line in lines]
    vocabulary = _vocabulary(lines, counts)
    say(f"{len(lines)} lines, {len(vocabulary)} features")
    terms = _matrix(counts, vocabulary)
    idf = np.log((1 + len(lines)) / (1 + terms.getnnz(axis=0))) + 1
    table = _weighed(terms, idf)
    targets = np.array([labels.index(line.intent) for line in lines])
    temperature = _temperature(lines, table, targets, len(labels))
    say(f"probabilities set right: scores times {temperature:.2f}")
    weights, bias = _classifiers(table, targets, lines, len(labels))
    return EmbeddedEngine(
        vocabulary,
        idf.astype(np.float32),
        weights.astype(np.float32),
        bias.astype(np.float32),
        labels,
        temperature,
    )


def _vocabulary(lines: Sequence[Line], counts: Sequence[Counter[str]]) -> dict[str, int]:
    """Features that stand in enough hand-written lines, or the forms derived from them."""
    origins: dict[str, set[int]] = {}
    for line, found in zip(lines, counts, strict=True):
        for feature in found:
            seen = origins.setdefault(feature, set())
            if len(seen) < _SEEN_IN_LINES:
                seen.add(line.origin)
    return {f: i for i, f in enumerate(sorted(f for f, o in origins.items() if len(o) >= _SEEN_IN_LINES))}


def _matrix(counts: Sequence[Counter[str]], vocabulary: dict[str, int]) -> Matrix:
    rows = [[(vocabulary[f], n) for f, n in found.items() if f in vocabulary] for found in counts]
    ends = np.cumsum([0] + [len(row) for row in rows])
    columns = np.fromiter((i for row in rows for i, _ in row), np.int32, ends[-1])
    values = np.fromiter((n for row in rows for _, n in row), np.float64, ends[-1])
    return sparse.csr_matrix((values, columns, ends), shape=(len(rows), len(vocabulary)))


def _weighed(terms: Matrix, idf: npt.NDArray[np.float64]) -> Matrix:
    """tf-idf with a logarithmic count, each row of length one."""
    table = terms.copy()
    table.data = (1 + np.log(table.data)) * idf[table.indices]
    length = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    length[length == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / length) @ table)


def _classifiers(
    table: Matrix, targets: npt.NDArray[np.int64], lines: Sequence[Line], labels: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    machine = LinearSVC(C=_REGULARISATION, random_state=SEED)
    machine.fit(table, targets, sample_weight=[0.5 if line.derived else 1.0 for line in lines])
    weights = np.zeros((table.shape[1], labels))
    bias = np.full(labels, -1.0)
    weights[:, machine.classes_], bias[machine.classes_] = machine.coef_.T, machine.intercept_
    return weights, bias


def _temperature(lines: Sequence[Line], table: Matrix, targets: npt.NDArray[np.int64], labels: int) -> float:
    """What to multiply scores by so that probabilities mean what they say on lines not learnt from."""
    origins = sorted({line.origin for line in lines})
    held = set(
        np.random.default_rng(SEED).choice(origins, int(len(origins) * _HELD_BACK), replace=False).tolist()
    )
    outside = np.array([line.origin in held for line in lines])
    judged = outside & np.array([not line.derived for line in lines])
    weights, bias = _classifiers(
        table[~outside], targets[~outside], [x for x, o in zip(lines, outside, strict=True) if not o], labels
    )
    scores = table[judged] @ weights + bias

    def surprise(temperature: float) -> float:
        odds = scores * temperature
        odds -= odds.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(odds).sum(axis=1)) - odds[np.arange(len(odds)), targets[judged]]))

    return float(minimize_scalar(surprise, bounds=(0.5, 20), method="bounded").x)


def lines(examples: Iterable[Example]) -> tuple[Line, ...]:
    """Every example and the forms derived from it."""
    found = []
    for origin, example in enumerate(examples):
        found.append(Line(example.text, example.intent, origin))
        found += [Line(d.text, example.intent, origin, derived=True) for d in augment.derive(example)]
    return tuple(found)
