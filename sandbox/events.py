"""Server-sent events: whatever happens in the sandbox, told to every open page at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

_HEARTBEAT_S = 10.0
_QUEUE_LIMIT = 2000


class Events:
    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str]] = set()
        self.closing = asyncio.Event()

    def tell(self, kind: str, **data: Any) -> None:
        if not self._listeners:
            return
        line = f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        for queue in self._listeners:
            if queue.qsize() < _QUEUE_LIMIT:
                queue.put_nowait(line)

    def close(self) -> None:
        self.closing.set()
        for queue in self._listeners:
            queue.put_nowait("")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\nevent: hello\ndata: {}\n\n")
            while not self.closing.is_set():
                try:
                    line = await asyncio.wait_for(queue.get(), _HEARTBEAT_S)
                except TimeoutError:
                    line = ": still here\n\n"
                await response.write(line.encode())
        except ConnectionResetError:
            pass
        finally:
            self._listeners.discard(queue)
        return response
