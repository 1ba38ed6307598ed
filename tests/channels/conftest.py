"""The sandbox over real HTTP: every provider a channel speaks to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.deliveries import Sandbox, running_sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as running:
        yield running
