"""`salomat content`: is what the product says and decides whole?"""

from __future__ import annotations

from pathlib import Path

import click

from core import programme_words, programmes


@click.group("content")
def content() -> None:
    """What the product says and decides by: the files under content/."""


@content.command("check")
@click.option(
    "--vaccination", type=click.Path(path_type=Path), default=programmes.VACCINATION, show_default=False
)
@click.option(
    "--screening", type=click.Path(path_type=Path), default=programmes.SCREENING, show_default=False
)
def check(vaccination: Path, screening: Path) -> None:
    """Read the calendars whole. A broken file is refused with file, line and reason, and exit status 2."""
    calendars = programmes.load(vaccination, screening)
    if vaccination == programmes.VACCINATION and screening == programmes.SCREENING:
        programme_words.check(calendars)
    for calendar in (*calendars.vaccination, *calendars.screening):
        rules = [
            *(dose.rule for s in calendar.series for way in s.schedules for dose in way.doses),
            *(check.rule for check in calendar.screenings),
        ]
        unsure = sum(rule.status != "verified" for rule in rules)
        click.echo(
            f"{calendar.id}: {len(calendar.series) + len(calendar.screenings)} series and screenings, "
            f"{len(rules)} rules, {unsure} to verify"
        )
