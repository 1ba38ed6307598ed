"""A running admin and a browser's manners: cookies kept, the CSRF token sent back as a page of ours does."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from admin.app import create_app
from core.settings import Settings
from core.staff import Member, Role
from services import Database, staff

PASSWORD = "toʻrt xil oddiy soʻz"
ADDRESS = "http://admin.test"


class Browser(httpx.AsyncClient):
    """Reads the token from the last page and sends it with every form."""

    page: httpx.Response

    async def open(self, path: str, **kwargs: object) -> httpx.Response:
        self.page = await self.get(f"/admin{path}", **kwargs)  # type: ignore[arg-type]
        return self.page

    async def submit(self, path: str, data: dict[str, str] | None = None, **kwargs: object) -> httpx.Response:
        form = {**(data or {}), "csrftoken": self.token}
        self.page = await self.post(f"/admin{path}", data=form, **kwargs)  # type: ignore[arg-type]
        return self.page

    @property
    def token(self) -> str:
        return self.cookies.get("starlette_admin_csrftoken", path="/") or ""

    @property
    def text(self) -> str:
        """What the page says, without markup."""
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.page.text)))

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        await self.open("/login")
        return await self.submit("/login", {"login": login, "password": password})


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    return create_app(settings, database)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    async with Browser(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        yield client


@pytest.fixture
def visitor(app: FastAPI) -> Callable[[], Browser]:
    """Another browser."""
    return lambda: Browser(transport=httpx.ASGITransport(app), base_url=ADDRESS)


@pytest.fixture
async def cast(database: Database) -> dict[str, Member]:
    """Charos the nurse, Dilshod the editor, Aziz the administrator."""
    people: list[tuple[str, str, Role]] = [
        ("charos", "Charos", "nurse"),
        ("dilshod", "Dilshod", "editor"),
        ("aziz", "Aziz", "administrator"),
    ]
    return {
        login: await staff.add(database, login, name, role, PASSWORD, datetime.now(UTC))
        for login, name, role in people
    }
