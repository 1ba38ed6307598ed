"""Text with entities, as Telegram understands it: lengths in UTF-16 units, trimming, found links and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sandbox.errors import bad_request

Entity = dict[str, Any]

_FOUND = (
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/@])")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}\b")),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")),
    (
        "url",
        re.compile(
            r"(?:https?://|\bt\.me/|\bwww\.)[^\s<>\"]*[^\s<>\".,!?:;)\]]|\b[\w-]+\.(?:uz|ru|com|org|me)\b(?:/\S+)?"
        ),
    ),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d[\d ()-]{8,18}\d")),
)


class Formatted(NamedTuple):
    text: str
    entities: list[Entity]


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def byte_offset(text: str, position: int) -> int:
    """Telegram counts the place of an error in bytes of UTF-8."""
    return len(text[:position].encode("utf-8", "surrogatepass"))


def cannot_parse(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def merge(entities: list[Entity]) -> list[Entity]:
    """In Telegram's order: by offset, the longer first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def given(text: str, entities: list[Entity]) -> Formatted:
    """Entities passed beside the text: checked to lie inside it."""
    length = utf16_length(text)
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > length:
            raise bad_request("entity begins or ends outside of the text")
    return Formatted(text, merge([dict(entity) for entity in entities]))


def trim(formatted: Formatted) -> Formatted:
    """Telegram drops white space around a message; entities move with the text and empty ones vanish."""
    text = formatted.text.rstrip()
    stripped = text.lstrip()
    shift = utf16_length(text) - utf16_length(stripped)
    length = utf16_length(stripped)
    kept = []
    for entity in formatted.entities:
        start = max(0, entity["offset"] - shift)
        end = min(length, entity["offset"] + entity["length"] - shift)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return Formatted(stripped, kept)


def _found(text: str) -> Iterator[Entity]:
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            yield {"type": kind, "offset": start, "length": utf16_length(match.group())}


def with_found(formatted: Formatted) -> Formatted:
    """Adds the commands, links, mentions and numbers that Telegram finds by itself."""
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in formatted.entities
        if entity["type"] in ("text_link", "text_mention", "code", "pre", "custom_emoji")
    ]
    entities = list(formatted.entities)
    for entity in _found(formatted.text):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            entities.append(entity)
    return Formatted(formatted.text, merge(entities))


def link_entity(url: str, offset: int, length: int) -> Entity | None:
    """The entity of a link, or None where Telegram would drop it without a word."""
    user = re.fullmatch(r"tg:(?://)?user\?id=(\d+)", url)
    if user:
        return {
            "type": "text_mention",
            "offset": offset,
            "length": length,
            "user": {"id": int(user[1]), "is_bot": False, "first_name": ""},
        }
    if re.match(r"(?:https?|tg|tel|mailto|ton|tonsite):", url) is None:
        url = f"http://{url}"
    host = re.match(r"https?://([^/?#\s]+)(\S*)$", url)
    if host is not None and "." not in host[1] and not host[1].startswith(("localhost", "127.")):
        return None
    if re.search(r"\s", url):
        return None
    if host is not None and not host[2]:
        url += "/"
    return {"type": "text_link", "offset": offset, "length": length, "url": url}
