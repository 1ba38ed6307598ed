"""Twilio's own client against the sandbox: send, look up, list, refusals, signed callbacks, answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

ACCOUNT, AUTH = "AC" + "1" * 32, "auth-token-of-the-account"
GULNORA = "+998901234567"
SENDER = "+15005550006"


class Receiver:
    """The application's side: takes callbacks and inbound messages, and checks each signature."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.reply = ""

    async def handle(self, request: web.Request) -> web.Response:
        form = await request.post()
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(AUTH).validate(self.url + request.path_qs, form, signature)
        self.forms.append({key: str(value) for key, value in form.items()})
        return web.Response(text=self.reply, content_type="text/xml")

    async def statuses(self, count: int) -> list[str]:
        for _ in range(1500):
            if len(self.forms) >= count:
                break
            await asyncio.sleep(0.02)
        return [form["MessageStatus"] for form in self.forms]


@pytest.fixture
async def receiver():
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    server = TestServer(app)
    await server.start_server()
    receiver.url = str(server.make_url("")).rstrip("/")
    yield receiver
    await server.close()


def client_of(sandbox) -> Client:
    client = Client(ACCOUNT, AUTH)
    client.api.base_url = sandbox.url
    return client


async def send(sandbox, to: str = GULNORA, body: str = "Salomat: rejali ko'rik vaqti keldi", **more):
    client = client_of(sandbox)
    return await asyncio.to_thread(lambda: client.messages.create(to=to, from_=SENDER, body=body, **more))


async def final(sandbox, sid: str) -> str:
    for _ in range(1500):
        sms = await asyncio.to_thread(lambda: client_of(sandbox).messages(sid).fetch())
        if sms.status in ("delivered", "undelivered", "failed"):
            return sms.status
        await asyncio.sleep(0.02)
    raise AssertionError(sms.status)


async def test_an_sms_is_delivered_and_every_step_reported_with_a_good_signature(sandbox, receiver):
    sms = await send(sandbox, status_callback=f"{receiver.url}/hook?key=secret&n=1")
    assert (sms.status, sms.num_segments, sms.direction) == ("queued", "1", "outbound-api")
    assert await receiver.statuses(3) == ["queued", "sent", "delivered"]
    assert {form["MessageSid"] for form in receiver.forms} == {sms.sid}
    assert await final(sandbox, sms.sid) == "delivered"
    shown = (await sandbox.get(f"phones/{GULNORA}/sms"))[0]
    assert (shown["body"], shown["encoding"], shown["segments"]) == (sms.body, "GSM-7", 1)


async def test_a_list_is_filtered_by_number_and_day_and_paged(sandbox):
    for number in range(5):
        await send(sandbox, body=f"xabar {number}")
    await send(sandbox, to="+998935550011", body="boshqa")
    messages = (await sandbox.get(f"phones/{GULNORA}/sms"))[-1]
    await final(sandbox, messages["sid"])
    client = client_of(sandbox)
    today = datetime.now(UTC)

    def listed(**filters) -> list[str]:
        return [sms.body for sms in client.messages.list(page_size=2, **filters)]

    assert await asyncio.to_thread(lambda: listed(to=GULNORA)) == [f"xabar {n}" for n in (4, 3, 2, 1, 0)]
    after, before = today - timedelta(minutes=5), today + timedelta(minutes=5)
    found = await asyncio.to_thread(
        lambda: listed(to=GULNORA, date_sent_after=after, date_sent_before=before)
    )
    assert len(found) == 5
    later = today + timedelta(days=1)
    assert await asyncio.to_thread(lambda: listed(to=GULNORA, date_sent_after=later)) == []


@pytest.mark.parametrize(
    ("to", "body", "code", "status"),
    [
        ("+99890123", "salom", 21211, 400),
        ("998901234567", "salom", 21211, 400),
        ("+998712345678", "salom", 21614, 400),
        (GULNORA, "x" * 1601, 21617, 400),
    ],
)
async def test_a_bad_number_or_text_is_refused_with_twilios_code(sandbox, to, body, code, status):
    with pytest.raises(TwilioRestException) as refused:
        await send(sandbox, to=to, body=body)
    assert (refused.value.code, refused.value.status) == (code, status)


async def test_wrong_credentials_are_refused(start):
    sandbox = await start(twilio_account=ACCOUNT, twilio_token="another")
    with pytest.raises(TwilioRestException) as refused:
        await send(sandbox)
    assert (refused.value.code, refused.value.status) == (20003, 401)


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [("too_many_requests", 20429, 429), ("server_error", 20500, 500), ("not_mobile", 21614, 400)],
)
async def test_a_fault_at_the_request_has_twilios_error_body(sandbox, kind, code, status):
    await sandbox.post("faults", target="sms", kind=kind, subject=GULNORA, count=1)
    with pytest.raises(TwilioRestException) as refused:
        await send(sandbox)
    assert (refused.value.code, refused.value.status) == (code, status)
    assert (await send(sandbox)).status == "queued"


@pytest.mark.parametrize(("kind", "code"), [("failed", "30008"), ("undelivered", "30005")])
async def test_a_failed_delivery_is_reported_with_its_code(sandbox, receiver, kind, code):
    await sandbox.post("faults", target="sms", kind=kind)
    await send(sandbox, status_callback=f"{receiver.url}/hook")
    steps = ["queued", "failed"] if kind == "failed" else ["queued", "sent", "undelivered"]
    assert await receiver.statuses(len(steps)) == steps
    assert receiver.forms[-1]["ErrorCode"] == code


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("duplicate_callback", ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        ("out_of_order_callback", ["queued", "delivered", "sent"]),
        ("lost_callback", []),
    ],
)
async def test_callbacks_come_twice_in_the_wrong_order_or_never(sandbox, receiver, kind, steps):
    await sandbox.post("faults", target="sms", kind=kind, count=1)
    sms = await send(sandbox, status_callback=f"{receiver.url}/hook")
    assert await receiver.statuses(len(steps)) == steps
    assert await final(sandbox, sms.sid) == "delivered"


async def test_an_answer_lost_after_accepting_leaves_the_sms_sent(sandbox):
    await sandbox.post("faults", target="sms", kind="timeout_after_accept", count=1)
    client = client_of(sandbox)
    client.http_client.timeout = 2
    with pytest.raises(Exception, match="timed out"):
        await asyncio.to_thread(lambda: client.messages.create(to=GULNORA, from_=SENDER, body="salom"))
    assert [sms["body"] for sms in await sandbox.get(f"phones/{GULNORA}/sms")] == ["salom"]


async def test_a_phone_that_answered_stop_is_refused_until_it_says_start(start, receiver):
    sandbox = await start(inbound_url=f"{receiver.url}/hook")
    receiver.reply = "<Response><Message>Qabul qilindi</Message></Response>"
    await send(sandbox)
    answered = await sandbox.post(f"phones/{GULNORA}/sms", text="Stop")
    assert answered["opted_out"]
    inbound = receiver.forms[-1]
    assert (inbound["From"], inbound["To"], inbound["Body"]) == (GULNORA, SENDER, "Stop")
    assert (await sandbox.get(f"phones/{GULNORA}/sms"))[-1]["body"] == "Qabul qilindi"
    with pytest.raises(TwilioRestException) as refused:
        await send(sandbox)
    assert refused.value.code == 21610
    await sandbox.post(f"phones/{GULNORA}/sms", text="START")
    assert (await send(sandbox)).status == "queued"


async def test_a_restart_keeps_sms_and_goes_on_delivering(start, tmp_path, receiver):
    first = await start(state_dir=tmp_path, sms_step_s=60)
    sms = await send(first, status_callback=f"{receiver.url}/hook")
    await first.server.close()
    second = await start(state_dir=tmp_path)
    assert await final(second, sms.sid) == "delivered"
    assert (await receiver.statuses(3))[-1] == "delivered"
