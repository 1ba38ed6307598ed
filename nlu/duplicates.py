"""Lines that say the same in the same words: within the training data, and between it and the held-out set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from core import script
from nlu.examples import Example

_GRAM = 3
_ROWS_AT_ONCE = 1000
Pair = tuple[Example, Example, float]


def grams(text: str) -> frozenset[str]:
    """Runs of three characters of the folded text, its ends included."""
    edged = f" {script.fold(text)} "
    return frozenset(edged[i : i + _GRAM] for i in range(max(1, len(edged) - _GRAM + 1)))


def alike(lines: Sequence[Example], others: Sequence[Example], at_least: float) -> Iterator[Pair]:
    """Each line with the likest other one, where they share this much of their character runs (Jaccard).

    With the same sequence twice, a line is compared with those after it only, so that each pair comes once.
    """
    numbers: dict[str, int] = {}
    here, there = _table(lines, numbers), _table(others, numbers)
    width = len(numbers)
    here.resize(here.shape[0], width)
    there.resize(there.shape[0], width)
    sizes_here, sizes_there = here.getnnz(axis=1), there.getnnz(axis=1)
    for first in range(0, len(lines), _ROWS_AT_ONCE):
        shared = (here[first : first + _ROWS_AT_ONCE] @ there.T).tocsr()
        for row in range(shared.shape[0]):
            i, cells = first + row, slice(shared.indptr[row], shared.indptr[row + 1])
            columns, common = shared.indices[cells], shared.data[cells]
            likeness = common / (sizes_here[i] + sizes_there[columns] - common)
            if lines is others:
                likeness = np.where(columns > i, likeness, 0)
            if likeness.size and likeness.max() >= at_least:
                best = int(likeness.argmax())
                yield lines[i], others[columns[best]], float(likeness[best])


def _table(lines: Sequence[Example], numbers: dict[str, int]) -> sparse.csr_matrix:
    """A row a line, a column a run; `numbers` gives each run its column and grows."""
    rows = [[numbers.setdefault(g, len(numbers)) for g in grams(e.text)] for e in lines]
    ends = np.cumsum([0] + [len(row) for row in rows])
    columns = np.fromiter((c for row in rows for c in row), np.int32, ends[-1])
    shape = (len(rows), max(1, len(numbers)))
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=shape)
