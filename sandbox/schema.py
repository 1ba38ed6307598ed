"""Checks a Bot API call against the published schema, and turns form strings into the types it names."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.errors import bad_request

Json = dict[str, Any]

_MISSING = {  # what Telegram says when a required parameter is not there
    "chat_id": "chat_id is empty",
    "user_id": "invalid user_id specified",
    "text": "message text is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "voice": "there is no voice in the request",
    "sticker": "there is no sticker in the request",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "file_id": "file_id not specified",
    "action": "wrong parameter action in request",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}
_JSON_NAMES = {
    "reply_markup": "reply keyboard markup",
    "menu_button": "menu button",
    "link_preview_options": "link preview options",
    "reply_parameters": "reply parameters",
    "scope": "BotCommandScope",
}
_MARKUP_BY_KEY = {
    "inline_keyboard": "InlineKeyboardMarkup",
    "keyboard": "ReplyKeyboardMarkup",
    "remove_keyboard": "ReplyKeyboardRemove",
    "force_reply": "ForceReply",
}


class _Mismatch(Exception):
    """A value that is not of the type the schema names."""


@cache
def published() -> Json:
    text = (Path(__file__).parent / "telegram_bot_api.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def check(method: str, params: Json, uploads: set[str]) -> Json:
    """The parameters in their own types. Raises `TelegramError` 400 in Telegram's words where it has words.

    `uploads` are the names of the file parts; a part named by `attach://name` is no parameter of its own.
    Stricter than Telegram in one thing: it ignores a parameter it does not know, the sandbox refuses it.
    """
    fields = published()["methods"][method]
    checked: Json = {}
    for name, value in params.items():
        if name not in fields:
            raise bad_request(
                f"unknown parameter {name!r}: {method} of {published()['version']} has no such one"
            )
        if value is None or value == "":
            continue
        checked[name] = _parameter(name, value, fields[name]["types"])
    for name in uploads:
        if name in fields and "InputFile" in fields[name]["types"]:
            checked[name] = f"attach://{name}"
    for name, field in fields.items():
        if field["required"] and name not in checked:
            raise bad_request(_MISSING.get(name, f"parameter {name!r} is required"))
    return checked


def _parameter(name: str, value: Any, types: list[str]) -> Any:
    if "String" in types and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and ("String" not in types or "Integer" in types):
        value = _from_form(name, value, types)
    try:
        return _value(value, types, name)
    except _Mismatch as mismatch:
        if name == "reply_markup" and not isinstance(value, dict):
            raise bad_request("object expected as reply markup") from None
        raise bad_request(str(mismatch)) from None


def _from_form(name: str, text: str, types: list[str]) -> Any:
    """A form carries everything as text: numbers, booleans and JSON."""
    if types == ["Boolean"]:
        return {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}.get(
            text, text
        )
    if "Integer" in types and text.lstrip("-").isdecimal():
        return int(text)
    if types == ["Float"]:
        try:
            return float(text)
        except ValueError:
            return text
    if "String" in types or types == ["Integer"]:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise bad_request(f"can't parse {_JSON_NAMES.get(name, name)} JSON object") from None


def _value(value: Any, types: list[str], name: str) -> Any:
    mismatch = _Mismatch(f'field "{name}" must be of type {types[0]}')
    for kind in _likely(value, types):
        try:
            return _one(value, kind, name)
        except _Mismatch as found:
            mismatch = found
    raise mismatch


def _likely(value: Any, types: list[str]) -> list[str]:
    """Of the four reply markups, the one whose key is there, so that the error speaks of the right one."""
    if isinstance(value, dict):
        for key, kind in _MARKUP_BY_KEY.items():
            if key in value and kind in types:
                return [kind]
    return types


def _one(value: Any, kind: str, name: str) -> Any:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            raise _Mismatch(f"expected an Array of {kind.removeprefix('Array of ')} as {name}")
        return [_one(item, kind.removeprefix("Array of "), name) for item in value]
    if kind in ("String", "InputFile"):
        return _plain(value, str, "String", name)
    if kind == "Integer":
        return _plain(value, int, "Number", name)
    if kind == "Boolean":
        return _plain(value, bool, "Boolean", name)
    if kind == "True":
        if value is not True:
            raise _Mismatch(f'field "{name}" must be True')
        return True
    if kind == "Float":
        return _plain(value, (int, float), "Number", name)
    return _object(value, kind, name)


def _plain(value: Any, kind: type | tuple[type, ...], shown: str, name: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _Mismatch(f'field "{name}" must be of type {shown}')
    return value


def _object(value: Any, kind: str, name: str) -> Any:
    entry = published()["types"][kind]
    if entry["subtypes"]:
        return _value(value, entry["subtypes"], name)
    if kind == "KeyboardButton" and isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        raise _Mismatch(f"{kind} must be an Object")
    prefix = {"InlineKeyboardButton": "inline keyboard button", "KeyboardButton": "keyboard button"}.get(kind)
    try:
        return _fields(value, kind, entry["fields"])
    except _Mismatch as mismatch:
        if prefix is None or str(mismatch).startswith("can't parse"):
            raise
        reason = str(mismatch)
        raise _Mismatch(f"can't parse {prefix}: {reason[0].upper()}{reason[1:]}") from None


def _fields(value: Json, kind: str, fields: Json) -> Json:
    checked: Json = {}
    for key, item in value.items():
        if key not in fields:
            raise _Mismatch(f'unknown field "{key}" of {kind}')
        if item is not None:
            checked[key] = _value(item, fields[key]["types"], key)
    for key, field in fields.items():
        if field["required"] and key not in checked:
            raise _Mismatch(f'can\'t find field "{key}"')
    return checked
