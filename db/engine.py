"""The connection to PostgreSQL: one Database per process, transactions as context managers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import func, make_url, select, text
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from core.settings import Settings
from db import crypto

AT_ONCE_CONNECTIONS = 5


class Database:
    """`async with database.transaction() as session`: all of it or nothing."""

    def __init__(self, engine: AsyncEngine, at_once: AsyncEngine) -> None:
        self.engine, self.at_once_engine = engine, at_once
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[AsyncConnection]:
        """Each statement is a transaction of its own, committed by the server: no lock waits for our next word.

        For the few statements that every message needs: connections of their own, not asked first whether they live. Who
        uses it tries again when the database is away.
        """
        async with self.at_once_engine.connect() as connection:
            yield connection

    async def is_up(self) -> bool:
        """Whether PostgreSQL answers; never raises."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 – a health question has a yes or a no
            return False
        return True

    async def now(self) -> datetime:
        """The database's own time, which every process can agree on."""
        async with self.transaction() as session:
            found: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
            return found

    async def close(self) -> None:
        await self.engine.dispose()
        await self.at_once_engine.dispose()


def async_url(url: str) -> str:
    """A PostgreSQL address with the driver we use: postgres:// and postgresql:// are both understood."""
    return (
        make_url(url.replace("postgres://", "postgresql://", 1))
        .set(drivername="postgresql+psycopg")
        .render_as_string(False)
    )


def connect(settings: Settings, *, pool_size: int = 10) -> Database:
    """Raises SettingsError when a key or the address is missing. Nothing is sent before the first transaction."""
    from core.errors import SettingsError

    if not settings.database_url:
        raise SettingsError(
            "DATABASE_URL is needed, e.g. postgresql://salomat@db/salomat (`salomat demo` brings its own)"
        )
    crypto.use(
        crypto.Keyring(
            [key.get_secret_value() for key in settings.encryption_keys],
            settings.lookup_key.get_secret_value() if settings.lookup_key else "",
        )
    )
    url = async_url(settings.database_url)
    arguments = {"connect_timeout": 5, "options": "-c timezone=UTC -c statement_timeout=60000"}
    return Database(
        create_async_engine(
            url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, connect_args=arguments
        ),
        create_async_engine(
            url, pool_size=AT_ONCE_CONNECTIONS, isolation_level="AUTOCOMMIT", connect_args=arguments
        ),
    )
