"""The process itself: it starts, answers, logs no personal data, and stops when told."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import httpx


async def test_the_process_answers_and_stops_cleanly_on_sigterm(settings, database, cast):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url,
        "ENCRYPTION_KEYS": settings.encryption_keys[0].get_secret_value(),
        "LOOKUP_KEY": settings.lookup_key.get_secret_value(),
        "SESSION_KEY": settings.session_key.get_secret_value(),
        "ADMIN_PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOG_FORMAT": "json",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "admin", env=environment, stderr=asyncio.subprocess.PIPE
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _attempt in range(300):
            try:
                answer = await client.get("/health")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
        assert answer.json() == {"status": "ok", "checks": {"database": {"ok": True}}}
        assert "salomat_due 0.0" in (await client.get("/metrics")).text
        assert (await client.get("/")).headers["location"] == "/admin/"
        assert (await client.get("/admin/static/salomat.css")).status_code == 200
        assert (await client.get("/docs")).status_code == 404
        await client.post("/admin/people/find", data={"number": "+998901234567"})
        process.send_signal(signal.SIGTERM)
        _out, written = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode in (0, -signal.SIGTERM)
    assert b"998901234567" not in written


async def test_a_missing_key_is_one_clear_sentence():
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "admin",
        env={"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nowhere/x", "SESSION_KEY": "short"},
        stderr=asyncio.subprocess.PIPE,
        cwd="/",
    )
    _out, written = await process.communicate()
    assert process.returncode == 1
    assert b"ENCRYPTION_KEYS" in written
    assert b"Traceback" not in written
