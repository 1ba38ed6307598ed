"""Bot API methods about receiving: updates, webhook, files, and answers to pressed buttons."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.files import MAX_DOWNLOAD_BYTES
from sandbox.methods import Call, World, method
from sandbox.store import Json

QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
CALLBACK_LIFETIME_S = 60.0


@method("getUpdates")
async def get_updates(world: World, call: Call) -> list[Json]:
    wanted = call.params
    return await world.updates.get(
        wanted.get("offset", 0),
        wanted.get("limit", 100),
        wanted.get("timeout", 0),
        wanted.get("allowed_updates"),
    )


@method("setWebhook")
async def set_webhook(world: World, call: Call) -> bool:
    url = call.params.get("url", "")
    # Telegram takes https only; on one machine there is nobody to read along, so plain http is let in.
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise bad_request("bad webhook: invalid webhook URL specified")
    secret = call.params.get("secret_token")
    if secret is not None and len(secret) > 256:
        raise bad_request("secret token is too long")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
        raise bad_request("secret token contains unallowed characters")
    connections = call.params.get("max_connections", 40)
    drop = call.params.get("drop_pending_updates", False)
    world.updates.set_webhook(url, secret, call.params.get("allowed_updates"), connections, drop)
    return True


@method("deleteWebhook")
async def delete_webhook(world: World, call: Call) -> bool:
    world.updates.set_webhook("", None, None, 0, call.params.get("drop_pending_updates", False))
    return True


@method("getWebhookInfo")
async def get_webhook_info(world: World, call: Call) -> Json:
    return world.updates.webhook_info()


@method("getFile")
async def get_file(world: World, call: Call) -> Json:
    row = world.files.find(call.params["file_id"])
    if row is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if row["file_size"] > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {key: row[key] for key in ("file_id", "file_unique_id", "file_size", "file_path")}


@method("answerCallbackQuery")
async def answer_callback_query(world: World, call: Call) -> bool:
    query = world.chats.store.get("callback", call.params["callback_query_id"])
    now = world.chats.clock()
    if query is None or query["answer"] is not None or now - query["asked_at"] > CALLBACK_LIFETIME_S:
        raise bad_request(QUERY_TOO_OLD)
    text = call.params.get("text", "")
    if utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    answer: Json = {"text": text, "show_alert": call.params.get("show_alert", False)}
    query["answer"] = answer | ({"url": call.params["url"]} if "url" in call.params else {})
    world.chats.store.put("callback", query["id"], query)
    world.chats.events.tell("answer", citizen_id=query["citizen_id"], id=query["id"], answer=query["answer"])
    return True
