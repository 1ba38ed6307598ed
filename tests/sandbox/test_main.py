"""The process itself: starts, says where, and stops at once in the middle of everything."""

from __future__ import annotations

import asyncio
import re
import signal
import sys

import aiohttp


async def test_the_sandbox_stops_at_once_while_a_bot_polls_and_a_page_listens(tmp_path):
    command = (sys.executable, "-m", "sandbox", "--port", "0", "--state-dir", str(tmp_path))
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    line = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
    address = re.search(r"http://[\d.]+:\d+", line)
    assert address, line
    url = address.group()
    async with aiohttp.ClientSession() as session:
        poll = asyncio.create_task(session.post(f"{url}/bot42:abcdefgh/getUpdates", json={"timeout": 50}))
        await session.get(f"{url}/api/events")
        async with session.get(f"{url}/health") as response:
            assert await response.json() == {"ok": True}
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 30) == 0
        assert (await poll).status == 200


async def test_another_site_cannot_play_citizens(sandbox):
    for origin, status in (("https://elsewhere.example", 403), (sandbox.url, 201)):
        headers = {"Origin": origin}
        body = {"name": "Aziza"}
        async with sandbox.session.post(f"{sandbox.url}/api/citizens", json=body, headers=headers) as answer:
            assert answer.status == status


async def test_a_bad_control_request_is_refused_with_a_reason(sandbox):
    assert (await sandbox.control("POST", "citizens", {}))[0] == 422
    assert (await sandbox.control("POST", "citizens", []))[0] == 400
    assert (await sandbox.control("GET", "citizens/9/messages"))[0] == 404
    gulnora = await sandbox.post("citizens", name="Gulnora", phone="+998935557788", telegram=False)
    assert await sandbox.control("POST", f"citizens/{gulnora['id']}/messages", {"text": "x"}) == (
        409,
        {"error": "Gulnora has no Telegram"},
    )
    assert (await sandbox.control("POST", "phones/12/sms", {"text": "x"}))[0] == 422
