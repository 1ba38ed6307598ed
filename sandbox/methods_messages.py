"""Bot API methods that write into a chat: send, edit, delete, forward, copy."""

from __future__ import annotations

from typing import Any

from sandbox import keyboards
from sandbox.chats import Citizen, Stored
from sandbox.entities import Formatted, given, trim, utf16_length, with_found
from sandbox.errors import bad_request
from sandbox.files import described
from sandbox.html_text import parse as parse_html
from sandbox.markdown_text import parse_legacy, parse_v2
from sandbox.methods import Call, World, chat_of, method
from sandbox.store import Json

MAX_TEXT = 4096
MAX_CAPTION = 1024
_PARSERS = {"html": parse_html, "markdownv2": parse_v2, "markdown": parse_legacy}
_ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
_MEDIA = ("photo", "document", "voice", "sticker")


def formatted(params: Json, text_key: str, entities_key: str) -> Formatted:
    """The text of a call as a citizen will see it. Raises 400 where Telegram would not parse it."""
    text, mode = params.get(text_key, ""), params.get("parse_mode", "")
    if mode and mode.lower() not in _PARSERS:
        raise bad_request("unsupported parse_mode")
    parsed = _PARSERS[mode.lower()](text) if mode else given(text, params.get(entities_key, []))
    return with_found(trim(parsed))


def _text(params: Json, too_long: str) -> Json:
    shown = formatted(params, "text", "entities")
    if not shown.text:
        raise bad_request("message text is empty")
    if utf16_length(shown.text) > MAX_TEXT:
        raise bad_request(too_long)
    return {"text": shown.text} | ({"entities": shown.entities} if shown.entities else {})


def _caption(params: Json) -> Json:
    shown = formatted(params, "caption", "caption_entities")
    if utf16_length(shown.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    if not shown.text:
        return {}
    return {"caption": shown.text} | ({"caption_entities": shown.entities} if shown.entities else {})


def _send(world: World, call: Call, content: Json) -> Json:
    """Posts the content with everything that sending has in common. Returns the message."""
    citizen = chat_of(world, call.params["chat_id"])
    markup = call.params.get("reply_markup", {})
    keyboards.check(markup)
    content = content | _reply(world, citizen, call.params.get("reply_parameters"))
    if call.params.get("protect_content"):
        content = content | {"has_protected_content": True}
    if markup.get("inline_keyboard"):
        content = content | {"reply_markup": {"inline_keyboard": markup["inline_keyboard"]}}
    stored = world.chats.post(citizen, world.bot.user(), content)
    world.chats.show_keyboard(citizen, markup)
    return stored.message


def _reply(world: World, citizen: Citizen, wanted: Json | None) -> Json:
    if wanted is None:
        return {}
    original = world.chats.find(citizen, wanted.get("message_id", 0))
    if original is None:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in original.message.items() if k != "reply_to_message"}}


@method("sendMessage")
async def send_message(world: World, call: Call) -> Json:
    content = _text(call.params, "message is too long")
    if "link_preview_options" in call.params:
        content["link_preview_options"] = call.params["link_preview_options"]
    return _send(world, call, content)


def _media(world: World, call: Call, kind: str) -> Json:
    """The file of a call, uploaded now or known by its id from before."""
    value = call.params[kind]
    if value.startswith("attach://"):
        upload = call.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f"there is no {kind} in the request")
        return described(world.files.keep(kind, upload.content, upload.file_name, upload.mime_type))
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    row = world.files.find(value)
    if row is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if row["kind"] != kind:
        raise bad_request(f"can't use file of type {row['kind'].capitalize()} as {kind.capitalize()}")
    return described(row)


def _register_media(kind: str) -> None:
    @method(f"send{kind.capitalize()}")
    async def send(world: World, call: Call) -> Json:
        chat_of(world, call.params["chat_id"])
        caption = {} if kind == "sticker" else _caption(call.params)
        return _send(world, call, _media(world, call, kind) | caption)


for _kind in _MEDIA:
    _register_media(_kind)


@method("sendContact")
async def send_contact(world: World, call: Call) -> Json:
    keys = ("phone_number", "first_name", "last_name", "vcard")
    return _send(world, call, {"contact": {key: call.params[key] for key in keys if key in call.params}})


@method("sendLocation")
async def send_location(world: World, call: Call) -> Json:
    return _send(world, call, {"location": {key: call.params[key] for key in ("latitude", "longitude")}})


@method("sendVenue")
async def send_venue(world: World, call: Call) -> Json:
    place = {key: call.params[key] for key in ("latitude", "longitude")}
    venue = {"location": place, "title": call.params["title"], "address": call.params["address"]}
    return _send(world, call, {"venue": venue, "location": place})


@method("sendChatAction")
async def send_chat_action(world: World, call: Call) -> bool:
    if call.params["action"] not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    citizen = chat_of(world, call.params["chat_id"])
    world.chats.events.tell("action", citizen_id=citizen.id, action=call.params["action"])
    return True


def _editable(world: World, call: Call) -> tuple[Citizen, Stored]:
    if "chat_id" not in call.params:
        raise bad_request(
            "chat_id is empty" if "inline_message_id" not in call.params else "MESSAGE_ID_INVALID"
        )
    citizen = chat_of(world, call.params["chat_id"])
    if "message_id" not in call.params:
        raise bad_request("message identifier is not specified")
    stored = world.chats.find(citizen, call.params["message_id"])
    if stored is None:
        raise bad_request("message to edit not found")
    if not stored.by_bot:
        raise bad_request("message can't be edited")
    return citizen, stored


def _edit(world: World, call: Call, drop: tuple[str, ...], content: Json) -> Json:
    """Puts new content and keyboard in place. An edit that names no keyboard takes the old one away."""
    citizen, stored = _editable(world, call)
    markup = call.params.get("reply_markup", {})
    keyboards.check(markup)
    dropped = (*drop, "reply_markup", "edit_date")
    before = {key: value for key, value in stored.message.items() if key != "edit_date"}
    after = {key: value for key, value in stored.message.items() if key not in dropped} | content
    if markup.get("inline_keyboard"):
        after["reply_markup"] = {"inline_keyboard": markup["inline_keyboard"]}
    if after == before:
        raise bad_request(_NOT_MODIFIED)
    stored.message = after | {"edit_date": int(world.chats.clock())}
    stored.edited = stored.edited or bool(drop)
    world.chats.changed(citizen, stored)
    return stored.message


@method("editMessageText")
async def edit_message_text(world: World, call: Call) -> Json:
    content = _text(call.params, "MESSAGE_TOO_LONG")
    _, stored = _editable(world, call)
    if "text" not in stored.message:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, call, ("text", "entities"), content)


@method("editMessageCaption")
async def edit_message_caption(world: World, call: Call) -> Json:
    content = _caption(call.params)
    _, stored = _editable(world, call)
    if not any(kind in stored.message for kind in ("photo", "document", "voice")):
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, call, ("caption", "caption_entities"), content)


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(world: World, call: Call) -> Json:
    return _edit(world, call, (), {})


def _delete(world: World, citizen: Citizen, message_id: int) -> bool:
    stored = world.chats.find(citizen, message_id)
    if stored is None:
        return False
    if world.chats.too_old_to_delete(stored):
        raise bad_request("message can't be deleted for everyone")
    world.chats.delete(citizen, stored)
    return True


@method("deleteMessage")
async def delete_message(world: World, call: Call) -> bool:
    if not _delete(world, chat_of(world, call.params["chat_id"]), call.params["message_id"]):
        raise bad_request("message to delete not found")
    return True


@method("deleteMessages")
async def delete_messages(world: World, call: Call) -> bool:
    citizen = chat_of(world, call.params["chat_id"])
    if not 1 <= len(call.params["message_ids"]) <= 100:
        raise bad_request("too many message identifiers specified")
    for message_id in call.params["message_ids"]:
        _delete(world, citizen, message_id)
    return True


def _original(world: World, call: Call, verb: str, done: str) -> Stored:
    chat_of(world, call.params["chat_id"])
    source = chat_of(world, call.params["from_chat_id"], opened=False)
    stored = world.chats.find(source, call.params["message_id"])
    if stored is None:
        raise bad_request(f"message to {verb} not found")
    if stored.message.get("has_protected_content"):
        raise bad_request(f"message can't be {done}")
    return stored


def _content(message: Json) -> dict[str, Any]:
    own = ("text", "entities", "caption", "caption_entities", "contact", "location", "venue", *_MEDIA)
    return {key: value for key, value in message.items() if key in own}


@method("forwardMessage")
async def forward_message(world: World, call: Call) -> Json:
    original = _original(world, call, "forward", "forwarded").message
    origin = {"type": "user", "sender_user": original["from"], "date": original["date"]}
    return _send(world, call, _content(original) | {"forward_origin": origin})


@method("copyMessage")
async def copy_message(world: World, call: Call) -> Json:
    content = _content(_original(world, call, "copy", "copied").message)
    if "caption" in call.params and any(kind in content for kind in _MEDIA):
        content = {k: v for k, v in content.items() if not k.startswith("caption")} | _caption(call.params)
    return {"message_id": _send(world, call, content)["message_id"]}


@method("pinChatMessage")
async def pin_chat_message(world: World, call: Call) -> bool:
    citizen = chat_of(world, call.params["chat_id"])
    if world.chats.find(citizen, call.params["message_id"]) is None:
        raise bad_request("message to pin not found")
    return True


@method("unpinChatMessage")
async def unpin_chat_message(world: World, call: Call) -> bool:
    chat_of(world, call.params["chat_id"])
    return True


@method("setMessageReaction")
async def set_message_reaction(world: World, call: Call) -> bool:
    citizen = chat_of(world, call.params["chat_id"])
    stored = world.chats.find(citizen, call.params["message_id"])
    if stored is None:
        raise bad_request("message to react not found")
    return True
