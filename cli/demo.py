"""`salomat demo`: everything on one machine, in one terminal, with no account anywhere."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path

import click
import httpx
from cryptography.fernet import Fernet

from cli import cast
from cli.supervisor import Supervisor, say
from core import logs, settings
from core.errors import SettingsError
from db import migrate
from db.embedded import EmbeddedPostgres

SALOMAT = (sys.executable, "-m", "cli")
TWILIO_SID = "AC" + "5a10ma7" * 4 + "0000"
SMS_FROM = "+998712000000"
UP_WITHIN_S = 60.0


@click.command()
@click.option("--nlu", type=click.Choice(["auto", "embedded"]), default="auto", help="embedded: without Rasa")
@click.option(
    "--port",
    default=8081,
    show_default=True,
    help="of the sandbox page; the next ones are the admin's, Rasa's, and the health of bot and worker",
)
@click.option(
    "--var",
    "var_dir",
    type=click.Path(path_type=Path),
    default=settings.ROOT / "var",
    help="where data are kept",
)
def demo(nlu: str, port: int, var_dir: Path) -> None:
    """Run everything here: PostgreSQL, bot, reminders, admin, Rasa, and a sandbox in place of Telegram and the SMS operator."""
    logs.configure()
    var_dir.mkdir(parents=True, exist_ok=True)
    for offset, what in enumerate(("sandbox", "admin", "Rasa")):
        if _taken(port + offset):
            raise SettingsError(
                f"port {port + offset} (for the {what}) is taken: is a demo running already? Or choose another with --port"
            )
    asyncio.run(run(nlu, port, var_dir.resolve()))


async def run(nlu: str, port: int, var_dir: Path) -> None:
    began = time.monotonic()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    say("demo", "starting PostgreSQL …")
    postgres = await asyncio.to_thread(_postgres, var_dir)
    environment = _environment(var_dir, port, nlu) | {"DATABASE_URL": postgres.url("salomat")}
    supervisor, watch = Supervisor(), asyncio.create_task(_watch(postgres))
    try:
        os.environ.update(environment)
        say("demo", "demo citizens, clinics and free times …")
        await cast.seed(settings.load())
        await _start(supervisor, environment, nlu, port, var_dir)
        if not stop.is_set():
            _welcome(port, time.monotonic() - began)
        await stop.wait()
    finally:
        say("demo", "stopping …")
        await supervisor.stop()
        watch.cancel()
        await asyncio.to_thread(postgres.stop)
        say("demo", "stopped; your data stay in var/")


def _postgres(var_dir: Path) -> EmbeddedPostgres:
    """The embedded server with its database, migrated."""
    server = EmbeddedPostgres(var_dir / "postgres")
    migrate.upgrade(server.ensure_database("salomat"))
    return server


def _environment(var_dir: Path, port: int, nlu: str) -> dict[str, str]:
    """Settings of every process. The keys are made once and kept beside the data they open."""
    kept = var_dir / "demo-keys.env"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(
            f"ENCRYPTION_KEYS={Fernet.generate_key().decode()}\n"
            f"LOOKUP_KEY={secrets.token_urlsafe(32)}\nSESSION_KEY={secrets.token_urlsafe(32)}\n"
        )
    keys = dict(line.split("=", 1) for line in kept.read_text().splitlines())
    sandbox = f"http://127.0.0.1:{port}"
    return keys | {
        "VAR_DIR": str(var_dir),
        "TELEGRAM_TOKEN": "42:demo-token-for-the-sandbox-only-00000",
        "TELEGRAM_API_URL": sandbox,
        "TWILIO_ACCOUNT_SID": TWILIO_SID,
        "TWILIO_AUTH_TOKEN": "demo",
        "TWILIO_FROM": SMS_FROM,
        "TWILIO_API_URL": sandbox,
        "PUBLIC_URL": f"http://127.0.0.1:{port + 1}",
        "ADMIN_PORT": str(port + 1),
        "NLU_URL": f"http://127.0.0.1:{port + 2}" if nlu == "auto" else "",
        # A demo is also tried at night: reminders come at any hour.
        "QUIET_FROM_HOUR": "24",
        "QUIET_TO_HOUR": "0",
        "TICK_S": "2",
        "BOT_STATUS_PORT": str(port + 3),
        "REMINDERS_STATUS_PORT": str(port + 4),
    }


async def _start(
    supervisor: Supervisor, environment: dict[str, str], nlu: str, port: int, var_dir: Path
) -> None:
    base = f"http://127.0.0.1:{port}"
    supervisor.start(
        "sandbox",
        (
            *(sys.executable, "-m", "sandbox", "--port", str(port), "--state-dir", str(var_dir / "sandbox")),
            *("--twilio-account", TWILIO_SID, "--twilio-token", "demo"),
            *("--inbound-url", f"http://127.0.0.1:{port + 1}/webhooks/twilio/inbound"),
        ),
    )
    await _until_up(f"{base}/health", "sandbox")
    await cast.enter_sandbox(base)
    supervisor.start("admin", (*SALOMAT, "admin"), environment)
    supervisor.start("bot", (*SALOMAT, "bot"), environment)
    supervisor.start("reminders", (*SALOMAT, "reminders"), environment)
    if nlu == "auto":
        supervisor.start("rasa", (*SALOMAT, "nlu", "serve", "--port", str(port + 2)), environment)
    await _until_up(f"http://127.0.0.1:{port + 1}/health", "admin")


async def _until_up(url: str, name: str) -> None:
    until = time.monotonic() + UP_WITHIN_S
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
        while time.monotonic() < until:
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.2)
    raise SettingsError(f"the {name} did not start within {UP_WITHIN_S:.0f} s; its lines above say why")


async def _watch(postgres: EmbeddedPostgres) -> None:
    """Start PostgreSQL again when it falls."""
    while True:
        await asyncio.sleep(1)
        if not await asyncio.to_thread(postgres.is_running):
            say("postgres", "stopped, starting again")
            try:
                await asyncio.to_thread(postgres.ensure_running)
            except Exception as error:  # noqa: BLE001 – tried again in a second
                say("postgres", f"does not start: {type(error).__name__}")


def _welcome(port: int, seconds: float) -> None:
    say("demo", f"ready after {seconds:.0f} s. Open in a browser:")
    say("demo", f"  http://127.0.0.1:{port}      chats and phones of the demo citizens")
    say(
        "demo",
        f"  http://127.0.0.1:{port + 1}      admin: charos (nurse), dilshod (editor), admin; password {cast.PASSWORD}",
    )
    say("demo", "Ctrl-C stops everything.")


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
