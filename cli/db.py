"""`salomat db`: the database's schema and keys."""

from __future__ import annotations

import click

from core import settings
from core.errors import SettingsError


@click.group()
def db() -> None:
    """The database: its schema."""


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest version; safe to repeat."""
    from db import migrate

    url = settings.load().database_url
    if not url:
        raise SettingsError("DATABASE_URL is needed, e.g. postgresql://salomat@db/salomat")
    migrate.upgrade(url)
    click.echo(f"the schema is at {(migrate.MIGRATIONS / 'HEAD').read_text().strip()}")
