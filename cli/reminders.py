"""`salomat reminders` runs the worker that keeps Salomat's promises; `salomat reminders tick` does its work once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from core import logs, settings
from core.i18n import TASHKENT


class Moment(click.ParamType["datetime"]):
    """An ISO date and time; without an offset it is Tashkent's."""

    name = "ISO time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time; write 2026-12-01T10:00", param, ctx)
        return (moment if moment.tzinfo else moment.replace(tzinfo=TASHKENT)).astimezone(UTC)


@click.group(invoke_without_command=True)
@click.pass_context
def reminders(ctx: click.Context) -> None:
    """Run the reminder worker, until Ctrl-C or SIGTERM."""
    if ctx.invoked_subcommand is None:
        from reminders.__main__ import main

        main()


@reminders.command()
@click.option("--now", type=Moment(), help="as of this time, e.g. 2026-12-01T10:00; by default now")
def tick(now: datetime | None) -> None:
    """Plan what is due and send it, once, as of a given time: for demonstration and tests.

    What is sent is really sent, and the database keeps it as sent at that time.
    """
    from reminders.__main__ import tick as once

    loaded = settings.load()
    logs.configure(loaded.log_format)
    planned, tried = asyncio.run(once(loaded, now or datetime.now(UTC)))
    click.echo(f"planned {planned}, tried {tried}")
