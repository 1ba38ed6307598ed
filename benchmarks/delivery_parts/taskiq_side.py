"""The same messages as tasks of taskiq over a Redis stream, its fastest broker that acknowledges."""

from __future__ import annotations

import asyncio
import os
import sys

import aiohttp
import psycopg
from taskiq import TaskiqEvents, TaskiqState
from taskiq_redis import RedisStreamBroker

from benchmarks.delivery_parts.dispatch import BEGIN_ONE, SETTLE_ONE

CONNECTIONS = 16
broker = RedisStreamBroker(os.environ["BENCH_REDIS"], xread_count=200)
connections: asyncio.Queue[psycopg.AsyncConnection] = asyncio.Queue()


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def start(state: TaskiqState) -> None:
    state.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    broker.state = state
    if url := os.environ["BENCH_DATABASE"]:
        for _ in range(CONNECTIONS):
            connections.put_nowait(await psycopg.AsyncConnection.connect(url, autocommit=True))


async def ask(query: str, *values: object) -> object:
    connection = await connections.get()
    try:
        cursor = await connection.execute(query, values)
        return (await cursor.fetchone())[0] if cursor.description else None
    finally:
        connections.put_nowait(connection)


@broker.task(task_name="send")
async def send(occurrence_id: int, chat_id: int, words: str) -> None:
    recorded = bool(os.environ["BENCH_DATABASE"])
    attempt = await ask(BEGIN_ONE, occurrence_id) if recorded else None
    url = os.environ["BENCH_TELEGRAM"] + "/bot42:x/sendMessage"
    async with broker.state.session.post(url, data={"chat_id": chat_id, "text": words}) as response:
        sent = await response.json()
    if recorded:
        await ask(SETTLE_ONE, str(sent["result"]["message_id"]), attempt)


async def fill(number: int) -> None:
    await broker.startup()
    for first in range(1, number + 1, 500):
        many = range(first, min(first + 500, number + 1))
        await asyncio.gather(*(send.kiq(i, 100_000 + i, "Rejadagi tashrif vaqti keldi.") for i in many))
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(fill(int(sys.argv[1])))
