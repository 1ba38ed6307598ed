"""`salomat programmes`: what is done for everybody when a calendar changes."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core import logs, settings
from core.errors import SettingsError
from db.engine import Database, connect


@click.group()
def programmes() -> None:
    """The calendars of vaccinations and checks, applied to everybody."""


@programmes.command()
@click.option("--resume", is_flag=True, help="go on where the last run was stopped")
@click.option(
    "--batch", type=click.IntRange(1, 5000), default=500, show_default=True, help="people in one transaction"
)
def recompute(resume: bool, batch: int) -> None:
    """Judge everybody's record anew: after a change of a calendar, or after records came in from elsewhere.

    Safe while everything runs, safe to repeat, safe to stop with Ctrl-C: what was done stays done.
    """
    loaded = settings.load()
    logs.configure(loaded.log_format)
    place = loaded.var_dir / "recompute.json"
    if resume and not place.exists():
        raise SettingsError("Nothing was stopped: there is nothing to resume. Leave out --resume.")
    after_id = int(json.loads(place.read_text())["after_id"]) if resume else 0
    asyncio.run(_run(connect(loaded), place, after_id, batch))


async def _run(database: Database, place: Path, after_id: int, batch: int) -> None:
    from services import recompute as service

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(sign, stopping.set)
        except (RuntimeError, ValueError, NotImplementedError):
            break  # not the main thread: whoever called us stops us
    broken: list[int] = []
    done = 0
    try:
        total = await service.count(database, after_id)
        with _bar() as bar:
            task = bar.add_task("people", total=total)
            async for one in service.everybody(database, datetime.now(UTC), after_id=after_id, size=batch):
                done, after_id = done + one.done, one.last_id
                broken += one.broken
                _keep(place, after_id)
                bar.update(task, completed=done)
                if stopping.is_set():
                    break
    finally:
        await database.close()
    if stopping.is_set() and done < total:
        click.echo(f"Stopped after {done} people. Go on with: salomat programmes recompute --resume")
    else:
        _forget(place)
        click.echo(f"{done} people recomputed.")
    if broken:
        shown = ", ".join(map(str, broken[:20])) + (" …" if len(broken) > 20 else "")
        click.echo(
            f"{len(broken)} records could not be judged and are tried again tomorrow: {shown}", err=True
        )
        raise SystemExit(1)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _keep(place: Path, after_id: int) -> None:
    """Written after every batch, whole or not at all: also a killed run can be resumed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(".new")
    new.write_text(json.dumps({"after_id": after_id}))
    new.replace(place)


def _forget(place: Path) -> None:
    place.unlink(missing_ok=True)
