"""Eskiz and PlayMobile as their clients meet them: login, send, batch, status, callbacks, refusals."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

PHONE = "998901234567"


class EskizClient:
    def __init__(self, sandbox) -> None:
        self.sandbox, self.token = sandbox, ""

    async def call(self, verb: str, path: str, **more) -> tuple[int, dict]:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.sandbox.url}/eskiz/api{path}"
        async with self.sandbox.session.request(verb, url, headers=headers, **more) as response:
            return response.status, await response.json()

    async def login(self) -> EskizClient:
        status, body = await self.call("POST", "/auth/login", data={"email": "a@b.uz", "password": "x"})
        assert (status, body["token_type"]) == (200, "bearer")
        self.token = body["data"]["token"]
        return self

    async def send(self, text: str = "Salomat: rejali ko'rik", **more) -> tuple[int, dict]:
        form = {"mobile_phone": PHONE, "message": text, "from": "4546"} | more
        return await self.call("POST", "/message/sms/send", data=form)

    async def final(self, identifier: str) -> str:
        for _ in range(1500):
            _, body = await self.call("GET", f"/message/sms/status_by_id/{identifier}")
            if body["data"]["status"] not in ("waiting", "ACCEPTED"):
                return body["data"]["status"]
            await asyncio.sleep(0.02)
        raise AssertionError(body)


async def test_an_sms_through_eskiz_is_delivered_and_reported(sandbox):
    reports: list[dict] = []

    async def receive(request: web.Request) -> web.Response:
        reports.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/eskiz/{secret}", receive)
    server = TestServer(app)
    await server.start_server()
    eskiz = await EskizClient(sandbox).login()
    status, body = await eskiz.send(callback_url=str(server.make_url("/eskiz/secret")))
    assert (status, body["status"], body["message"]) == (200, "waiting", "Waiting for SMS provider")
    assert await eskiz.final(body["id"]) == "DELIVERED"
    for _ in range(1500):
        if len(reports) == 3:
            break
        await asyncio.sleep(0.02)
    assert [report["status"] for report in reports] == ["waiting", "ACCEPTED", "DELIVERED"]
    assert {report["request_id"] for report in reports} == {body["id"]}
    await server.close()


async def test_a_batch_keeps_our_own_ids(sandbox):
    eskiz = await EskizClient(sandbox).login()
    messages = [{"user_sms_id": f"d{n}", "to": PHONE, "text": f"xabar {n}"} for n in range(2)]
    status, body = await eskiz.call(
        "POST", "/message/sms/send-batch", json={"messages": messages, "from": "4546", "dispatch_id": 1}
    )
    assert (status, body["status"]) == (200, ["waiting", "waiting"])
    assert [sms["user_id"] for sms in await sandbox.get(f"phones/+{PHONE}/sms")] == ["d0", "d1"]


async def test_a_token_expires_is_refreshed_and_an_unknown_one_is_invalid(start):
    now = [1_800_000_000.0]
    sandbox = await start(clock=lambda: now[0])
    eskiz = await EskizClient(sandbox).login()
    now[0] += 31 * 86_400
    assert await eskiz.send() == (401, {"status": "token_expired", "message": "Expired"})
    status, body = await eskiz.call("PATCH", "/auth/refresh")
    assert status == 200
    eskiz.token = body["data"]["token"]
    assert (await eskiz.send())[0] == 200
    eskiz.token = "unknown"
    assert (await eskiz.send())[1]["status"] == "token_invalid"


async def test_moderation_lets_only_approved_texts_pass_whatever_their_digits(start):
    sandbox = await start(eskiz_moderation=True)
    eskiz = await EskizClient(sandbox).login()
    text = "Salomat: 12.12 soat 10:00 da qabul. STOP"
    status, body = await eskiz.send(text)
    assert (status, body["message"]) == (400, "Этот смс текст еще не прошёл модерацию")
    await eskiz.call("POST", "/user/template", data={"template": text})
    assert (await eskiz.send("Salomat: 03.01 soat 9:30 da qabul. STOP"))[0] == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("too_many_requests", 429), ("server_error", 502), ("not_mobile", 400)]
)
async def test_a_fault_refuses_the_request(sandbox, kind, status):
    eskiz = await EskizClient(sandbox).login()
    await sandbox.post("faults", target="sms", kind=kind, count=1)
    assert (await eskiz.send())[0] == status


async def test_playmobile_sends_once_for_one_message_id(sandbox):
    message = {
        "message-id": "a1",
        "recipient": PHONE,
        "sms": {"originator": "3700", "content": {"text": "Salomat"}},
    }
    headers = {"Authorization": aiohttp.encode_basic_auth("user", "password")}
    base = f"{sandbox.url}/playmobile/broker-api"
    for _ in range(2):
        async with sandbox.session.post(
            f"{base}/send", json={"messages": [message]}, headers=headers
        ) as response:
            assert (response.status, await response.text()) == (200, "Request is received")
    assert len(await sandbox.get(f"phones/{PHONE}/sms")) == 1
    async with sandbox.session.post(f"{base}/send", json={"messages": [{}]}, headers=headers) as response:
        assert (await response.json())["error-code"] == 101
    for _ in range(1500):
        async with sandbox.session.post(
            f"{base}/get-status", json={"message-id": ["a1"]}, headers=headers
        ) as response:
            rows = (await response.json())["messages"]
        if rows[0]["status"] == "delivered":
            break
        await asyncio.sleep(0.02)
    assert rows == [{"message-id": "a1", "status": "delivered"}]
