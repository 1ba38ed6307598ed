"""The in-process engine: a small network over the features of folded text, walked one message at a time with numpy alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.features import ABOUT, features
from nlu.network import Floats, Network

Ranking = tuple[tuple[str, float], ...]
# How much what the words are about counts beside how they are spelt.
ABOUT_SHARE = 0.5


class EmbeddedEngine:
    """A trained model. `classify` takes well under a millisecond, so it may be called from the event loop."""

    def __init__(
        self, vocabulary: dict[str, int], idf: Floats, networks: Sequence[Network], labels: Sequence[str]
    ) -> None:
        """`idf`: the weight of each feature, rarer ones more. The opinions of several `networks` are averaged."""
        self._vocabulary = vocabulary
        self._idf = idf
        self._networks = tuple(networks)
        self._labels = tuple(labels)
        self._about = np.array([name.startswith(ABOUT) for name in vocabulary], bool)

    def classify(self, text: str) -> Ranking:
        """All intents with their probabilities, likeliest first. A text with nothing known in it gets them all equal."""
        counts = Counter(i for f in features(text) if (i := self._vocabulary.get(f)) is not None)
        if not counts:
            return tuple((label, 1 / len(self._labels)) for label in self._labels)
        found = np.fromiter(counts.keys(), np.int64, len(counts))
        values = weighed(
            np.fromiter(counts.values(), np.float32, len(counts)), self._idf[found], self._about[found]
        )
        shares = np.mean([n.probabilities(found, values) for n in self._networks], axis=0)
        return tuple((self._labels[i], float(shares[i])) for i in np.argsort(-shares, kind="stable"))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {"idf": self._idf}
        for i, network in enumerate(self._networks):
            arrays |= {f"first{i}": network.first, f"first_bias{i}": network.first_bias}
            arrays |= {f"second{i}": network.second, f"second_bias{i}": network.second_bias}
        np.savez(folder / "weights.npz", **arrays)  # type: ignore[arg-type]
        (folder / "vocabulary.txt").write_text("\n".join(self._vocabulary), encoding="utf-8")
        about = {"labels": self._labels, "networks": len(self._networks)}
        (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> EmbeddedEngine:
        """Raises FileNotFoundError where nothing was saved."""
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        names = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
        with np.load(folder / "weights.npz") as arrays:
            networks = [
                Network(*(arrays[f"{part}{i}"] for part in ("first", "first_bias", "second", "second_bias")))
                for i in range(about["networks"])
            ]
            return cls({name: i for i, name in enumerate(names)}, arrays["idf"], networks, about["labels"])


def weighed(counts: Floats, idf: Floats, about: Sequence[bool] | np.ndarray) -> Floats:
    """tf-idf with a logarithmic count; spelling and meaning each made of length one, then weighed against each other."""
    values: Floats = ((1 + np.log(counts)) * idf).astype(np.float32)
    for part, share in ((~np.asarray(about), 1.0), (np.asarray(about), ABOUT_SHARE)):
        length = float(np.linalg.norm(values[part]))
        if length:
            values[part] *= share / length
    return values
