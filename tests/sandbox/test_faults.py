"""Faults by chat, by count and by chance, and Telegram's limits when they are kept."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from sandbox.errors import TelegramError
from sandbox.faults import Faults
from sandbox.limits import Limits


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ({"kind": "blocked"}, 403, {"description": "Forbidden: bot was blocked by the user"}),
        (
            {"kind": "too_many_requests", "retry_after_s": 5},
            429,
            {"description": "Too Many Requests: retry after 5", "parameters": {"retry_after": 5}},
        ),
        ({"kind": "server_error"}, 502, {"description": "Bad Gateway"}),
        ({"kind": "server_error", "error_code": 500}, 500, {"description": "Internal Server Error"}),
    ],
)
async def test_a_fault_strikes_one_chat_as_often_as_asked(sandbox, fault, status, body):
    aziza, boris = await sandbox.aziza(), await sandbox.aziza(name="Boris", phone="+998935550011")
    await sandbox.post("faults", target="telegram", subject=aziza["telegram_id"], count=1, **fault)
    await sandbox.ok("sendMessage", chat_id=boris["telegram_id"], text="x")
    expected = {"ok": False, "error_code": status, **body}
    assert await sandbox.api("sendMessage", chat_id=aziza["telegram_id"], text="x") == (status, expected)
    await sandbox.ok("sendMessage", chat_id=aziza["telegram_id"], text="x")


async def test_a_fault_for_everybody_spares_polling_unless_it_is_named(sandbox):
    await sandbox.post("faults", target="telegram", kind="server_error")
    assert await sandbox.ok("getUpdates") == []
    await sandbox.post("faults", target="telegram", kind="server_error", methods=["getUpdates"])
    await sandbox.control("DELETE", "faults/1")
    assert (await sandbox.api("getUpdates"))[0] == 502
    await sandbox.control("DELETE", "faults")
    assert await sandbox.ok("getUpdates") == []


async def test_an_answer_lost_after_accepting_leaves_the_message_in_the_chat(sandbox):
    aziza = await sandbox.aziza()
    await sandbox.post("faults", target="telegram", kind="timeout_after_accept", count=1)
    url = f"{sandbox.url}/bot42:abcdefgh/sendMessage"
    message, timeout = {"chat_id": aziza["telegram_id"], "text": "x"}, aiohttp.ClientTimeout(total=2)
    with pytest.raises(asyncio.TimeoutError):
        await sandbox.session.post(url, json=message, timeout=timeout)
    assert len(await sandbox.get(f"citizens/{aziza['id']}/messages")) == 1
    assert [call["answered"] for call in await sandbox.get("calls?method=sendMessage")] == [False]


@pytest.mark.parametrize("path", ["bot42:abcdefgh/sendMessage", "2010-04-01/Accounts/AC1/Messages.json"])
async def test_an_answer_lost_before_accepting_leaves_nothing_and_is_counted(sandbox, path):
    aziza = await sandbox.aziza()
    target = "telegram" if path.startswith("bot") else "sms"
    await sandbox.post("faults", target=target, kind="timeout_before_accept")
    form = {"To": "+998901112233", "From": "+15005550006", "Body": "x"}
    if target == "telegram":
        form = {"chat_id": aziza["telegram_id"], "text": "x"}
    headers, timeout = (
        {"Authorization": aiohttp.encode_basic_auth("AC1", "token")},
        aiohttp.ClientTimeout(total=1),
    )
    with pytest.raises(asyncio.TimeoutError):
        await sandbox.session.post(f"{sandbox.url}/{path}", data=form, headers=headers, timeout=timeout)
    assert await sandbox.get(f"citizens/{aziza['id']}/messages") == []
    assert all(row["sms"] == [] for row in await sandbox.get("phones"))
    assert [fault["struck"] for fault in await sandbox.get("faults")] == [1]
    assert not any(call["ok"] for call in await sandbox.get("calls?method=sendMessage"))


async def test_an_unknown_fault_is_refused(sandbox):
    assert (await sandbox.control("POST", "faults", {"target": "telegram", "kind": "rain"}))[0] == 422
    assert (await sandbox.control("POST", "faults", {"target": "sms", "kind": "failed", "hue": 1}))[0] == 422


def test_chance_repeats_itself_with_the_same_seed():
    def drawn(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(target="telegram", kind="slow", probability=0.3)
        return [faults.draw("telegram", 1, "sendMessage") is not None for _ in range(200)]

    assert drawn(7) == drawn(7)
    assert 30 < sum(drawn(7)) < 90


def test_thirty_messages_a_second_and_one_a_second_to_a_chat():
    limits = Limits()
    for chat in range(30):
        limits.spend(chat, now=0.0 + chat / 100)
    with pytest.raises(TelegramError) as refused:
        limits.spend(99, now=0.9)
    assert refused.value.parameters == {"retry_after": 1}
    limits.spend(99, now=1.0)
    with pytest.raises(TelegramError):
        limits.spend(99, now=1.9)
    limits.spend(99, now=2.0)


async def test_limits_are_kept_when_asked(start):
    sandbox = await start(strict_limits=True)
    aziza = await sandbox.aziza()
    await sandbox.ok("sendMessage", chat_id=aziza["telegram_id"], text="x")
    status, body = await sandbox.api("sendMessage", chat_id=aziza["telegram_id"], text="x")
    assert (status, body["parameters"]) == (429, {"retry_after": 1})
    await sandbox.ok("sendChatAction", chat_id=aziza["telegram_id"], action="typing")
