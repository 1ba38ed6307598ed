"""Delivery, beside what people would use instead: everything in one run, so that ratios count and not seconds.

Run: python benchmarks/delivery.py [--quick]. taskiq and Celery are no dependencies of the product: the comparison with them is
left out, and says so, unless they are there: pip install taskiq taskiq-redis 'celery[redis]', and a redis-server.
Targets: 3,000 due in one second at 1,000/s all arrive within 1.15 x 3.0 s, the loop never frozen over 25 ms; dispatch 2.5 times
taskiq's and 8 times Celery's; no second above 30 messages, 28 a second over a minute; an answer meanwhile within 200 ms
(p99); 95 % of single messages within 10 s of their moment. What a kill -9 leaves is the chaos test's: make chaos.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.delivery_parts import a_second, dispatch, loopback, shares
from db import migrate
from db.embedded import EmbeddedPostgres

Found = dict[str, float]


START_S = 6.0
"""So long a process takes to be ready, with much to spare."""


def part(name: str, *values: object, processes: int = 1) -> list[Found]:
    """A side in processes of its own; the last line of each is what it found."""
    command = [sys.executable, __file__, "--part", name, *map(str, values)]
    with ThreadPoolExecutor() as pool:  # each is listened to: who may not write waits
        running = [
            pool.submit(subprocess.run, command, capture_output=True, text=True) for _ in range(processes)
        ]
    ended = [one.result() for one in running]
    for one in ended:
        if one.returncode:
            raise SystemExit(one.stderr[-2000:])
    return [json.loads(one.stdout.strip().splitlines()[-1]) for one in ended]


def one_second(number: int, database: str, telegram: str) -> None:
    print(f"\n{number} due in one second, at most {a_second.RATE} a second, Telegram answers after 60 ms")
    print("  side               arrived   seconds   of the limit   loop frozen   CPU a message")
    for workers in (1, 2):
        asyncio.run(shares.staged(number, database, telegram, due=True))
        loopback.arrivals(telegram)
        found = part(
            "a second", "Salomat", number, database, telegram, time.time() + START_S, processes=workers
        )
        _one_second("Salomat" if workers == 1 else f"Salomat, {workers} workers", number, found, telegram)
    for side in a_second.RIVALS:
        loopback.arrivals(telegram)
        _one_second(side, number, part("a second", side, number, database, telegram), telegram)


def _one_second(side: str, number: int, found: list[Found], telegram: str) -> None:
    at = [moment for moment, _chat in loopback.arrivals(telegram)]
    took = max(at) - min(at) if at else 0.0
    print(
        f"  {side:<18} {len(at):>7} {took:>9.2f} {took / (number / a_second.RATE):>12.2f} x"
        f" {max(one['frozen_ms'] for one in found):>10.0f} ms {sum(one['cpu_ms'] for one in found):>12.2f} ms",
        flush=True,
    )


def requests(number: int, telegram: str) -> None:
    print(f"\npython-telegram-bot, {number} messages, 64 in flight")
    for backend in ("httpx", "aiohttp"):
        (found,) = part("a second", backend, number, "", telegram)
        print(
            f"  over {backend:<8} {found['cpu_ms']:.2f} ms of CPU a message, {found['rate']:.0f}/s",
            flush=True,
        )


def dispatched(number: int, database: str, telegram: str) -> None:
    print(f"\nDispatch of {number} with real sends, one process, messages a second")
    loopback.arrivals(telegram)
    (found,) = part("dispatch", number, database, telegram)
    at = [moment for moment, _chat in loopback.arrivals(telegram)]
    ours = (len(at) - 1) / (max(at) - min(at))
    print(
        f"  Salomat, recorded at most ten together: {ours:.0f}; CPU a message {found['cpu_ms']:.2f} ms",
        flush=True,
    )
    if absent := dispatch.missing():
        print(f"  beside taskiq and Celery: left out, this machine has no {', '.join(absent)}")
        return
    for side in ("taskiq", "celery"):
        for recorded, tuned in ((True, False), (True, True), (False, True)):
            many = number if tuned else number // 5
            rate = dispatch.queue(side, many, database, telegram, recorded=recorded, tuned=tuned)
            how = "recorded one by one" if recorded else "nothing recorded"
            how += "" if tuned else ", at its defaults"
            print(f"  {side}, {how}: {rate:.0f}; Salomat {ours / max(rate, 1):.1f} x", flush=True)


def shared(number: int, database: str, telegram: str, workers: int) -> None:
    asyncio.run(shares.staged(number, database, telegram, due=True))
    loopback.arrivals(telegram)
    running = [shares.start("worker", database, telegram) for _ in range(workers)]
    bot = shares.start("answers", database, telegram, number / 30)
    for process in running:
        process.communicate()
    said = json.loads(bot.communicate()[0].decode().strip().splitlines()[-1])
    arrived = loopback.arrivals(telegram)
    reminders = sorted(at for at, chat in arrived if chat >= 100_000)
    by_chat = {chat: at for at, chat in arrived}
    waits = sorted((by_chat[chat] - at) * 1000 for chat, at in said)
    most = loopback.most_in_a_second([at for at, _chat in arrived])
    rate = (len(reminders) - 1) / (reminders[-1] - reminders[0])
    print(
        f"  {workers} workers and answers: {len(reminders)} reminders at {rate:.1f}/s, {len(waits)} answers; in any second at "
        f"most {most} of 30; answers p50 {waits[len(waits) // 2]:.0f} ms, p99 {waits[int(len(waits) * 0.99)]:.0f} ms",
        flush=True,
    )


def alone(number: int, database: str, telegram: str) -> None:
    asyncio.run(shares.staged(number, database, telegram, due=True))
    loopback.arrivals(telegram)
    shares.start("worker", database, telegram).communicate()
    at = sorted(moment for moment, _chat in loopback.arrivals(telegram))
    rate = (len(at) - 1) / (at[-1] - at[0])
    most = loopback.most_in_a_second(at)
    print(
        f"  a worker alone: {rate:.2f}/s over {at[-1] - at[0]:.0f} s; in any second at most {most} of 30",
        flush=True,
    )


def singles(number: int, seconds: float, database: str, telegram: str) -> None:
    asyncio.run(shares.staged(number, database, telegram, due=False))
    loopback.arrivals(telegram)
    worker = shares.whole_worker(database, telegram)
    moments = asyncio.run(shares.promise_singles(database, telegram, number, seconds))
    time.sleep(seconds + 25)
    worker.terminate()
    worker.wait()
    late = sorted(shares.delays(moments, loopback.arrivals(telegram)))
    within = sum(delay <= 10 for delay in late) / number
    print(
        f"  {number} single messages: {within:.0%} within 10 s of their moment, median {late[number // 2]:.1f} s",
        flush=True,
    )


def run_part(name: str, values: list[str]) -> object:
    logging.disable(logging.CRITICAL)  # APScheduler names each job it lost
    match name:
        case "a second":
            return a_second.run(values[0], int(values[1]), values[2], values[3], *map(float, values[4:]))
        case "dispatch":
            return dispatch.salomat(int(values[0]), values[1], values[2])
        case "worker":
            return asyncio.run(shares.worker(values[0], values[1]))
        case _:
            return asyncio.run(shares.answers(values[0], values[1], float(values[2])))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--only", choices=("requests", "second", "dispatch", "budget", "singles"))
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(run_part(given.part[0], given.part[1:])))
        return
    few = 10 if given.quick else 1
    with loopback.running() as telegram:
        if given.only in (None, "requests"):
            requests(2000 // few, telegram)
        if given.only != "requests":
            with_database(given.only, few, telegram)


def with_database(only: str | None, few: int, telegram: str) -> None:
    directory = Path(tempfile.mkdtemp(prefix="salomat-delivery-"))
    server = EmbeddedPostgres(directory / "data")
    try:
        database = server.ensure_database("delivery")
        migrate.upgrade(database)
        if only in (None, "second"):
            one_second(3000 // few, database, telegram)
        if only in (None, "dispatch"):
            dispatched(10_000 // few, database, telegram)
        if only in (None, "budget"):
            print("\nOne budget of 30 a second")
            alone(1750 // few, database, telegram)
            shared(1500 // few, database, telegram, workers=2)
        if only in (None, "singles"):
            singles(100 // few, 60 / few, database, telegram)
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
