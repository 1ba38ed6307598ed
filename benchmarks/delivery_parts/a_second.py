"""3,000 reminders due in one second at 1,000 a second: Salomat, python-telegram-bot's JobQueue, APScheduler's job store.

All send with python-telegram-bot behind the same strict limiter (their own would let a burst through). Default: as their manuals
begin. Tuned: no misfire limit, at most 64 sends at once, our aiohttp requests, the same garbage collector.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.ext import ApplicationBuilder, CallbackContext, ExtBot, JobQueue
from telegram.request import HTTPXRequest

import channels
from benchmarks.delivery_parts import stage
from channels.limiter import StrictRateLimiter
from channels.telegram_request import AiohttpRequest
from core import logs
from core.budget import Budget
from core.turns import alone
from db.engine import async_url, connect
from reminders import jobs
from reminders.work import Work
from services import budget

RATE = 1000
WORDS = (
    "🔔 Rejadagi tashrif vaqti keldi.\n\nRejali emlash – 22.11.2026 gacha.\n\nOilaviy poliklinikada bepul."
)
GIVE_UP_S = 60.0
AT_ONCE = 64


@dataclass
class Sender:
    """One message by python-telegram-bot, as a job of a scheduler sends it."""

    bot: ExtBot[None]
    at_once: asyncio.Semaphore | None
    done: int = 0
    now: ClassVar[Sender | None] = None

    async def send(self, chat_id: int) -> None:
        if self.at_once is None:
            await self.bot.send_message(chat_id, WORDS)
        else:
            async with self.at_once:
                await self.bot.send_message(chat_id, WORDS)
        self.done += 1


async def send(chat_id: int) -> None:
    """A job in a store is a name and its arguments."""
    assert Sender.now is not None
    await Sender.now.send(chat_id)


def rival(telegram_url: str, *, tuned: bool) -> Sender:
    limiter = StrictRateLimiter(alone(Budget("rival", RATE), longest_wait_s=GIVE_UP_S))
    request = AiohttpRequest(trust_env=False) if tuned else _httpx()
    bot: ExtBot[None] = ExtBot(
        stage.TOKEN, base_url=f"{telegram_url}/bot", request=request, rate_limiter=limiter
    )
    return Sender(bot, asyncio.Semaphore(AT_ONCE) if tuned else None)


def _httpx() -> HTTPXRequest:
    return HTTPXRequest(connection_pool_size=256, pool_timeout=GIVE_UP_S, httpx_kwargs={"trust_env": False})


async def salomat(number: int, database_url: str, telegram_url: str, due_at_s: float) -> dict[str, float]:
    """One worker, from the moment the messages are due; another may do the same."""
    logs.configure("json")
    settings = stage.settings(
        database_url, telegram_url, telegram_rate_per_s=RATE, telegram_answers_share_per_s=10
    )
    database = connect(settings)
    ways = channels.from_settings(settings, partial(budget.reminders_turns, database, settings))
    work = Work(database, ways, settings, stage.now, "benchmark")
    async with stage.watched() as frozen:
        await asyncio.sleep(due_at_s - time.time())
        frozen.longest_ms, busy = 0.0, time.process_time()
        await jobs.deliver(work)
        result = {"frozen_ms": frozen.longest_ms, "cpu_ms": (time.process_time() - busy) * 1000 / number}
    await ways["telegram"].close()
    await database.close()
    return result


async def job_queue(number: int, telegram_url: str, *, tuned: bool) -> dict[str, float]:
    sender = rival(telegram_url, tuned=tuned)
    application = ApplicationBuilder().bot(sender.bot).updater(None).job_queue(JobQueue()).build()

    async def callback(context: CallbackContext) -> None:
        await sender.send(context.job.data)

    options = {"misfire_grace_time": None} if tuned else {}
    await application.job_queue.start()
    due = stage.now() + timedelta(seconds=8)
    for chat_id in range(1, number + 1):
        application.job_queue.run_once(callback, due, data=chat_id, job_kwargs=options)
    return await _until_done(sender, due, number, application.job_queue.scheduler)


async def job_store(number: int, database_url: str, telegram_url: str, *, tuned: bool) -> dict[str, float]:
    Sender.now = sender = rival(telegram_url, tuned=tuned)
    store = SQLAlchemyJobStore(url=async_url(database_url))
    options = {"misfire_grace_time": None} if tuned else {}
    scheduler = AsyncIOScheduler(
        jobstores={"default": store},
        executors={"default": AsyncIOExecutor()},
        timezone="UTC",
        job_defaults=options,
    )
    scheduler.start(paused=True)
    store.remove_all_jobs()
    due = stage.now() + timedelta(seconds=10 + number / 200)
    for chat_id in range(1, number + 1):
        scheduler.add_job(send, "date", run_date=due, args=(chat_id,), id=str(chat_id))
    scheduler.resume()
    return await _until_done(sender, due, number, scheduler)


async def _until_done(
    sender: Sender, due: datetime, number: int, scheduler: AsyncIOScheduler
) -> dict[str, float]:
    """Until all is sent, or nothing more is."""
    await asyncio.sleep(max(0.0, (due - stage.now()).total_seconds()))
    async with stage.watched() as frozen:
        busy, began, last, last_at = time.process_time(), time.monotonic(), -1, time.monotonic()
        while sender.done < number and time.monotonic() - began < GIVE_UP_S:
            await asyncio.sleep(0.1)
            if sender.done != last:
                last, last_at = sender.done, time.monotonic()
            if time.monotonic() - last_at > 8:
                break
        used = (time.process_time() - busy) * 1000 / max(1, sender.done)
    scheduler.shutdown(wait=False)
    await sender.bot.request.shutdown()
    return {"frozen_ms": frozen.longest_ms, "cpu_ms": used}


async def requests(number: int, telegram_url: str, *, ours: bool) -> dict[str, float]:
    """What one message costs by each backend of python-telegram-bot's requests, 64 in flight, no limiter."""
    request = AiohttpRequest(trust_env=False) if ours else _httpx()
    bot: ExtBot[None] = ExtBot(stage.TOKEN, base_url=f"{telegram_url}/bot", request=request)
    left = iter(range(number))

    async def sender() -> None:
        for chat_id in left:
            await bot.send_message(chat_id, WORDS)

    await request.initialize()
    busy, began = time.process_time(), time.monotonic()
    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    used, took = time.process_time() - busy, time.monotonic() - began
    await request.shutdown()
    return {"cpu_ms": used * 1000 / number, "rate": number / took}


def run(
    side: str, number: int, database_url: str, telegram_url: str, due_at_s: float = 0.0
) -> dict[str, float]:
    match side:
        case "aiohttp" | "httpx":
            return asyncio.run(requests(number, telegram_url, ours=side == "aiohttp"))
        case "Salomat":
            return asyncio.run(salomat(number, database_url, telegram_url, due_at_s))
        case "JobQueue" | "JobQueue, tuned":
            return asyncio.run(job_queue(number, telegram_url, tuned="tuned" in side))
        case _:
            return asyncio.run(job_store(number, database_url, telegram_url, tuned="tuned" in side))


RIVALS = ("JobQueue", "JobQueue, tuned", "job store", "job store, tuned")
