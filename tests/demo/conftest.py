"""One real `salomat demo` for these tests: started as a newcomer starts it, played over HTTP, stopped with Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import create_engine, text

from core.settings import ROOT
from db.embedded import EmbeddedPostgres
from db.engine import async_url
from tests.demo.playing import Demo, Player, until

READY_WITHIN_S = 300.0
STOPPED_WITHIN_S = 20.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker owns the demo; its tests may take long."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.demo)
            item.add_marker(pytest.mark.xdist_group("demo"))
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """Up and ready, its in-process engine taken from the cache; at the end Ctrl-C must leave data and nothing else."""
    with played("--nlu", "embedded") as running:
        yield running


@contextmanager
def played(*arguments: str) -> Iterator[Demo]:
    """A demo from start to Ctrl-C.

    Not under pytest's own folder: every pytest of the machine closes that one to other accounts, PostgreSQL's among them.
    """
    with tempfile.TemporaryDirectory(prefix="salomat-demo-") as folder:
        Path(folder).chmod(0o755)
        running = start(Path(folder) / "var", *arguments)
        try:
            yield running
            stop(running)
        finally:
            _kill(running)


def _kill(running: Demo) -> None:
    """Whatever a failed test or a failed stop left."""
    postmaster = running.postmaster()
    if running.process.poll() is None:
        running.process.kill()  # its children end with it
        running.process.wait()
    if postmaster:
        with suppress(ProcessLookupError):
            os.kill(postmaster, signal.SIGQUIT)


def start(var_dir: Path, *arguments: str) -> Demo:
    """`salomat demo` with its own data, waited for until it says that it is ready."""
    var_dir.mkdir(parents=True, exist_ok=True)
    if not (var_dir / "nlu").exists():
        _engine_from_cache(var_dir)
    log, port = var_dir.parent / "demo.log", free_ports(3)
    command = [
        str(ROOT / ".venv/bin/salomat"),
        "demo",
        "--port",
        str(port),
        "--var",
        str(var_dir),
        *arguments,
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "LEASE_S": "20"},  # what a killed worker held is free sooner
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = Demo(process, port, var_dir, log)
    over_at = time.monotonic() + READY_WITHIN_S
    while "ready after" not in running.said():
        if process.poll() is not None or time.monotonic() > over_at:
            _kill(running)
            raise AssertionError(f"the demo did not come up:\n{running.said()}")
        time.sleep(0.1)
    return running


def stop(running: Demo) -> None:
    """Ctrl-C: exit status 0 in time, no process left, the data still there."""
    family = psutil.Process(running.process.pid).children(recursive=True)
    postmaster = running.postmaster()
    running.process.send_signal(signal.SIGINT)
    try:
        code = running.process.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        running.process.kill()
        raise AssertionError(
            f"still running {STOPPED_WITHIN_S:.0f} s after Ctrl-C:\n{running.said()}"
        ) from None
    assert code == 0, running.said()
    assert "ERROR" not in running.said().split("stopping …")[-1], running.said()
    left = [child for child in family if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert left == [], f"left running: {[child.cmdline() for child in left]}"
    assert postmaster is None or running.postmaster() is None
    _data_are_kept(running.var_dir)


def _data_are_kept(var_dir: Path) -> None:
    server = EmbeddedPostgres(var_dir / "postgres")
    engine = create_engine(async_url(server.url("salomat")))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM clinics")) == 3
        assert connection.scalar(text("SELECT count(*) FROM people")) > 0
        assert connection.scalar(text("SELECT count(*) FROM inbox_updates WHERE state = 'new'")) == 0
    engine.dispose()
    server.stop()


def _engine_from_cache(var_dir: Path) -> None:
    """The engines made for this checkout before, so that the demo does not make them again."""
    made = ROOT / "var" / "nlu"
    made.mkdir(parents=True, exist_ok=True)
    (var_dir / "nlu").symlink_to(made, target_is_directory=True)


def free_ports(how_many: int) -> int:
    """The first of so many neighbours that are free."""
    for port in range(18_500, 28_500, 10):
        if all(_free(port + offset) for offset in range(how_many)):
            return port
    raise AssertionError("no free ports")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
async def http(demo: Demo) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=demo.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def meet(http: httpx.AsyncClient) -> Callable[..., Awaitable[Player]]:
    """`await meet("Nodira", "uz", "+998901230001")`: a citizen of the sandbox, new or one of the cast."""

    async def meet(name: str, language_code: str, phone: str) -> Player:
        body = {"name": name, "language_code": language_code, "phone": phone}
        row = (await http.post("/api/citizens", json=body)).json()
        return Player(http, row)

    return meet


@pytest.fixture
async def bot_is_up(demo: Demo, http: httpx.AsyncClient) -> None:
    """The bot listens: it has an open long poll."""

    async def polls() -> bool:
        return bool((await http.get("/api/state")).json()["bot"]["polls"])

    await until(polls, "the bot's long poll", READY_WITHIN_S)
