"""The budget at 30 a second: two workers' reminders, and a bot that answers meanwhile, each in a process of its own.

Answers come as people write: at random, three a second. Their time is from the moment the bot has its words to the moment
Telegram has them. And single due messages: from their moment to Telegram, by a whole worker with its ticks.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial

from sqlalchemy import update

import channels
from benchmarks.delivery_parts import stage
from bot.__main__ import make_bot
from bot.turns import InTurn
from core import logs
from db.engine import connect
from db.reminders import Reminder
from reminders import jobs
from reminders.work import Work
from services import budget

ANSWERS_PER_S = 3.0
ANSWERED = 1


async def worker(database_url: str, telegram_url: str) -> None:
    """Sends what is due until nothing is."""
    logs.configure("json")
    settings = stage.settings(database_url, telegram_url)
    database = connect(settings)
    ways = channels.from_settings(settings, partial(budget.reminders_turns, database, settings))
    async with stage.watched():
        await jobs.deliver(Work(database, ways, settings, stage.now, f"worker {os.getpid()}"))
    await ways["telegram"].close()
    await database.close()


async def answers(database_url: str, telegram_url: str, seconds: float) -> list[tuple[int, float]]:
    """(chat, when the bot had its words) of each; the bot's own session and middleware."""
    settings = stage.settings(database_url, telegram_url)
    database, bot, chance = connect(settings), make_bot(settings), random.Random(7)
    bot.session.middleware(InTurn(budget.answers_turns(database, settings)))
    said: list[tuple[int, float]] = []
    tasks: set[asyncio.Task[object]] = set()
    async with stage.watched():
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(chance.expovariate(ANSWERS_PER_S))
            chat_id = ANSWERED + len(said)
            said.append((chat_id, time.monotonic()))
            tasks.add(asyncio.create_task(bot.send_message(chat_id, "Assalomu alaykum!")))
        await asyncio.gather(*tasks)
    await bot.session.close()
    await database.close()
    return said


def start(part: str, *values: object) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        str(stage.ROOT / "benchmarks" / "delivery.py"),
        "--part",
        part,
        *map(str, values),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


async def staged(number: int, database_url: str, telegram_url: str, *, due: bool) -> None:
    database = connect(stage.settings(database_url, telegram_url))
    await stage.people(database, number, due_at=stage.now() if due else None, now=stage.now())
    await database.close()


async def promise_singles(database_url: str, telegram_url: str, number: int, seconds: float) -> list[float]:
    """One promise at a random moment each; their moments by CLOCK_MONOTONIC."""
    database, chance = connect(stage.settings(database_url, telegram_url)), random.Random(11)
    now, here, moments = stage.now(), time.monotonic(), []
    async with database.transaction() as session:
        for person_id in range(1, number + 1):
            after_s = 8 + chance.random() * seconds
            moments.append(here + after_s)
            at = now + timedelta(seconds=after_s)
            due = {"next_step": "day-1", "next_at": at, "due_on": (at + timedelta(days=1)).date()}
            await session.execute(update(Reminder).where(Reminder.id == person_id).values(**due))
    await database.close()
    return moments


def whole_worker(database_url: str, telegram_url: str) -> subprocess.Popen[bytes]:
    env = os.environ | {
        "DATABASE_URL": database_url,
        "TELEGRAM_TOKEN": stage.TOKEN,
        "TELEGRAM_API_URL": telegram_url,
        "ENCRYPTION_KEYS": stage.KEY,
        "LOOKUP_KEY": "benchmark",
        "QUIET_FROM_HOUR": "0",
        "QUIET_TO_HOUR": "0",
        "PYTHONPATH": str(stage.ROOT),
    }
    command = [sys.executable, "-m", "reminders"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def delays(moments: list[float], arrived: list[tuple[float, int]]) -> list[float]:
    by_chat = {chat_id: at for at, chat_id in arrived}
    nothing = float("inf")
    return [by_chat.get(stage.FIRST_CHAT + i, nothing) - at for i, at in enumerate(moments, start=1)]
