"""What the sandbox says back is valid by the published schema too: every result and every update."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/domain/data/providers/telegram_bot_api_10.3.json"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
PLAIN = {"String": str, "Integer": int, "Boolean": bool, "True": bool, "Float": float}
pytestmark = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the published schema is not beside the project"
)


@cache
def types() -> dict[str, Any]:
    return json.loads(PUBLISHED.read_text())["types"]


def wrong(value: Any, kinds: list[str]) -> str | None:
    """Why the value is none of these types, or None where it is one."""
    reasons = [reason(value, kind) for kind in kinds]
    return None if None in reasons else f"{value!r}: {reasons}"


def reason(value: Any, kind: str) -> str | None:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return f"no {kind}"
        return next(
            (found for item in value if (found := wrong(item, [kind.removeprefix("Array of ")]))), None
        )
    if kind in PLAIN:
        fits = isinstance(value, PLAIN[kind]) and (isinstance(value, bool) == (kind in ("Boolean", "True")))
        return None if fits else f"no {kind}"
    if types()[kind].get("subtypes"):
        return wrong(value, types()[kind]["subtypes"])
    if not isinstance(value, dict):
        return f"no {kind}"
    fields = {field["name"]: field for field in types()[kind]["fields"]}
    missing = [name for name, field in fields.items() if field["required"] and name not in value]
    unknown = set(value) - set(fields)
    if missing or unknown:
        return f"{kind}: missing {missing}, unknown {sorted(unknown)}"
    return next((found for name in value if (found := wrong(value[name], fields[name]["types"]))), None)


async def test_every_kind_of_update_is_valid(sandbox):
    aziza = await sandbox.aziza()
    say = f"citizens/{aziza['id']}/messages"
    await sandbox.post(say, text="/start salom +998 90 111 22 33 https://ssv.uz #emlash")
    await sandbox.post(say, contact=True)
    for kind in ("photo", "document", "voice", "sticker"):
        file = {"content_base64": base64.b64encode(PNG).decode(), "file_name": "a.png"}
        await sandbox.post(say, **{kind: file}, caption="rasm")
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    sent = await sandbox.ok("sendMessage", chat_id=aziza["telegram_id"], text="x", reply_markup=keyboard)
    press = {"message_id": sent["message_id"], "data": "x"}
    await sandbox.post(f"citizens/{aziza['id']}/press", **press)
    await sandbox.ok("deleteMessage", chat_id=aziza["telegram_id"], message_id=sent["message_id"])
    await sandbox.post(f"citizens/{aziza['id']}/press", force=True, **press)
    await sandbox.post(f"citizens/{aziza['id']}/block")
    updates = await sandbox.ok("getUpdates")
    assert len(updates) == 9
    assert [wrong(update, ["Update"]) for update in updates] == [None] * 9


async def test_every_kind_of_result_is_valid(sandbox):
    aziza = await sandbox.aziza(username="aziza")
    chat = {"chat_id": aziza["telegram_id"]}
    keyboard = {"inline_keyboard": [[{"text": "x", "url": "https://ssv.uz"}]]}
    html = '<b>a</b> <a href="https://ssv.uz">b</a> <pre><code class="language-x">c</code></pre> <blockquote>d</blockquote>'
    sent = await sandbox.ok("sendMessage", text=html, parse_mode="HTML", reply_markup=keyboard, **chat)
    first = {"message_id": sent["message_id"], **chat}
    messages = [
        sent,
        await sandbox.ok(
            "sendMessage", text="x", protect_content=True, reply_parameters={"message_id": 1}, **chat
        ),
        await sandbox.ok("editMessageText", text="y", **first),
        await sandbox.ok("forwardMessage", from_chat_id=aziza["telegram_id"], **first),
        await sandbox.ok("sendContact", phone_number="+998901112233", first_name="A", **chat),
        await sandbox.ok(
            "sendVenue", latitude=41.3, longitude=69.2, title="Poliklinika", address="12", **chat
        ),
    ]
    form = aiohttp.FormData({"chat_id": str(aziza["telegram_id"]), "caption": "c"})
    form.add_field("document", b"abc", filename="a.txt")
    async with sandbox.session.post(f"{sandbox.url}/bot42:abcdefgh/sendDocument", data=form) as response:
        messages.append((await response.json())["result"])
    assert [wrong(message, ["Message"]) for message in messages] == [None] * len(messages)
    for method, kind, params in (
        ("getMe", "User", {}),
        ("getChat", "ChatFullInfo", chat),
        ("getChatMember", "ChatMember", {**chat, "user_id": aziza["telegram_id"]}),
        ("getWebhookInfo", "WebhookInfo", {}),
        ("getMyName", "BotName", {}),
        ("getChatMenuButton", "MenuButton", {}),
        ("getUserProfilePhotos", "UserProfilePhotos", {"user_id": aziza["telegram_id"]}),
        ("getFile", "File", {"file_id": messages[-1]["document"]["file_id"]}),
        ("copyMessage", "MessageId", {**first, "from_chat_id": aziza["telegram_id"]}),
    ):
        assert wrong(await sandbox.ok(method, **params), [kind]) is None
