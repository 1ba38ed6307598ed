"""The little Markdown an editor may use, as the HTML that Telegram takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.i18n import Text, _

_MARKDOWN = MarkdownIt("commonmark").enable("table").disable("code")
_REFUSED: Mapping[str, Text] = {
    "image": _("A picture cannot be shown here. Remove it."),
    "html_block": _("HTML cannot be used here. Write **bold** or *italic*."),
    "html_inline": _("HTML cannot be used here. Write **bold** or *italic*."),
    "fence": _("Telegram shows this as program code. Remove the ``` marks."),
    "code_inline": _("Telegram shows this as program code. Remove the ` marks."),
    "table_open": _("A table cannot be shown here. Write it as a list."),
    "blockquote_open": _("A quotation cannot be shown here. Remove the > mark."),
    "hr": _("A line across cannot be shown here. Leave an empty line instead."),
}
_TAGS = {
    "strong_open": "<b>",
    "strong_close": "</b>",
    "em_open": "<i>",
    "em_close": "</i>",
    "link_close": "</a>",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something an editor must put right; `line` counts from 1 in the whole text, None when it has no one place."""

    line: int | None
    text: Text

    @property
    def reason(self) -> str:
        """The sentence in English, for logs and the command line."""
        return self.text.msgid.format_map(self.text.values)


def to_html(markdown: str) -> str:
    """The Markdown as Telegram's HTML. Always accepted by Telegram: what is not understood stands there as plain text."""
    return _render(markdown, 1)[0]


def problems(markdown: str, first_line: int = 1) -> list[Problem]:
    """What in the Markdown cannot be shown, by line."""
    return _render(markdown, first_line)[1]


def _render(markdown: str, first_line: int) -> tuple[str, list[Problem]]:
    html: list[str] = []
    problems: list[Problem] = []
    markers: list[str] = []
    number = line = 0
    for token in _MARKDOWN.parse(markdown):
        line = token.map[0] + first_line if token.map else line
        refusal = _REFUSED.get(token.type) or _too_deep(token, len(markers))
        if refusal:
            problems.append(Problem(line, refusal))
        if token.type in ("bullet_list_open", "ordered_list_open"):
            number = int(token.attrGet("start") or 1) - 1
            markers.append("•" if token.type.startswith("bullet") else "")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            markers.pop()
        elif token.type == "list_item_open":
            number += 1
            html.append(f"{markers[-1] or f'{number}.'} ")
        elif token.type == "inline":
            html += _inline(token.children or [], line, problems)
        elif token.type in ("heading_open", "heading_close"):
            html.append("<b>" if token.nesting > 0 else "</b>")
        elif token.content:
            html.append(escape(token.content, quote=False))
        html.append(_gap(token, bool(markers)))
    return re.sub(r"\n{3,}", "\n\n", "".join(html)).strip(), problems


def _gap(token: Token, in_list: bool) -> str:
    if token.type == "list_item_close":
        return "\n"
    if token.type == "paragraph_close" and token.hidden:
        return ""
    if token.nesting <= 0 and token.block and token.type != "inline":
        return "\n\n" if not in_list else "\n"
    return ""


def _too_deep(token: Token, depth: int) -> Text | None:
    if token.type == "heading_open" and token.tag != "h1":
        return _("Only one level of headings: a single # before it.")
    if token.type.endswith("_list_open") and depth:
        return _("A list cannot stand inside a list.")
    return None


def _inline(tokens: list[Token], line: int, problems: list[Problem]) -> Iterator[str]:
    """HTML of one paragraph; appends what cannot be shown to `problems`."""
    anchored: list[bool] = []
    for token in tokens:
        if token.type in _REFUSED:
            problems.append(Problem(line, _REFUSED[token.type]))
        if token.type in ("softbreak", "hardbreak"):
            line += 1
            yield "\n"
        elif token.type == "link_open":
            address = str(token.attrGet("href") or "")
            anchored.append(address.startswith(("https://", "http://", "tg://")))
            if anchored[-1]:
                yield f'<a href="{escape(address)}">'
            else:
                problems.append(Problem(line, _("A link begins with https://")))
        elif token.type == "link_close":
            yield "</a>" if anchored.pop() else ""
        elif token.type in _TAGS:
            yield _TAGS[token.type]
        else:
            if "](" in token.content:
                problems.append(Problem(line, _("A link begins with https://")))
            elif token.type == "text" and ("**" in token.content or "__" in token.content):
                problems.append(
                    Problem(
                        line, _("Bold is opened and not closed here: ** stands before and after the words.")
                    )
                )
            yield escape(token.content, quote=False)
