"""The cruellest fault: a request is accepted and carried out, and its answer never comes."""

from __future__ import annotations

import asyncio

from aiohttp import web

_LONGEST_S = 120.0
_LOOK_S = 0.05


async def lose(request: web.Request) -> web.Response:
    """Holds the connection until the caller's own time-out ends it, then drops it."""
    waited = 0.0
    while waited < _LONGEST_S and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(_LOOK_S)
        waited += _LOOK_S
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
