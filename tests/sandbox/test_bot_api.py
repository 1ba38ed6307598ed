"""The Bot API at its edges: what it takes, and every refusal in Telegram's own words."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import aiohttp
import pytest

from sandbox import schema
from sandbox.bot_api import METHODS
from sandbox.trim_schema import trim

# The smallest picture there is: one grey dot.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
PUBLISHED = Path(__file__).resolve().parents[3] / "shared/domain/data/providers/telegram_bot_api_10.3.json"


def inline(**button) -> dict:
    return {"inline_keyboard": [[{"text": "x", **button}]]}


def data(size: int) -> dict:
    return inline(callback_data="я" * (size // 2) + "x" * (size % 2))


def test_the_shipped_schema_is_the_published_one_trimmed():
    if not PUBLISHED.exists():
        pytest.skip("the published schema is not beside the project")
    assert schema.published() == trim(json.loads(PUBLISHED.read_text()), list(METHODS))


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "🔔" * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"),
        (
            {"text": "<x>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        ),
        ({"text": "x", "reply_markup": data(65)}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": inline()},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "x", "reply_markup": "x"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": []}, "object expected as reply markup"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "a"}]]}},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"text": "x", "reply_markup": {"keyboard": [[{"text": 5}]]}},
            'can\'t parse keyboard button: Field "text" must be of type String',
        ),
        (
            {"text": "x", "reply_markup": {"keyboard": [[{"text": " "}]]}},
            "keyboard button text must be non-empty",
        ),
        (
            {"text": "x", "reply_markup": inline(url="nowhere")},
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "reply_parameters": {"message_id": 9999}}, "message to be replied not found"),
        (
            {"text": "x", "disable_notification": "perhaps"},
            'field "disable_notification" must be of type Boolean',
        ),
        (
            {"text": "x", "invented": 1},
            "unknown parameter 'invented': sendMessage of Bot API 10.3 has no such one",
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 5}]},
            "entity begins or ends outside of the text",
        ),
    ],
)
async def test_a_bad_message_is_refused(sandbox, params, reason):
    aziza = await sandbox.aziza()
    assert (
        await sandbox.refusal("sendMessage", chat_id=aziza["telegram_id"], **params)
        == f"Bad Request: {reason}"
    )


@pytest.mark.parametrize(
    "params",
    [
        {"text": "x" * 4096},
        {"text": "🔔" * 2048},
        {"text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "HTML"},
        {"text": "&lt;" * 4096, "parse_mode": "html"},
        {"text": "x", "reply_markup": data(64)},
        {"text": "x", "reply_markup": {"keyboard": [["bir", {"text": "ikki"}]]}},
        {"text": "x", "reply_markup": json.dumps({"remove_keyboard": True})},
        {"text": "x", "reply_markup": {"inline_keyboard": []}},
        {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 1}]},
    ],
)
async def test_a_message_at_the_limit_is_taken(sandbox, params):
    aziza = await sandbox.aziza()
    await sandbox.ok("sendMessage", chat_id=aziza["telegram_id"], **params)


async def test_the_chat_decides_too(sandbox):
    aziza = await sandbox.aziza(started=False)
    chat_id = aziza["telegram_id"]
    assert await sandbox.refusal("sendMessage", text="x") == "Bad Request: chat_id is empty"
    assert await sandbox.refusal("sendMessage", text="x", chat_id=1) == "Bad Request: chat not found"
    assert await sandbox.refusal("sendMessage", text="x", chat_id="@no") == "Bad Request: chat not found"
    reason = "Forbidden: bot can't initiate conversation with a user"
    assert await sandbox.api("sendMessage", text="x", chat_id=chat_id) == (
        403,
        {"ok": False, "error_code": 403, "description": reason},
    )
    await sandbox.post(f"citizens/{aziza['id']}/messages", text="/start")
    await sandbox.ok("sendMessage", text="x", chat_id=chat_id)
    await sandbox.post(f"citizens/{aziza['id']}/block")
    assert (
        await sandbox.refusal("sendMessage", text="x", chat_id=chat_id)
        == "Forbidden: bot was blocked by the user"
    )
    await sandbox.post(f"citizens/{aziza['id']}/unblock")
    await sandbox.ok("sendMessage", text="x", chat_id=str(chat_id))


async def test_a_wrong_token_or_method_is_refused(start):
    sandbox = await start(token="42:the-only-token-that-is-good")
    assert await sandbox.api("getMe") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    status, body = await sandbox.api("flyToTheMoon", _token="42:the-only-token-that-is-good")
    assert (status, body["description"]) == (404, "Not Found: method not found")
    status, body = await sandbox.api("GETME", _token="42:the-only-token-that-is-good")
    assert body["result"]["id"] == 42


@pytest.mark.parametrize("form", ["json", "urlencoded", "multipart", "query"])
async def test_a_call_may_come_in_any_form(sandbox, form):
    aziza = await sandbox.aziza()
    params = {"chat_id": str(aziza["telegram_id"]), "text": "x", "disable_notification": "true"}
    params["reply_markup"] = json.dumps(data(10))
    more = {"json": {"json": params}, "urlencoded": {"data": params}, "query": {"params": params}}.get(form)
    if more is None:
        body = aiohttp.FormData(default_to_multipart=True)
        for key, value in params.items():
            body.add_field(key, value)
        more = {"data": body}
    async with sandbox.session.post(f"{sandbox.url}/bot42:abcdefgh/sendMessage", **more) as response:
        answer = await response.json()
    assert answer["result"]["reply_markup"] == data(10)


async def test_an_edit_changes_text_and_keyboard_and_says_when_nothing_changed(sandbox):
    aziza = await sandbox.aziza()
    place = {"chat_id": aziza["telegram_id"]}
    sent = await sandbox.ok("sendMessage", text="bir", reply_markup=data(4), **place)
    place["message_id"] = sent["message_id"]
    assert "not modified" in await sandbox.refusal(
        "editMessageText", text="bir", reply_markup=data(4), **place
    )
    assert "reply_markup" not in await sandbox.ok("editMessageText", text="bir", **place)
    assert "not modified" in await sandbox.refusal("editMessageReplyMarkup", **place)
    assert (
        await sandbox.refusal("editMessageText", text="x" * 4097, **place) == "Bad Request: MESSAGE_TOO_LONG"
    )
    assert "there is no caption" in await sandbox.refusal("editMessageCaption", caption="x", **place)
    await sandbox.ok("deleteMessage", **place)
    assert (
        await sandbox.refusal("editMessageText", text="y", **place)
        == "Bad Request: message to edit not found"
    )
    assert await sandbox.refusal("deleteMessage", **place) == "Bad Request: message to delete not found"
    said = await sandbox.post(f"citizens/{aziza['id']}/messages", text="men")
    place["message_id"] = said["message_id"]
    assert (
        await sandbox.refusal("editMessageText", text="y", **place) == "Bad Request: message can't be edited"
    )


async def test_a_caption_has_its_own_limit(sandbox):
    aziza = await sandbox.aziza()
    place = {"chat_id": aziza["telegram_id"]}
    file_id = await uploaded(sandbox, aziza, "document", b"abc", "a.pdf")
    await sandbox.ok("sendDocument", document=file_id, caption="x" * 1024, **place)
    refusal = await sandbox.refusal("sendDocument", document=file_id, caption="x" * 1025, **place)
    assert refusal == "Bad Request: message caption is too long"
    assert "wrong file identifier" in await sandbox.refusal("sendDocument", document="nothing", **place)
    assert "there is no document" in await sandbox.refusal("sendDocument", **place)
    assert "can't use file of type Document as Photo" in await sandbox.refusal(
        "sendPhoto", photo=file_id, **place
    )


async def uploaded(sandbox, citizen, kind: str, content: bytes, name: str) -> str:
    form = aiohttp.FormData()
    form.add_field("chat_id", str(citizen["telegram_id"]))
    form.add_field(kind, content, filename=name)
    method = f"send{kind.capitalize()}"
    async with sandbox.session.post(f"{sandbox.url}/bot42:abcdefgh/{method}", data=form) as response:
        body = await response.json()
    assert body["ok"], body
    shown = body["result"][kind]
    return shown[-1]["file_id"] if kind == "photo" else shown["file_id"]


async def test_a_photo_must_be_a_picture(sandbox):
    aziza = await sandbox.aziza()
    file_id = await uploaded(sandbox, aziza, "photo", PNG, "a.png")
    file = await sandbox.ok("getFile", file_id=file_id)
    async with sandbox.session.get(f"{sandbox.url}/file/bot42:abcdefgh/{file['file_path']}") as response:
        assert await response.read() == PNG
    with pytest.raises(AssertionError, match="IMAGE_PROCESS_FAILED"):
        await uploaded(sandbox, aziza, "photo", b"not a picture", "a.png")
    with pytest.raises(AssertionError, match="file must be non-empty"):
        await uploaded(sandbox, aziza, "document", b"", "a.txt")


async def test_a_pressed_button_is_answered_once_and_in_time(start):
    now = [1_800_000_000.0]
    sandbox = await start(clock=lambda: now[0])
    aziza = await sandbox.aziza()
    sent = await sandbox.ok(
        "sendMessage", chat_id=aziza["telegram_id"], text="x", reply_markup=inline(callback_data="a")
    )
    press = {"message_id": sent["message_id"], "data": "a"}
    first = await sandbox.post(f"citizens/{aziza['id']}/press", **press)
    query = (await sandbox.ok("getUpdates"))[0]["callback_query"]
    assert (query["id"], query["data"]) == (first["callback_query_id"], "a")
    await sandbox.ok("answerCallbackQuery", callback_query_id=query["id"], text="Boʻldi")
    assert (await sandbox.get(f"callbacks/{query['id']}"))["answer"] == {
        "text": "Boʻldi",
        "show_alert": False,
    }
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await sandbox.refusal("answerCallbackQuery", callback_query_id=query["id"]) == old
    late = await sandbox.post(f"citizens/{aziza['id']}/press", **press)
    now[0] += 61
    assert await sandbox.refusal("answerCallbackQuery", callback_query_id=late["callback_query_id"]) == old


async def test_a_button_that_is_gone_can_be_pressed_only_by_force(sandbox):
    aziza = await sandbox.aziza()
    sent = await sandbox.ok(
        "sendMessage", chat_id=aziza["telegram_id"], text="x", reply_markup=inline(callback_data="a")
    )
    await sandbox.ok("deleteMessage", chat_id=aziza["telegram_id"], message_id=sent["message_id"])
    press = {"message_id": sent["message_id"], "data": "a"}
    assert (await sandbox.control("POST", f"citizens/{aziza['id']}/press", press))[0] == 409
    await sandbox.post(f"citizens/{aziza['id']}/press", force=True, **press)
    query = (await sandbox.ok("getUpdates"))[0]["callback_query"]
    assert query["message"] == {"message_id": sent["message_id"], "chat": query["message"]["chat"], "date": 0}


async def test_citizens_send_photos_files_voices_and_stickers(sandbox):
    aziza = await sandbox.aziza()
    for kind in ("photo", "document", "voice", "sticker"):
        file = {"content_base64": base64.b64encode(PNG).decode(), "file_name": "a.png"}
        await sandbox.post(f"citizens/{aziza['id']}/messages", **{kind: file})
    updates = await sandbox.ok("getUpdates")
    assert [
        next(k for k in ("photo", "document", "voice", "sticker") if k in u["message"]) for u in updates
    ] == [
        "photo",
        "document",
        "voice",
        "sticker",
    ]


async def test_every_call_is_in_the_log_with_its_outcome(sandbox):
    aziza = await sandbox.aziza()
    await sandbox.ok("sendMessage", chat_id=aziza["telegram_id"], text="x")
    await sandbox.refusal("sendMessage", chat_id=aziza["telegram_id"])
    calls = await sandbox.get(f"calls?method=sendMessage&chat_id={aziza['telegram_id']}")
    assert [(call["ok"], call["description"]) for call in calls] == [
        (True, None),
        (False, "Bad Request: message text is empty"),
    ]
    assert await sandbox.get(f"calls?after={calls[-1]['number']}") == []


async def test_a_text_too_long_for_one_message_comes_as_several(sandbox):
    aziza = await sandbox.aziza()
    sent = await sandbox.post(f"citizens/{aziza['id']}/messages", text="x" * 5000)
    texts = [update["message"]["text"] for update in await sandbox.ok("getUpdates")]
    assert [len(text) for text in texts] == [4096, 904]
    assert len(sent["message_ids"]) == 2
