"""What Telegram refuses about a keyboard, beyond the shape of its JSON."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.errors import bad_request
from sandbox.store import Json

MAX_CALLBACK_BYTES = 64
MAX_BUTTONS = 100
MAX_ROW = 8
_KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)


def check(markup: Json) -> None:
    """Raises 400 in Telegram's words."""
    rows = [*_rows(markup, "inline_keyboard"), *_rows(markup, "keyboard")]
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    for row in rows:
        for button in row:
            if not button["text"].strip():
                raise bad_request("keyboard button text must be non-empty")
    for row in _rows(markup, "inline_keyboard"):
        for button in row:
            _check_inline(button)
    placeholder = markup.get("input_field_placeholder", "")
    if len(placeholder) > 64:
        raise bad_request("reply markup placeholder is too long")


def _rows(markup: Json, key: str) -> list[list[Json]]:
    return list(markup.get(key) or [])


def _check_inline(button: Json) -> None:
    kinds = [kind for kind in _KINDS if kind in button and button[kind] not in ("", None)]
    if not kinds:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(kinds) > 1:
        raise bad_request(f"can't parse inline keyboard button: more than one of {', '.join(kinds)}")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if (
        url is not None
        and urlsplit(url).scheme not in ("http", "https", "tg")
        and "." not in url.split("/")[0]
    ):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
