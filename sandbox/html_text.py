"""Telegram's HTML parse mode, with its own tags, rules and error texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.entities import Entity, Formatted, byte_offset, cannot_parse, link_entity, merge, utf16_length

_TYPE_BY_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot));?")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>]+)\s*(?:=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[A-Za-z0-9.-]+)))?"""
)


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    text_start: int


def _decode(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.out: list[str] = []
        self.offset = 0
        self.entities: list[Entity] = []
        self.open: list[_Open] = []

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.offset += utf16_length(text)

    def run(self) -> Formatted:
        position = 0
        while position < len(self.source):
            character = self.source[position]
            if character == "<":
                closing = self.source.startswith("</", position)
                position = self._end_tag(position) if closing else self._start_tag(position)
                continue
            match = _CHARACTER.match(self.source, position) if character == "&" else None
            self._emit(_decode(match) if match else character)
            position = match.end() if match else position + 1
        if self.open:
            raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return Formatted("".join(self.out), merge(self.entities))

    def _start_tag(self, begin: int) -> int:
        place = byte_offset(self.source, begin)
        name = re.compile(r"[^\s>]*").match(self.source, begin + 1)
        assert name is not None
        if name.end() == len(self.source):
            raise cannot_parse(f"Unclosed start tag at byte offset {place}")
        tag = name.group().lower()
        if tag not in _TYPE_BY_TAG:
            raise cannot_parse(f'Unsupported start tag "{tag}" at byte offset {place}')
        attributes, position = self._attributes(name.end(), tag, place)
        argument = {
            "a": attributes.get("href", ""),
            "code": attributes.get("class", "").removeprefix("language-"),
            "span": attributes.get("class", ""),
            "tg-emoji": attributes.get("emoji-id", ""),
            "blockquote": "expandable" if "expandable" in attributes else "",
        }.get(tag, "")
        if tag == "span" and argument != "tg-spoiler":
            raise cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {place}')
        self.open.append(_Open(tag, argument, self.offset, len(self.out)))
        return position

    def _attributes(self, position: int, tag: str, place: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        while True:
            space = re.compile(r"\s*").match(self.source, position)
            position = space.end() if space else position
            if position >= len(self.source):
                raise cannot_parse(f"Unclosed start tag at byte offset {place}")
            if self.source[position] == ">":
                return found, position + 1
            match = _ATTRIBUTE.match(self.source, position)
            if match is None:
                raise cannot_parse(f'Empty attribute name in the tag "{tag}" at byte offset {place}')
            if match.end() >= len(self.source):
                raise cannot_parse(f"Unclosed start tag at byte offset {place}")
            following = self.source[match.end()]
            if following == "=":  # no value could be read: its quote never closes
                raise cannot_parse(f"Unclosed start tag at byte offset {place}")
            if match["bare"] and following not in " \t\r\n>":
                start = byte_offset(self.source, match.start("bare"))
                raise cannot_parse(f"Unexpected end of name token at byte offset {start}")
            value = match["double"] or match["single"] or (match["bare"] or "").lower()
            found[match["name"].lower()] = _CHARACTER.sub(_decode, value)
            position = match.end()

    def _end_tag(self, begin: int) -> int:
        place = byte_offset(self.source, begin)
        if not self.open:
            raise cannot_parse(f"Unexpected end tag at byte offset {place}")
        match = re.compile(r"</([^\s>]*)\s*>").match(self.source, begin)
        if match is None:
            raise cannot_parse(f"Unclosed end tag at byte offset {place}")
        found, last = match[1].lower(), self.open[-1]
        if found and found != last.tag:
            raise cannot_parse(
                f'Unmatched end tag at byte offset {place}, expected "</{last.tag}>", found "</{found}>"'
            )
        self.open.pop()
        if self.offset > last.offset:
            self._close(last, self.offset - last.offset)
        return match.end()

    def _close(self, opened: _Open, length: int) -> None:
        kind = _TYPE_BY_TAG[opened.tag]
        entity: Entity | None = {"type": kind, "offset": opened.offset, "length": length}
        if opened.tag == "a":
            url = opened.argument or "".join(self.out[opened.text_start :])
            entity = link_entity(url, opened.offset, length)
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdigit() or int(opened.argument) == 0:
                raise cannot_parse("Invalid custom emoji identifier specified")
            entity = {**(entity or {}), "custom_emoji_id": opened.argument}
        elif opened.argument == "expandable":
            entity = {**(entity or {}), "type": "expandable_blockquote"}
        elif opened.tag == "code" and opened.argument:
            entity = {**(entity or {}), "language": opened.argument}
        elif opened.tag == "pre" and self.entities:
            entity = self._code_inside_pre(entity or {})
        if entity is not None:
            self.entities.append(entity)

    def _code_inside_pre(self, pre: Entity) -> Entity:
        """`<pre><code class="language-x">` is one block of that language."""
        inner = self.entities[-1]
        same = (inner["offset"], inner["length"]) == (pre["offset"], pre["length"])
        if inner["type"] == "code" and same and "language" in inner:
            self.entities.pop()
            return {**pre, "language": inner["language"]}
        return pre


def parse(source: str) -> Formatted:
    formatted = _Parser(source).run()
    for entity in formatted.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return formatted
