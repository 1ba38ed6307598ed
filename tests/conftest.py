"""What every test may use: a real PostgreSQL, migrated once and emptied between tests, and a fixed now."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from core.settings import Settings
from db import Base, migrate
from db.embedded import EmbeddedPostgres
from db.engine import Database, async_url, connect

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "domain" / "data"
KEY = Fernet.generate_key().decode()


# The words of a reason that CI accepts: data that lie beside the repository on some machines only.
MAY_BE_ABSENT = ("not beside", "are not here", "no held-out")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rasa trains for minutes: it begins first, in one worker, while the other does the rest."""
    items.sort(key=lambda item: all(mark.args != ("rasa",) for mark in item.iter_markers("xdist_group")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """With SALOMAT_NO_SKIPS (.ci/run) a skipped test is a failed one: here everything that can run has to."""
    report = yield
    if os.environ.get("SALOMAT_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(words in reason for words in MAY_BE_ABSENT):
            report.outcome, report.longrepr = "failed", f"skipped, but must not be where CI runs: {reason}"
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Not under pytest's own folder: every pytest that starts closes it to other accounts, PostgreSQL's among them."""
    with tempfile.TemporaryDirectory(prefix="salomat-tests-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "data")
        _forgetful(server)
        yield server
        server.stop()


def _forgetful(server: EmbeddedPostgres) -> None:
    """Data that live as long as a test need not survive a power cut: without fsync a test is several times faster."""
    engine = create_engine(async_url(server.url()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres) -> str:
    url = postgres.ensure_database("salomat_test")
    migrate.upgrade(url)
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a process under test; nothing is read from the environment or .env."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        var_dir=tmp_path,
        telegram_token="42:TEST",
        encryption_keys=(KEY,),
        lookup_key="look-up key of the tests",
        session_key="session key of the tests, long enough",
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """Empty tables, every time."""
    database = connect(settings)
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    async with database.transaction() as session:
        await session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    yield database
    await database.close()


@pytest.fixture
def now() -> datetime:
    """Saturday 21 November 2026, 12:00 in Tashkent."""
    return datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
