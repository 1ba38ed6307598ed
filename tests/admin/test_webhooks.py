"""What providers tell us over HTTP: signatures, unguessable paths, replays, and the sandbox's own callbacks end to end."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from admin import webhooks
from db.people import Person
from tests.deliveries import (
    AUTH,
    ESKIZ,
    GULNORA,
    a_worker,
    deliveries_of,
    person,
    promise,
    reached_at,
    running_sandbox,
)

SECRET = "unguessable"


@pytest.fixture
async def site(settings, database):
    """The webhooks on a port of their own; PUBLIC_URL is where they are reached."""
    app = FastAPI()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 – uvicorn offers no event
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    public = settings.model_copy(
        update={
            "public_url": url,
            "twilio_auth_token": SecretStr(AUTH),
            "eskiz_callback_secret": SecretStr(SECRET),
        }
    )
    app.include_router(webhooks.router(public, database))
    yield public
    server.should_exit = True
    await task


async def post(
    site, path: str, form: dict[str, str], *, token: str = AUTH, signed_for: str | None = None
) -> int:
    signature = RequestValidator(token).compute_signature(signed_for or f"{site.public_url}{path}", form)
    async with httpx.AsyncClient(base_url=site.public_url, trust_env=False) as http:
        response = await http.post(path, data=form, headers={"X-Twilio-Signature": signature})
    return response.status_code


async def an_sms(database, worker, now, phone: str = GULNORA):
    await promise(database, now, await person(database, now, phone=phone))
    await worker.tick()
    return (await deliveries_of(database))[-1]


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


async def until(database, state: str) -> str:
    for _ in range(500):
        (row,) = await deliveries_of(database)
        if row.state == state:
            break
        await asyncio.sleep(0.02)
    return row.state


async def test_an_sms_through_twilio_becomes_delivered_by_its_signed_callbacks(site, database, sandbox, now):
    async with a_worker(reached_at(site, sandbox.url), database, now) as worker:
        await an_sms(database, worker, now)
        assert await until(database, "delivered") == "delivered"


async def test_a_failed_sms_is_told_with_its_code(site, database, sandbox, now):
    await sandbox.fault("sms", "undelivered", subject=GULNORA)
    async with a_worker(reached_at(site, sandbox.url), database, now) as worker:
        await an_sms(database, worker, now)
        assert await until(database, "failed") == "failed"
    (row,) = await deliveries_of(database)
    assert row.error.startswith("twilio: 3000")


async def test_an_sms_through_eskiz_becomes_delivered_by_callbacks_to_the_unguessable_path(
    site, database, sandbox, now
):
    more = ESKIZ | {"sms_providers": ("eskiz",)}
    async with a_worker(reached_at(site, sandbox.url, **more), database, now) as worker:
        await an_sms(database, worker, now)
        assert await until(database, "delivered") == "delivered"


async def test_a_wrong_signature_a_wrong_address_and_no_signature_are_refused(site, database, sandbox, now):
    async with a_worker(
        reached_at(site, sandbox.url, public_url="http://127.0.0.1:9"), database, now
    ) as worker:
        row = await an_sms(database, worker, now)
    path = f"/webhooks/twilio/status?key={row.key}"
    form = {"MessageStatus": "delivered", "MessageSid": "SM1"}
    assert await post(site, path, form, token="another token") == 403
    assert await post(site, path, form, signed_for="https://elsewhere.example/status") == 403
    async with httpx.AsyncClient(base_url=site.public_url, trust_env=False) as http:
        assert (await http.post(path, data=form)).status_code == 403
    assert (await deliveries_of(database))[0].state == "sent"
    assert await post(site, path, form) == 204
    assert (await deliveries_of(database))[0].state == "delivered"


@pytest.mark.parametrize(
    "form", [{}, {"MessageStatus": "unheard of"}, {"MessageStatus": "failed", "ErrorCode": "x"}]
)
async def test_an_unknown_message_or_status_is_harmless(site, form):
    assert await post(site, "/webhooks/twilio/status?key=nobody", form) == 204


async def test_eskiz_is_believed_only_at_the_secret_path(site, database, sandbox, now):
    async with a_worker(
        reached_at(site, sandbox.url, public_url="http://127.0.0.1:9"), database, now
    ) as worker:
        row = await an_sms(database, worker, now)
    async with httpx.AsyncClient(base_url=site.public_url, trust_env=False) as http:
        body = {"request_id": "1", "status": "DELIVERED"}
        assert (await http.post(f"/webhooks/eskiz/guess/{row.key}", json=body)).status_code == 403
        assert (await deliveries_of(database))[0].state == "sent"
        for sent in (
            {"json": body},
            {"data": body},
            {"content": b"{", "headers": {"Content-Type": "application/json"}},
        ):
            assert (await http.post(f"/webhooks/eskiz/{SECRET}/{row.key}", **sent)).status_code == 204
    assert (await deliveries_of(database))[0].state == "delivered"


async def test_stop_by_sms_pauses_start_resumes_and_a_replayed_start_does_nothing(site, database, now):
    gulnora = await person(database, now, phone=GULNORA)

    async def says(text: str, sid: str) -> bool:
        form = {"From": GULNORA, "To": "+15005550006", "Body": text, "MessageSid": sid}
        assert await post(site, "/webhooks/twilio/inbound", form) == 200
        async with database.transaction() as session:
            return (await session.get(Person, gulnora)).reminders_paused_at is not None

    assert await says("To'xtatish", "SM1")
    assert not await says("START", "SM2")
    assert await says("Стоп", "SM3")
    assert await says("START", "SM2")  # somebody replays the signed request
    assert not await says("start", "SM4")
