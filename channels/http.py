"""What an HTTP exchange with a provider means for a message: not sent, refused, or unknown."""

from __future__ import annotations

from typing import Any

import httpx

from core.ports import DeliveryError

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
BUSY_WAIT_S = 5.0
MISCONFIGURED_WAIT_S = 300.0


async def sent_or_not(
    name: str, http: httpx.AsyncClient, method: str, path: str, **more: Any
) -> httpx.Response:
    """The answer, whatever its status. Raises DeliveryError: a refused connection surely sent nothing, silence may have."""
    try:
        return await http.request(method, path, **more)
    except NEVER_LEFT as error:
        raise DeliveryError(f"{name}: not reachable") from error
    except httpx.HTTPError as error:
        raise DeliveryError(f"{name}: no answer", unknown=True) from error


def refused(name: str, response: httpx.Response) -> None:
    """Raises DeliveryError unless the answer is a yes."""
    status = response.status_code
    if status == 429:
        raise DeliveryError(f"{name}: too many requests", retry_after_s=_retry_after_s(response))
    if status in (401, 403):
        raise DeliveryError(f"{name}: login not accepted", retry_after_s=MISCONFIGURED_WAIT_S)
    if status >= 500:
        raise DeliveryError(f"{name}: {status}", unknown=status == 504)
    if status >= 400:
        raise DeliveryError(f"{name}: {status}", permanent=True)


def _retry_after_s(response: httpx.Response) -> float:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else BUSY_WAIT_S


def answered(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; empty when it is none."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
