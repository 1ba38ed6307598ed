"""A loopback Telegram: answers sendMessage after 60 ms and notes when each request arrived, by CLOCK_MONOTONIC."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

ANSWERS_AFTER_S = 0.06


class Telegram(asyncio.Protocol):
    arrivals: list[tuple[float, int]] = []  # noqa: RUF012 – one list for all connections is meant

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            self.request(head, body)

    def request(self, head: bytes, body: bytes) -> None:
        if b"sendmessage" in head.split(b"\r\n", 1)[0]:
            chat_id = _chat_id(body)
            self.arrivals.append((time.monotonic(), chat_id))
            sent = {"message_id": len(self.arrivals), "date": 0, "chat": {"id": chat_id, "type": "private"}}
            asyncio.get_running_loop().call_later(ANSWERS_AFTER_S, self.answer, {"ok": True, "result": sent})
        else:
            self.answer(self.arrivals)
            if b"/reset" in head:
                self.arrivals.clear()

    def answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


def _chat_id(body: bytes) -> int:
    at = body.find(b'name="chat_id"')  # aiogram's form has parts
    if at >= 0:
        return int(body[body.find(b"\r\n\r\n", at) + 4 :].split(b"\r\n", 1)[0])
    found = re.search(rb'chat_id(?:=|": )(\d+)', body)
    assert found is not None
    return int(found[1])


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Telegram, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """The address of one, in its own process."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def arrivals(url: str, *, reset: bool = True) -> list[tuple[float, int]]:
    with urllib.request.urlopen(f"{url}/{'reset' if reset else 'arrivals'}", timeout=30) as response:
        return [(at, chat_id) for at, chat_id in json.load(response)]


def most_in_a_second(moments: list[float]) -> int:
    """In any window of a second, wherever it begins."""
    moments, most, first = sorted(moments), 0, 0
    for last, at in enumerate(moments):
        while moments[first] <= at - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


if __name__ == "__main__":
    asyncio.run(main())
