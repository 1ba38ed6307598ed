"""A worker turned by hand, its channels speaking to the sandbox over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from core.settings import Settings
from db.engine import Database
from tests.deliveries import Sandbox, Worker, a_worker, reached_at, running_sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def worker(
    settings: Settings, database: Database, sandbox: Sandbox, now: datetime
) -> AsyncIterator[Worker]:
    async with a_worker(reached_at(settings, sandbox.url), database, now) as worker:
        yield worker
