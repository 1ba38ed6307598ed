"""How an engine learns: features counted, weighed by rarity, a network fitted. The same for the in-process engine and in Rasa."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from core.intents import INTENTS
from nlu import augment, network
from nlu.embedded import ABOUT_SHARE, EmbeddedEngine
from nlu.examples import Example
from nlu.features import ABOUT, of_word, parts

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
    vocabulary, terms = _known(*_counted(lines), np.array([not line.derived for line in lines]))
    say(f"{len(lines)} lines, {len(vocabulary)} features")
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


def _counted(lines: Sequence[Line]) -> tuple[list[str], Matrix]:
    """All features there are, and how often each line has them."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    of_words: dict[str, list[int]] = {}  # the same words come again and again
    columns, ends = array("i"), [0]
    for line in lines:
        words, others = parts(line.text)
        found = [numbers[feature] for feature in others]
        for word in words:
            if word not in of_words:
                of_words[word] = [numbers[feature] for feature in of_word(word)]
            found += of_words[word]
        columns.extend(found)
        ends.append(len(columns))
    ones = np.ones(len(columns), np.float32)
    table = sparse.csr_matrix((ones, np.array(columns), ends), shape=(len(lines), len(numbers)))
    table.sum_duplicates()
    return list(numbers), table


def _known(names: list[str], table: Matrix, written: Any) -> tuple[dict[str, int], Matrix]:
    """Features seen in enough hand-written lines, or in more lines than are ever derived from one; and their columns."""
    enough = table[written].getnnz(axis=0) >= _WRITTEN_AT_LEAST
    enough |= table.getnnz(axis=0) >= _SEEN_AT_LEAST
    known = sorted(np.flatnonzero(enough), key=names.__getitem__)
    return {names[column]: i for i, column in enumerate(known)}, table[:, known]


def _weigh(terms: Matrix, idf: Any, about: Any) -> Matrix:
    """`nlu.embedded.weighed` for every row at once."""
    table = terms.copy()
    table.data = ((1 + np.log(table.data)) * idf[table.indices]).astype(np.float32)
    rows = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    for part, share in ((~about[table.indices], 1.0), (about[table.indices], ABOUT_SHARE)):
        lengths = np.sqrt(np.bincount(rows[part], table.data[part] ** 2, table.shape[0]))
        scale = np.divide(share, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        table.data[part] *= scale[rows[part]].astype(np.float32)
    return table
