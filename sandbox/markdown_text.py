"""Telegram's MarkdownV2 and legacy Markdown parse modes, with their own rules and error texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.entities import Entity, Formatted, byte_offset, cannot_parse, link_entity, merge, utf16_length

_RESERVED = "_*[]()~`>#+-=|{}.!\n"
_NAMES = {  # how Telegram names an unclosed entity in its error
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
}
_CLOSING = {
    "bold": "*",
    "italic": "_",
    "underline": "__",
    "strikethrough": "~",
    "spoiler": "||",
    "code": "`",
    "pre": "```",
    "text_link": "]",
    "custom_emoji": "]",
}
_OPENING = (("__", "underline"), ("_", "italic"), ("*", "bold"), ("~", "strikethrough"), ("||", "spoiler"))


@dataclass(slots=True)
class _Open:
    kind: str
    offset: int
    place: int
    text_start: int
    language: str = ""


class _Parser:
    """MarkdownV2: a pass over the characters with a stack of open entities."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.out: list[str] = []
        self.offset = 0
        self.entities: list[Entity] = []
        self.open: list[_Open] = []

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.offset += utf16_length(text)

    def _ahead(self, text: str) -> bool:
        return self.source.startswith(text, self.position)

    def run(self) -> Formatted:
        while self.position < len(self.source):
            self._step()
        if self.open and self.open[-1].kind == "blockquote":
            self._close(self.open.pop())
        if self.open:
            raise self._unclosed()
        return Formatted("".join(self.out), merge(self.entities))

    def _unclosed(self) -> Exception:
        last = self.open[-1]
        kind = "PreCode" if last.language else _NAMES[last.kind]
        return cannot_parse(f"Can't find end of {kind} entity at byte offset {last.place}")

    def _step(self) -> None:
        character = self.source[self.position]
        following = self.source[self.position + 1 : self.position + 2]
        if character == "\\" and following and 0 < ord(following) <= 126:
            self._emit(following)
            self.position += 2
            return
        inside = self.open[-1].kind if self.open else ""
        if character not in ("`" if inside in ("code", "pre") else _RESERVED):
            self._emit(character)
            self.position += 1
        elif character == "\n":
            self._new_line()
        elif inside in _CLOSING and self._closes(inside):
            self.position += len(_CLOSING[inside])
            self._close(self.open.pop())
        else:
            self._begin(character)

    def _closes(self, kind: str) -> bool:
        if kind == "italic":
            return self._ahead("_") and not self._ahead("__")
        return self._ahead(_CLOSING[kind])

    def _new_line(self) -> None:
        quoted = any(entry.kind == "blockquote" for entry in self.open)
        goes_on = self.source[self.position + 1 : self.position + 2] == ">"
        self.position += 2 if goes_on else 1
        if quoted and not goes_on:
            if self.open[-1].kind != "blockquote":
                raise self._unclosed()
            self._close(self.open.pop())
        self._emit("\n")
        if goes_on and not quoted:
            self._push("blockquote", self.position - 1)

    def _push(self, kind: str, at: int, language: str = "") -> None:
        self.open.append(_Open(kind, self.offset, byte_offset(self.source, at), len(self.out), language))

    def _begin(self, character: str) -> None:
        begin = self.position
        for marker, kind in _OPENING:
            if self._ahead(marker):
                self.position += len(marker)
                self._push(kind, begin)
                return
        if self._ahead("```"):
            match = re.compile(r"```(?:([^\s`]+)(?=\s))?(?:\r\n|\n\r|\n|\r)?").match(self.source, begin)
            assert match is not None
            self.position = match.end()
            self._push("pre", begin, match[1] or "")
        elif character == "`":
            self.position += 1
            self._push("code", begin)
        elif character == "[" or self._ahead("!["):
            self.position += 1 if character == "[" else 2
            self._push("text_link" if character == "[" else "custom_emoji", begin)
        elif character == ">" and begin == 0:
            self.position += 1
            self._push("blockquote", begin)
        else:
            raise cannot_parse(
                f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
            )

    def _url(self, name: str) -> str:
        self.position += 1
        start = self.position
        match = re.compile(r"((?:\\.|[^\\)])*)\)", re.DOTALL).match(self.source, start)
        if match is None:
            raise cannot_parse(f"Can't find end of {name} at byte offset {byte_offset(self.source, start)}")
        self.position = match.end()
        return re.sub(r"\\(.)", r"\1", match[1])

    def _close(self, opened: _Open) -> None:
        length = self.offset - opened.offset
        entity: Entity | None = {"type": opened.kind, "offset": opened.offset, "length": length}
        if opened.kind == "text_link":
            shown = "".join(self.out[opened.text_start :])
            entity = link_entity(self._url("a URL") if self._ahead("(") else shown, opened.offset, length)
        elif opened.kind == "custom_emoji":
            if not self._ahead("("):
                raise cannot_parse("Custom emoji entity must contain a tg://emoji URL")
            identifier = re.search(r"id=(\d+)", self._url("a custom emoji URL"))
            if identifier is None:
                raise cannot_parse("Custom emoji URL must have an emoji identifier")
            entity = {**(entity or {}), "custom_emoji_id": identifier[1]}
        elif opened.language:
            entity = {**(entity or {}), "language": opened.language}
        if entity is not None and length > 0:
            self.entities.append(entity)


def parse_v2(source: str) -> Formatted:
    return _Parser(source).run()


_LEGACY = re.compile(
    r"\\(?P<escaped>[_*`\[])"
    r"|(?P<marker>```(?:(?P<language>[^\s`]+)(?=\s))?\n?|[_*`\[])"
    r"|(?P<other>.)",
    re.DOTALL,
)


def parse_legacy(source: str) -> Formatted:
    """The old mode: four markers, no nesting."""
    out, offset, position = [], 0, 0
    entities: list[Entity] = []
    while position < len(source):
        match = _LEGACY.match(source, position)
        assert match is not None
        if match["marker"] is None:
            plain = match["escaped"] or match["other"]
            out.append(plain)
            offset += utf16_length(plain)
            position = match.end()
            continue
        marker = match["marker"][:3] if match["marker"].startswith("```") else match["marker"]
        closing = "]" if marker == "[" else marker
        end = source.find(closing, match.end())
        if end < 0:
            place = byte_offset(source, position)
            raise cannot_parse(f"Can't find end of the entity starting at byte offset {place}")
        shown = source[match.end() : end]
        position = end + len(closing)
        url = shown
        if marker == "[" and source.startswith("(", position):
            last = source.find(")", position)
            last = len(source) if last < 0 else last
            url, position = source[position + 1 : last], last + 1
        length = utf16_length(shown)
        kind = {"_": "italic", "*": "bold", "`": "code", "```": "pre"}.get(marker, "text_link")
        entity: Entity | None = {"type": kind, "offset": offset, "length": length}
        if kind == "text_link":
            entity = link_entity(url, offset, length)
        elif match["language"]:
            entity = {**(entity or {}), "language": match["language"]}
        if entity is not None and length:
            entities.append(entity)
        out.append(shown)
        offset += length
    return Formatted("".join(out), merge(entities))
