"""The chain of migrations: up, down, up, and equal to the models."""

from __future__ import annotations

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from db import migrate
from db.embedded import EmbeddedPostgres
from db.engine import async_url


def test_every_migration_goes_up_down_and_up_again(postgres: EmbeddedPostgres) -> None:
    url = postgres.ensure_database("stairway")
    script = ScriptDirectory.from_config(migrate.config(url))
    for revision in reversed(list(script.walk_revisions())):
        migrate.upgrade(url, revision.revision)
        migrate.downgrade(url, revision.down_revision or "base")
        migrate.upgrade(url, revision.revision)
    engine = create_engine(async_url(url))
    assert "people" in inspect(engine).get_table_names()
    engine.dispose()


def test_the_migrated_database_equals_the_models(database_url: str) -> None:
    command.check(migrate.config(database_url))


def test_the_head_file_names_the_newest_migration() -> None:
    head = (migrate.MIGRATIONS / "HEAD").read_text().strip()
    script = ScriptDirectory.from_config(migrate.config("postgresql://"))
    assert head.split("_")[0] == script.get_current_head()
    assert (migrate.MIGRATIONS / "versions" / f"{head}.py").exists()
