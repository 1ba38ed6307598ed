"""Dispatch with real asynchronous sends, one process: messages a second from the first to the last arrival, no rate limit.

Recorded: the attempt is on record before the request leaves and its outcome after, as one must who may be killed.
Salomat also reads who is to be told, decides, and writes the words; the queues get theirs finished.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from benchmarks.delivery_parts import loopback, stage
from core import logs
from core.ports import OutboundMessage, Receipt
from db.engine import connect
from reminders import jobs
from reminders.work import Work

PATIENCE_S = 90.0
CELERY_THREADS = 48

BEGIN_ONE = """
    WITH mine AS (
        UPDATE occurrences SET state = 'claimed', lead_id = id, channel = 'telegram'
        WHERE id = %s AND state = 'due' RETURNING id, person_id
    )
    INSERT INTO deliveries (key, occurrence_id, person_id, channel, address, state, capped, segments, created_at)
    SELECT 'benchmark' || id, id, person_id, 'telegram', ''::bytea, 'sending', true, 1, now() FROM mine RETURNING id
"""
SETTLE_ONE = """
    WITH sent AS (
        UPDATE deliveries SET state = 'sent', provider = 'telegram', provider_id = %s, sent_at = now()
        WHERE id = %s RETURNING occurrence_id
    )
    UPDATE occurrences o SET state = 'sent' FROM sent WHERE o.id = sent.occurrence_id
"""


class Straight:
    """Telegram by nothing but aiohttp: what is measured here is what stands around the request."""

    kind, name = "telegram", "telegram"

    def __init__(self, url: str) -> None:
        self._url = f"{url}/bot{stage.TOKEN}/sendMessage"
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def send(self, message: OutboundMessage) -> Receipt:
        async with self._session.post(
            self._url, data={"chat_id": message.to, "text": message.text}
        ) as response:
            sent = (await response.json())["result"]
        return Receipt("telegram", str(sent["message_id"]))

    async def close(self) -> None:
        await self._session.close()


def salomat(number: int, database_url: str, telegram_url: str) -> dict[str, float]:
    async def run() -> dict[str, float]:
        logs.configure("json")
        settings = stage.settings(database_url, telegram_url, telegram_rate_per_s=1000)
        database, channel = connect(settings), Straight(telegram_url)
        await stage.people(database, number, due_at=stage.now(), now=stage.now())
        work = Work(database, {"telegram": channel}, settings, stage.now, "benchmark")
        async with stage.watched() as frozen:
            busy = time.process_time()
            await jobs.deliver(work)
            result = {
                "frozen_ms": frozen.longest_ms,
                "cpu_ms": (time.process_time() - busy) * 1000 / number,
            }
        await channel.close()
        await database.close()
        return result

    return asyncio.run(run())


def missing() -> list[str]:
    """What the queues need and this machine has not, or not in versions that fit together."""
    names = ("taskiq", "taskiq_redis", "celery")
    found = [
        name
        for name in names
        if subprocess.run([sys.executable, "-c", f"import {name}"], stderr=-3).returncode
    ]
    return found + ([] if shutil.which("redis-server") else ["redis-server"])


@contextmanager
def redis() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            time.sleep(1)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


TASKIQ = ["taskiq", "worker", "benchmarks.delivery_parts.taskiq_side:broker", "--workers", "1"]
CELERY = ["celery", "-A", "benchmarks.delivery_parts.celery_side", "worker", "-l", "ERROR"]
# As they come, and tuned to what waits for answers: of Celery's pools threads are the fastest here.
WORKERS = {
    "taskiq": [*TASKIQ, "--max-async-tasks", "200", "--max-prefetch", "200", "--log-level", "ERROR"],
    "celery": [*CELERY, "--without-gossip", "--without-mingle", "--without-heartbeat"],
}
WORKERS["celery"] += ["-P", "threads", "-c", str(CELERY_THREADS)]
DEFAULTS = {"taskiq": TASKIQ, "celery": CELERY}


def queue(
    side: str, number: int, database_url: str, telegram_url: str, *, recorded: bool, tuned: bool = True
) -> float:
    """Messages a second."""
    asyncio.run(_stage(number, database_url, telegram_url))
    with redis() as redis_url:
        env = os.environ | {
            "BENCH_REDIS": redis_url,
            "BENCH_TELEGRAM": telegram_url,
            "BENCH_DATABASE": database_url if recorded else "",
            "PYTHONPATH": os.pathsep.join([str(stage.ROOT), os.environ.get("PYTHONPATH", "")]),
        }
        filling = [sys.executable, "-m", f"benchmarks.delivery_parts.{side}_side", str(number)]
        subprocess.run(filling, env=env, check=True, cwd=stage.ROOT)
        loopback.arrivals(telegram_url)
        worker = subprocess.Popen(
            [sys.executable, "-m", *(WORKERS if tuned else DEFAULTS)[side]],
            env=env,
            cwd=stage.ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return _rate(number, telegram_url)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)  # with the processes it started
            worker.wait()


async def _stage(number: int, database_url: str, telegram_url: str) -> None:
    database = connect(stage.settings(database_url, telegram_url))
    await stage.people(database, number, due_at=stage.now(), now=stage.now())
    await database.close()


def _rate(number: int, telegram_url: str) -> float:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        time.sleep(0.5)
        arrived = [at for at, _chat in loopback.arrivals(telegram_url, reset=False)]
        if len(arrived) >= number:
            break
    return (len(arrived) - 1) / (max(arrived) - min(arrived)) if len(arrived) > 1 else 0.0
