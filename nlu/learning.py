"""How an engine learns: features counted, weighed by rarity, a network fitted. The same for the in-process engine and in Rasa."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from core.intents import INTENTS
from nlu import augment, network
from nlu.embedded import EmbeddedEngine, weighed
from nlu.examples import Example
from nlu.features import ABOUT, features

SEED = 2026
# A feature of a single line is noise more often than knowledge, and half of all features are.
_WRITTEN_AT_LEAST, _SEEN_AT_LEAST = 2, 6
_DERIVED_COUNTS = 0.5

# scipy has no types; a CSR matrix, a row a line.
Matrix = Any


@dataclass(frozen=True)
class Line:
    """One text to learn from; `derived` ones, made from hand-written ones, count less."""

    text: str
    intent: str
    derived: bool = False


def lines(examples: Iterable[Example]) -> tuple[Line, ...]:
    """Every example and the forms derived from it."""
    found = []
    for example in examples:
        found.append(Line(example.text, example.intent))
        found += [Line(d.text, example.intent, derived=True) for d in augment.derive(example)]
    return tuple(found)


def fit(
    lines: Sequence[Line],
    say: Callable[[str], None] = lambda _: None,
    networks: int = 1,
    shape: network.Shape | None = None,
) -> EmbeddedEngine:
    """A trained engine of so many networks; the same lines give the same engine."""
    labels = tuple(i for i in INTENTS if any(line.intent == i for line in lines))
    counts = [Counter(features(line.text)) for line in lines]
    vocabulary = _vocabulary(lines, counts)
    say(f"{len(lines)} lines, {len(vocabulary)} features")
    terms = _matrix(counts, vocabulary)
    idf = (np.log((1 + len(lines)) / (1 + terms.getnnz(axis=0))) + 1).astype(np.float32)
    table = _weigh(terms, idf, np.array([name.startswith(ABOUT) for name in vocabulary], bool))
    number = {label: i for i, label in enumerate(labels)}
    targets = np.array([number[line.intent] for line in lines])
    counted = np.array([_DERIVED_COUNTS if line.derived else 1.0 for line in lines], np.float32)
    learnt = [
        network.learn(
            table, targets, counted, len(labels), SEED + i, shape, lambda words: say(f"learning, {words}")
        )
        for i in range(networks)
    ]
    return EmbeddedEngine(vocabulary, idf, learnt, labels)


def _vocabulary(lines: Sequence[Line], counts: Sequence[Counter[str]]) -> dict[str, int]:
    """Features seen in enough hand-written lines, or in more lines than are ever derived from one."""
    written: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for line, found in zip(lines, counts, strict=True):
        seen.update(found.keys())
        if not line.derived:
            written.update(found.keys())
    known = (f for f, n in seen.items() if written[f] >= _WRITTEN_AT_LEAST or n >= _SEEN_AT_LEAST)
    return {f: i for i, f in enumerate(sorted(known))}


def _matrix(counts: Sequence[Counter[str]], vocabulary: dict[str, int]) -> Matrix:
    columns, values, ends = array("i"), array("f"), [0]
    for found in counts:
        known = {i: n for f, n in found.items() if (i := vocabulary.get(f)) is not None}
        columns.extend(known.keys())
        values.extend(known.values())
        ends.append(len(columns))
    return sparse.csr_matrix(
        (np.array(values), np.array(columns), ends), shape=(len(counts), len(vocabulary))
    )


def _weigh(terms: Matrix, idf: Any, about: Any) -> Matrix:
    table = terms.copy()
    for start, end in zip(table.indptr[:-1], table.indptr[1:], strict=True):
        columns = table.indices[start:end]
        table.data[start:end] = weighed(table.data[start:end], idf[columns], about[columns])
    return table
