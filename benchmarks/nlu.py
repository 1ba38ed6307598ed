"""How fast messages are understood: start and p50/p99 of the in-process engine, the values, the red flags, and Rasa over HTTP.

Run: .venv/bin/python -m benchmarks.nlu [--rasa]
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from core import triage
from core.settings import ROOT
from nlu import examples, server, training, values
from nlu.interpretation import interpret

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
VAR = ROOT / "var"
MESSAGES = 1000
IN_FLIGHT = 16


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rasa", action="store_true", help="the real Rasa too; trains it when needed")
    wanted = parser.parse_args()
    every = examples.load()
    texts = [e.text for e in every[:: max(1, len(every) // MESSAGES)]][:MESSAGES]
    engine = training.embedded(VAR, print)
    print(f"in-process engine, from nothing to the first answer: {_start():.2f} s")
    _each("in-process engine, one message", engine.classify, texts)
    _each("values, one message", lambda t: values.find_values(t, NOW), texts)
    _each("red flags, one message", triage.find, texts)
    _each("all of it, one message", lambda t: interpret(t, NOW, engine.classify(t), "embedded"), texts)
    if wanted.rasa:
        with server.running(VAR, print) as url:
            with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
                _each(
                    "Rasa over HTTP, one message",
                    lambda t: client.post("/model/parse", json={"text": t}),
                    texts,
                )
            print(f"Rasa over HTTP, {IN_FLIGHT} at once: {asyncio.run(_rate(url, texts)):.0f} messages/s")


def _start() -> float:
    """Seconds of a new process: imports, loading the cached model, one answer."""
    code = (
        "from pathlib import Path; from nlu import training;"
        f"training.embedded(Path({str(VAR)!r})).classify('qabulga yozilmoqchiman')"
    )
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    return time.perf_counter() - began


def _each(name: str, work: Callable[[str], object], texts: list[str]) -> None:
    for text in texts[:50]:
        work(text)
    times = []
    for text in texts:
        began = time.perf_counter()
        work(text)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    print(f"{name}: p50 {times[len(times) // 2]:.2f} ms, p99 {times[len(times) * 99 // 100]:.2f} ms")


async def _rate(url: str, texts: list[str]) -> float:
    lane = asyncio.Semaphore(IN_FLIGHT)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:

        async def one(text: str) -> None:
            async with lane:
                await client.post("/model/parse", json={"text": text})

        began = time.perf_counter()
        await asyncio.gather(*(one(text) for text in texts))
        return len(texts) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
