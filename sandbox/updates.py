"""The queue of updates: offsets and long polling as getUpdates has them, or pushes to a webhook."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp

from sandbox.errors import TelegramError
from sandbox.store import Json, Store

_NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
_MAX_TIMEOUT_S = 50
_BACK_OFF_S = (0.2, 1, 2, 5, 10, 30, 60)
_CONFLICT = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
_WEBHOOK_ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Updates:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.queue: dict[int, Json] = {row["update_id"]: row for row in store.all("update")}
        settings = store.get("setting", "updates") or {}
        self.allowed: list[str] | None = settings.get("allowed")
        self.webhook: Json | None = settings.get("webhook")
        self._arrived = asyncio.Event()
        self._poller: object | None = None
        self.waiting = 0  # long polls open now
        self._closing = False
        self._pusher: asyncio.Task[None] | None = None

    def _save(self) -> None:
        self.store.put("setting", "updates", {"allowed": self.allowed, "webhook": self.webhook})

    def add(self, kind: str, body: Json) -> int | None:
        """Queues an update unless the bot asked not to get its kind. Returns its id."""
        wanted = kind not in _NOT_BY_DEFAULT if not self.allowed else kind in self.allowed
        if not wanted:
            return None
        # Telegram begins anywhere and only goes up: a bot that polls on while the sandbox starts afresh misses nothing.
        number = self.store.next("update", start=int(time.time()))
        self.queue[number] = {"update_id": number, kind: body}
        self.store.put("update", number, self.queue[number])
        self._arrived.set()
        return number

    def _confirm(self, below: int) -> None:
        for number in [number for number in self.queue if number < below]:
            self._drop(number)

    def _drop(self, number: int) -> None:
        self.queue.pop(number, None)
        self.store.remove("update", number)

    async def get(
        self, offset: int = 0, limit: int = 100, timeout_s: int = 0, allowed: Any = None
    ) -> list[Json]:
        if self.webhook is not None:
            raise TelegramError(409, _WEBHOOK_ACTIVE)
        me = self._poller = object()
        self._arrived.set()  # wakes an older poller, which then finds it is not the one any more
        if allowed is not None and allowed != self.allowed:
            self.allowed = allowed
            self._save()
        if offset < 0:
            offset = sorted(self.queue)[offset:][0] if self.queue else 0
        self._confirm(offset)
        deadline = time.monotonic() + min(max(timeout_s, 0), _MAX_TIMEOUT_S)
        while not self.queue and not self._closing and (left := deadline - time.monotonic()) > 0:
            self._arrived.clear()
            self.waiting += 1
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                break
            finally:
                self.waiting -= 1
            if self._poller is not me:
                raise TelegramError(
                    409, _CONFLICT if self.webhook is None else "Conflict: terminated by setWebhook request"
                )
        limit = limit if 1 <= limit <= 100 else 100
        return [self.queue[number] for number in sorted(self.queue)[:limit]]

    def forget_pending(self) -> None:
        for number in list(self.queue):
            self._drop(number)

    def set_webhook(self, url: str, secret: str | None, allowed: Any, connections: int, drop: bool) -> None:
        if drop:
            self.forget_pending()
        self.webhook = {"url": url, "secret": secret, "connections": connections} if url else None
        if allowed is not None:
            self.allowed = allowed
        self._save()
        self._poller = None
        self._arrived.set()
        self.start()

    def webhook_info(self) -> Json:
        webhook = self.webhook or {}
        info: Json = {
            "url": webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue),
        }
        if webhook:
            info["max_connections"] = webhook["connections"]
        for key in ("last_error_date", "last_error_message"):
            info |= {key: webhook[key]} if key in webhook else {}
        return info | ({"allowed_updates": self.allowed} if self.allowed else {})

    def start(self) -> None:
        """Begins or ends pushing, as the webhook is set or not."""
        if self.webhook is not None and (self._pusher is None or self._pusher.done()):
            self._pusher = asyncio.create_task(self._push())

    async def _push(self) -> None:
        """In order, one at a time: simpler than Telegram's many connections, and as an ordering no worse."""
        failures = 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while self.webhook is not None and not self._closing:
                if not self.queue:
                    self._arrived.clear()
                    await self._arrived.wait()
                    continue
                number = min(self.queue)
                error = await self._deliver(session, self.webhook, self.queue[number])
                if error is None:
                    failures = 0
                    self._drop(number)
                    continue
                self.webhook |= {"last_error_date": int(time.time()), "last_error_message": error}
                await asyncio.sleep(_BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)])
                failures += 1

    @staticmethod
    async def _deliver(session: aiohttp.ClientSession, webhook: Json, update: Json) -> str | None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook["secret"]} if webhook["secret"] else {}
        try:
            async with session.post(webhook["url"], json=update, headers=headers) as response:
                await response.read()
                if 200 <= response.status < 300:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"

    async def close(self) -> None:
        self._closing = True
        self._arrived.set()
        if self._pusher is not None:
            self._pusher.cancel()
            await asyncio.gather(self._pusher, return_exceptions=True)
