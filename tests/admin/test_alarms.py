"""Alarms on the home page: whom they reach, in which words, and who may read the metrics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from admin.app import create_app
from core.alarms import sentence
from services import alarms


@pytest.fixture
async def late(database):
    now = datetime.now(UTC)
    await alarms.settle(database, {"late": {"minutes": 21}}, now - timedelta(minutes=2))
    (alarm,) = await alarms.raised(database)
    return alarm


def said(alarm: alarms.Raised) -> str:
    return sentence(alarm.kind, alarm.details).render("uz")


@pytest.mark.parametrize(("login", "shown"), [("charos", True), ("aziz", True), ("dilshod", False)])
async def test_nurses_and_administrators_see_an_alarm_first_and_editors_do_not(
    browser, cast, late, login, shown
):
    await browser.sign_in(login)
    await browser.open("/")
    assert (said(late) in browser.text) == shown


async def test_an_alarm_speaks_the_readers_language_and_hides_no_markup(browser, cast, database):
    await alarms.settle(database, {"sms_down": {"providers": ["<b>eskiz</b>"]}}, datetime.now(UTC))
    await browser.sign_in("charos")
    await browser.open("/")
    uzbek = browser.text
    assert "<b>eskiz" not in browser.page.text
    await browser.submit("/language", {"language": "ru", "next": "/admin/"})
    await browser.open("/")
    assert browser.text != uzbek
    assert "Ни один" in browser.text


async def test_who_looks_after_it_is_written_there_until_it_is_over(browser, cast, late, database):
    await browser.sign_in("charos")
    await browser.open("/")
    assert (await browser.submit(f"/alarms/{late.id}")).status_code == 303
    await browser.open("/")
    assert "Charos" in browser.text
    assert f"/alarms/{late.id}" not in browser.page.text
    await alarms.settle(database, {}, datetime.now(UTC))
    await browser.open("/")
    assert said(late) not in browser.text
    await browser.open("/alarms")
    assert said(late) in browser.text
    assert "Charos" in browser.text


async def test_without_the_token_of_the_form_nothing_is_acknowledged(browser, cast, late, database):
    await browser.sign_in("charos")
    assert (await browser.post(f"/admin/alarms/{late.id}", data={})).status_code == 403
    (alarm,) = await alarms.raised(database)
    assert alarm.acknowledged_at is None


async def answered(settings, database, *, address: str = "127.0.0.1", **headers: str) -> int:
    transport = httpx.ASGITransport(create_app(settings, database), client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://admin.test") as client:
        return (await client.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize(
    ("public_url", "token", "address", "headers", "status"),
    [
        ("http://127.0.0.1:8082", None, "127.0.0.1", {}, 200),
        ("http://127.0.0.1:8082", None, "203.0.113.5", {}, 404),
        ("http://127.0.0.1:8082", None, "127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}, 404),
        ("https://salomat.example", None, "127.0.0.1", {}, 404),
        ("https://salomat.example", "secret", "203.0.113.5", {"Authorization": "Bearer secret"}, 200),
        ("https://salomat.example", "secret", "127.0.0.1", {"Authorization": "Bearer other"}, 404),
        ("http://127.0.0.1:8082", "secret", "127.0.0.1", {}, 404),
    ],
)
async def test_metrics_are_for_this_machine_or_for_who_has_the_token(
    settings, database, public_url, token, address, headers, status
):
    more = {"public_url": public_url, "metrics_token": SecretStr(token) if token else None}
    assert await answered(settings.model_copy(update=more), database, address=address, **headers) == status


async def test_health_is_open_and_says_nothing_but_how_it_is(app, database):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://admin.test") as client:
        answer = await client.get("/health")
    assert answer.json() == {"status": "ok", "checks": {"database": {"ok": True}}}
