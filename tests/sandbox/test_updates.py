"""Receiving updates: offsets, long polling, two pollers, webhooks, and a restart in between."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer


async def says(sandbox, citizen, *texts: str) -> None:
    for text in texts:
        await sandbox.post(f"citizens/{citizen['id']}/messages", text=text)


async def polled(sandbox) -> None:
    """Waits until a long poll is open."""
    for _ in range(1500):
        if (await sandbox.get("state"))["bot"]["polls"]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody polls")


def texts(updates: list[dict]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_an_offset_confirms_what_lies_below_it(sandbox):
    aziza = await sandbox.aziza()
    await says(sandbox, aziza, "bir", "ikki", "uch")
    first = await sandbox.ok("getUpdates", limit=2)
    assert texts(first) == ["bir", "ikki"]
    assert texts(await sandbox.ok("getUpdates")) == ["bir", "ikki", "uch"]
    assert texts(await sandbox.ok("getUpdates", offset=first[-1]["update_id"] + 1)) == ["uch"]
    assert texts(await sandbox.ok("getUpdates")) == ["uch"]


async def test_a_negative_offset_forgets_all_but_the_last(sandbox):
    aziza = await sandbox.aziza()
    await says(sandbox, aziza, "bir", "ikki", "uch")
    assert texts(await sandbox.ok("getUpdates", offset=-1)) == ["uch"]
    assert texts(await sandbox.ok("getUpdates")) == ["uch"]


async def test_a_long_poll_ends_as_soon_as_somebody_writes(sandbox):
    aziza = await sandbox.aziza()
    poll = asyncio.create_task(sandbox.ok("getUpdates", timeout=50))
    await polled(sandbox)
    assert not poll.done()
    await says(sandbox, aziza, "salom")
    assert texts(await asyncio.wait_for(poll, 30)) == ["salom"]


async def test_of_two_pollers_the_older_meets_a_conflict(sandbox):
    aziza = await sandbox.aziza()
    older = asyncio.create_task(sandbox.api("getUpdates", timeout=50))
    await polled(sandbox)
    newer = asyncio.create_task(sandbox.ok("getUpdates", timeout=50))
    status, body = await asyncio.wait_for(older, 30)
    assert status == 409
    assert body["description"].startswith("Conflict: terminated by other getUpdates request")
    await says(sandbox, aziza, "salom")
    assert texts(await newer) == ["salom"]


async def test_only_the_wanted_kinds_of_updates_are_queued(sandbox):
    aziza = await sandbox.aziza()
    await sandbox.ok("getUpdates", allowed_updates=["message"])
    await sandbox.post(f"citizens/{aziza['id']}/block")
    await sandbox.post(f"citizens/{aziza['id']}/unblock")
    await says(sandbox, aziza, "salom")
    assert texts(await sandbox.ok("getUpdates")) == ["salom"]


class Hook:
    """The application's side of a webhook, which first fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.updates: list[dict] = []
        self.secrets: set[str | None] = set()

    async def __call__(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        self.updates.append(await request.json())
        return web.Response()

    async def wait(self, count: int) -> list[dict]:
        for _ in range(1500):
            if len(self.updates) >= count:
                break
            await asyncio.sleep(0.02)
        return self.updates


@pytest.fixture
async def hook():
    hook = Hook(failures=1)
    app = web.Application()
    app.router.add_post("/telegram", hook)
    server = TestServer(app)
    await server.start_server()
    hook.url = str(server.make_url("/telegram"))
    yield hook
    await server.close()


async def test_a_webhook_gets_updates_in_order_with_its_secret_and_again_after_a_failure(sandbox, hook):
    aziza = await sandbox.aziza()
    await sandbox.ok("setWebhook", url=hook.url, secret_token="s-1")
    await says(sandbox, aziza, "bir", "ikki")
    assert texts(await hook.wait(2)) == ["bir", "ikki"]
    assert hook.secrets == {"s-1"}
    info = await sandbox.ok("getWebhookInfo")
    assert (info["url"], info["last_error_message"]) == (
        hook.url,
        "Wrong response from the webhook: 500 Internal Server Error",
    )
    status, body = await sandbox.api("getUpdates")
    assert status == 409
    assert body["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
    await sandbox.ok("deleteWebhook")
    assert await sandbox.ok("getUpdates") == []


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"url": "ftp://x"}, "bad webhook: invalid webhook URL specified"),
        ({"url": "https://x.uz", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://x.uz", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_a_bad_webhook_is_refused(sandbox, params, reason):
    assert await sandbox.refusal("setWebhook", **params) == f"Bad Request: {reason}"


async def test_a_restart_keeps_chats_updates_files_and_numbers(start, tmp_path):
    first = await start(state_dir=tmp_path)
    aziza = await first.aziza()
    await says(first, aziza, "bir")
    form = aiohttp.FormData({"chat_id": str(aziza["telegram_id"])})
    form.add_field("document", b"abc", filename="a.txt")
    async with first.session.post(f"{first.url}/bot42:abcdefgh/sendDocument", data=form) as response:
        document = (await response.json())["result"]
    await first.ok("setMyCommands", commands=[{"command": "start", "description": "Boshlash"}])
    await first.server.close()

    second = await start(state_dir=tmp_path)
    updates = await second.ok("getUpdates")
    assert texts(updates) == ["bir"]
    history = await second.get(f"citizens/{aziza['id']}/messages")
    assert [row["message"]["message_id"] for row in history] == [1, document["message_id"]]
    file = await second.ok("getFile", file_id=document["document"]["file_id"])
    async with second.session.get(f"{second.url}/file/bot42:abcdefgh/{file['file_path']}") as response:
        assert await response.read() == b"abc"
    assert (await second.ok("getMyCommands"))[0]["command"] == "start"
    assert (await second.aziza())["id"] == aziza["id"]
    await says(second, aziza, "ikki")
    later = await second.ok("getUpdates", offset=updates[0]["update_id"] + 1)
    assert later[0]["message"]["message_id"] == document["message_id"] + 1


async def test_after_a_reset_numbers_go_on_so_that_a_polling_bot_misses_nothing(sandbox):
    aziza = await sandbox.aziza()
    await says(sandbox, aziza, "bir")
    before = (await sandbox.ok("getUpdates"))[0]
    await sandbox.post("reset")
    assert await sandbox.get("citizens") == []
    aziza = await sandbox.aziza()
    await says(sandbox, aziza, "ikki")
    after = (await sandbox.ok("getUpdates", offset=before["update_id"] + 1))[0]
    assert after["message"]["message_id"] > before["message"]["message_id"]
