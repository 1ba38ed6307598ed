"""`salomat content`: is what the product says and decides whole?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from core import advice, booking, losses, people, programme_words, programmes, red_flags
from core.i18n import LANGUAGES


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
    """Read everything under content/ whole. A broken file is refused with file, line and reason, and exit status 2."""
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
    for count, what in _others():
        click.echo(f"{what}: {count}")


def _others() -> Iterator[tuple[int, str]]:
    """What else there is, each read by the reader the product itself uses, in both languages."""
    for language in LANGUAGES:
        yield len(advice.articles(language)), f"articles, {language}"
    yield len(red_flags.book().flags), "red flags"
    yield sum(map(len, losses.phrases().values())), "phrases that tell of a loss"
    yield len(booking.services()), "services to book"
    yield len(people.regions()), "regions"
