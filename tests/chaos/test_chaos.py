"""Everything goes wrong at once, and everybody is written to once: real workers, a real database, a sandbox over HTTP."""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from admin import webhooks
from core.settings import ROOT, Settings
from db import migrate
from db.embedded import EmbeddedPostgres
from db.engine import Database, async_url, connect
from reminders import lanes
from tests.chaos import storm, weather
from tests.chaos.arrivals import Arrivals
from tests.chaos.campaign import Campaign
from tests.chaos.campaign_verdict import broken_caps, judge_campaign
from tests.chaos.population import BROKEN, Population
from tests.chaos.verdict import Record, Verdict, judge
from tests.deliveries import ACCOUNT, AUTH, ESKIZ, PLAYMOBILE, SENDER

LEASE_S = 6.0
RATE_PER_S = 150
TOKEN = "42:TEST-token-of-the-worker-0123456789ab"


@dataclass(frozen=True)
class Size:
    """`due` reminders; faults `times` as likely as in the long form; a kill `every_s`; all is settled in `patience_s`; the
    campaign is paused for `pause_s`.
    """

    due: int
    times: float
    every_s: float
    patience_s: float
    least_kills: int
    pause_s: float

    @property
    def kinds(self) -> list[str]:
        """What must have struck: in the long form everything, in a shorter one each kind somewhere."""
        everything = [f"{target} {kind}" for target, kind, *_more in weather.FAULTS]
        return (
            everything
            if self.due >= 10_000
            else [kind.split("_")[0] for _target, kind, *_more in weather.FAULTS]
        )


SHORT = Size(480, 5.0, 2.0, 600.0, 3, 3.0)
LONG = Size(int(os.environ.get("CHAOS_DUE", "10000")), 1.0, 1.0, 1700.0, 10, 10.0)
SEED = int(os.environ.get("CHAOS_SEED", "0")) or time.time_ns() % 1_000_000


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """Not under pytest's own: PostgreSQL's account must reach it, and another test run closes that one."""
    directory = Path(tempfile.mkdtemp(prefix="salomat-chaos-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    server = await asyncio.to_thread(EmbeddedPostgres, folder / "postgres")
    url = server.ensure_database("salomat")
    engine = create_engine(async_url(server.url()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # what was committed survives the server's fall, not a power cut
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    await asyncio.to_thread(migrate.upgrade, url)
    yield server
    await asyncio.to_thread(server.stop)


@asynccontextmanager
async def sandbox_process(state: Path, seed: int, log: Path) -> AsyncIterator[httpx.AsyncClient]:
    arguments = ("--port", "0", "--state-dir", str(state), "--seed", str(seed), "--sms-step-s", "0.05")
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandbox", *arguments), cwd=ROOT, stderr=output
        )
    try:
        async with asyncio.timeout(60):
            while not (address := re.search(r"http://[\d.]+:\d+", log.read_text())):
                await asyncio.sleep(0.1)
        async with httpx.AsyncClient(base_url=address.group(), trust_env=False, timeout=30) as http:
            yield http
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def webhook_address() -> AsyncIterator[tuple[str, FastAPI]]:
    """Where the receipts go: the admin's own routes, once they are put in."""
    app = FastAPI()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", app
    finally:
        server.should_exit = True
        await serving


def told(settings: Settings, sandbox_url: str, receipts_url: str) -> Settings:
    return settings.model_copy(
        update={
            "telegram_token": SecretStr(TOKEN),
            "telegram_api_url": sandbox_url,
            "telegram_rate_per_s": RATE_PER_S,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": SecretStr(AUTH),
            "twilio_from": SENDER,
            "twilio_api_url": sandbox_url,
            "twilio_rate_per_s": RATE_PER_S,
            **ESKIZ,
            "eskiz_api_url": f"{sandbox_url}/eskiz/api",
            "eskiz_callback_secret": SecretStr("chaos"),
            "eskiz_rate_per_s": RATE_PER_S,
            **PLAYMOBILE,
            "playmobile_api_url": f"{sandbox_url}/playmobile",
            "playmobile_rate_per_s": RATE_PER_S,
            "sms_providers": ("twilio:40", "eskiz:30", "playmobile:30"),
            "sms_approved_only": ("none",),
            "public_url": receipts_url,
            "quiet_from_hour": 0,
            "quiet_to_hour": 0,
            "tick_s": 0.5,
            "lease_s": LEASE_S,
        }
    )


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a process is given them."""
    found = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    for name, value in settings.model_dump(exclude_none=True, exclude_defaults=True).items():
        if isinstance(value, tuple):
            value = ",".join(one.get_secret_value() if isinstance(one, SecretStr) else one for one in value)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        found[name.upper()] = str(plain)
    return found


@dataclass
class Chaos:
    """One run: what is shared by everything that happens during it."""

    size: Size
    chance: random.Random
    database: Database
    server: EmbeddedPostgres
    sandbox: httpx.AsyncClient
    population: Population
    nursery: storm.Nursery
    arrivals: Arrivals
    minds: storm.Minds
    campaign: Campaign
    began: float
    falls: int = 0

    async def open(self) -> int:
        """How many due moments have no end yet; as many as there are while the database is down.

        While the campaign is paused or not everybody has been looked at, one more.
        """
        query = text(
            "SELECT (SELECT count(*) FROM reminders WHERE next_at <= now())"
            " + (SELECT count(*) FROM campaigns WHERE state = 'paused' OR filled_at IS NULL)"
            " + (SELECT count(*) FROM occurrences WHERE state = 'claimed'"
            "    OR (state = 'due' AND reason IS DISTINCT FROM 'hours' AND (reason = 'campaign_paused'"
            "        OR next_try_at < now() + interval '9 minutes')))"
            " + (SELECT count(*) FROM deliveries WHERE state = 'sending'"
            "    OR (state = 'unknown' AND settled_at IS NULL))"
        )
        with suppress(Exception):  # the database may be down
            async with self.database.transaction() as session:
                return await session.scalar(query) or 0
        return self.size.due

    async def run(self) -> None:
        stop, calm = asyncio.Event(), asyncio.Event()
        for _ in range(storm.WORKERS):
            await self.nursery.start(self.chance)
        around = [
            asyncio.create_task(one)
            for one in (
                self.arrivals.watch(self.sandbox, stop),
                storm.impatience(self.database, stop),
                storm.kills(self.nursery, self.chance, calm, self.arrivals.total, self.size.every_s),
                storm.second_thoughts(self.database, self.population, self.minds, self.chance, calm),
                self._falls(calm),
                self.campaign.interrupted(self.database, self.size.due // 30, self.size.pause_s, stop),
                self.campaign.refused_by_some(self.database, self.population, self.chance, stop),
            )
        ]
        try:
            async with asyncio.timeout(self.size.patience_s):
                await self._until(self.size.due * 0.02)
                calm.set()
                await self._until(0)
        finally:
            calm.set()
            stop.set()
            await asyncio.gather(*around)
        await self.nursery.goodbye()
        await asyncio.sleep(1.0)  # what a killed worker had handed over is still on its way
        await self.arrivals.look(self.sandbox)
        await self.arrivals.read_sms(self.sandbox)

    async def _until(self, few: float) -> None:
        while (left := await self.open()) > few or self.falls < 2:
            assert not self.nursery.ended_alone, self.nursery.ended_alone
            passed_s, arrived = time.monotonic() - self.began, self.arrivals.total()
            print(
                f"  {passed_s:3.0f} s: {left} open, {arrived} arrived, {self.nursery.kills} kills", flush=True
            )
            await asyncio.sleep(1.0)

    async def _falls(self, calm: asyncio.Event) -> None:
        """The database ends twice: first told to, the second time at once, as if killed."""
        for share, immediately in ((0.8, False), (0.5, True)):
            while await self.open() > share * self.size.due and not calm.is_set():
                await asyncio.sleep(0.2)
            await asyncio.to_thread(storm.fall, self.server, immediately=immediately)
            self.falls += 1


async def chaos(settings: Settings, server: EmbeddedPostgres, folder: Path, size: Size, seed: int) -> None:
    print(f"\nchaos: {size.due} reminders due, CHAOS_SEED={seed}", flush=True)
    settings = settings.model_copy(update={"database_url": server.url("salomat"), "var_dir": folder})
    database, began = connect(settings), time.monotonic()
    population = Population(seed, size.due, datetime.now(UTC))
    await population.settle(database, folder / "sandbox")
    campaign = await Campaign.start(database, population.now)
    async with (
        sandbox_process(folder / "sandbox", seed, folder / "sandbox.log") as sandbox,
        webhook_address() as (receipts_url, app),
    ):
        settings = told(settings, str(sandbox.base_url), receipts_url)
        app.include_router(webhooks.router(settings, database))
        await weather.begins(sandbox, size.times)
        async with storm.nursery(environment(settings), folder / "workers.log") as nursery:
            minds, arrivals = storm.Minds(), Arrivals()
            around = database, server, sandbox, population, nursery, arrivals, minds, campaign, began
            one = Chaos(size, random.Random(seed), *around)
            try:
                await one.run()
            finally:
                if keep := os.environ.get("CHAOS_LOG"):
                    shutil.copy(folder / "workers.log", keep)
            struck = await weather.struck(sandbox)
    record = await Record.read(database)
    words = campaign.words("a") | campaign.words("b")
    campaigns, others = arrivals.apart({told.reminder_id for told in record.campaign.values()}, words)
    verdict = judge(population, others, record, minds.changed)
    of_campaign = judge_campaign(population, campaigns, record, minds.changed, campaign)
    verdict.wrong += of_campaign.wrong + await broken_caps(database)
    await database.close()
    tell(one, verdict, struck, time.monotonic() - began)
    tell_campaign(one, of_campaign)
    hold(one, verdict, struck)
    hold_campaign(one, of_campaign)
    assert verdict.counts["due"] + of_campaign.counts["wait for the cap"] > 0


def in_flight() -> int:
    """The most messages one worker has begun and not recorded."""
    return lanes.most_in_flight(RATE_PER_S) + lanes.most_in_flight(3 * RATE_PER_S)


def nobody_could_know(one: Chaos, struck: Counter[str]) -> int:
    lost = sum(struck[f"{target} {kind}"] for target in ("telegram",) for kind in weather.NOBODY_KNOWS)
    return lost + one.nursery.kills * in_flight()


def tell(one: Chaos, verdict: Verdict, struck: Counter[str], took_s: float) -> None:
    counts = verdict.counts
    lines = {
        "reminders due": one.size.due,
        "messages accepted": counts["messages accepted"],
        "sent, and known to be": counts["sent"],
        "doubles": counts["doubles"],
        "unknown": f"{counts['unknown']}, of which arrived {counts['unknown that arrived']}",
        "failed for good": counts["failed"],
        "not to be sent, not sent": counts["not to be sent"],
        "broken": f"{counts['broken']}, of {len(BROKEN)} kinds",
        "changed their mind": f"{counts['changed their mind in time']} in time, "
        f"{counts['changed their mind too late']} too late",
        "kills": one.nursery.kills,
        "clocks off": one.nursery.wrong_clocks,
        "restarts of PostgreSQL": one.falls,
        "faults": ", ".join(f"{name}: {times}" for name, times in sorted(struck.items())),
        "seconds": round(took_s),
    }
    print(*(f"  {name}: {value}" for name, value in lines.items()), sep="\n", flush=True)
    print(*(f"  unknown: {line}" for line in verdict.unknown[:20]), sep="\n", flush=True)
    print(*(f"  WRONG {line}" for line in verdict.wrong[:50]), sep="\n", flush=True)


def tell_campaign(one: Chaos, verdict: Verdict) -> None:
    counts, campaign = verdict.counts, one.campaign
    lines = {
        "its people": f"{counts['people']}: {counts['text a']} of text A, {counts['text b']} of text B",
        "accepted": counts["arrived"],
        "sent, and known to be": counts["sent"],
        "unknown, not repeated": counts["unknown"],
        "failed for good": counts["failed"],
        "left out": f"{counts['skipped']} who wanted none, {counts['broken']} broken",
        "waits for the cap": counts["wait for the cap"],
        "tries": f"{campaign.begun_before_pause} before the pause, {counts['tried after the pause']} after it",
        "refused by": len(campaign.refused),
    }
    print(*(f"  campaign, {name}: {value}" for name, value in lines.items()), sep="\n", flush=True)


def hold_campaign(one: Chaos, verdict: Verdict) -> None:
    """It was really sent in the chaos, to halves, interrupted and refused by some before it came."""
    counts = verdict.counts
    assert one.campaign.went_on_at is not None
    assert min(counts["text a"], counts["text b"]) > counts["people"] * 0.3
    assert counts["tried after the pause"] > counts["people"] * 0.1
    assert counts["sent"] > counts["people"] * 0.4
    assert counts["skipped"] > 0


def hold(one: Chaos, verdict: Verdict, struck: Counter[str]) -> None:
    assert not verdict.wrong, verdict.wrong[:20]
    assert verdict.counts["unknown"] <= nobody_could_know(one, struck)
    assert verdict.counts["doubles"] <= nobody_could_know(one, struck)
    # it was really chaos
    assert one.nursery.kills >= one.size.least_kills
    assert one.nursery.wrong_clocks > 0
    assert one.falls == 2
    met = {name for name, times in struck.items() if times}
    assert all(any(kind in name for name in met) for kind in one.size.kinds), struck
    assert verdict.counts["unknown"] > 0
    assert verdict.counts["broken"] >= one.size.due / 150
    assert verdict.counts["changed their mind in time"] > 0
    assert verdict.counts["sent"] > one.size.due * 0.25


async def test_through_kills_falls_and_faults_everybody_gets_each_due_message_once(settings, server, folder):
    await chaos(settings, server, folder, SHORT, int(os.environ.get("CHAOS_SEED", "20261121")))


@pytest.mark.chaos
async def test_ten_thousand_due_reminders_through_everything_that_goes_wrong(settings, server, folder):
    await chaos(settings, server, folder, LONG, SEED)
