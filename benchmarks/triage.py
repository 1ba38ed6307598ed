"""How long the look for red flags takes, on the messages of the held-out half.

Run: python benchmarks/triage.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import triage  # noqa: E402


def milliseconds(text: str) -> float:
    started = time.perf_counter()
    triage.find(text)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    data = yaml.safe_load((ROOT / "tests/data/red_flags/held_out.yml").read_text(encoding="utf-8"))
    texts = [text for half in data.values() for texts in half.values() for text in texts]
    print(f"load and first message: {milliseconds('salom'):.0f} ms")
    for label in ("new words", "known words"):
        taken = sorted(map(milliseconds, texts))
        p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
        print(f"{label}: {len(taken)} messages, p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    print(f"4,000 characters: {milliseconds(' '.join(texts)[:4000]):.1f} ms")


if __name__ == "__main__":
    main()
