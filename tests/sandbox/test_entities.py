"""Parse modes as Telegram has them: what comes out, and how it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.entities import Formatted, trim, utf16_length, with_found
from sandbox.errors import TelegramError
from sandbox.html_text import parse as html
from sandbox.markdown_text import parse_legacy, parse_v2


def entity(kind: str, offset: int, length: int, **more) -> dict:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("salom", "salom", []),
        ("<b>a</b><i>b</i>", "ab", [entity("bold", 0, 1), entity("italic", 1, 1)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("🔔<b>x</b>", "🔔x", [entity("bold", 2, 1)]),
        ("1 &lt; 2 &amp; 3 &gt; 2 &quot;ha&quot;", '1 < 2 & 3 > 2 "ha"', []),
        ("&#1089;&#x43E; &nbsp; &unknown;", "со &nbsp; &unknown;", []),
        ("<b></b>x", "x", []),
        (
            '<a href="https://ssv.uz/a?b=1&amp;c=2">s</a>',
            "s",
            [entity("text_link", 0, 1, url="https://ssv.uz/a?b=1&c=2")],
        ),
        ("<a href='https://ssv.uz'>s</a>", "s", [entity("text_link", 0, 1, url="https://ssv.uz/")]),
        ('<a href="nowhere">s</a>', "s", []),
        ("<A HREF=ssv.uz>s</A>", "s", [entity("text_link", 0, 1, url="http://ssv.uz/")]),
        ('<pre><code class="language-python">x</code></pre>', "x", [entity("pre", 0, 1, language="python")]),
        ('<code class="language-x">x</code>', "x", [entity("code", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
        ("<b >x</b >", "x", [entity("bold", 0, 1)]),
        ("<b>x</>", "x", [entity("bold", 0, 1)]),
    ],
)
def test_html_becomes_text_with_entities(source, text, entities):
    assert html(source) == Formatted(text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("ўў<br>", 'Unsupported start tag "br" at byte offset 4'),
        ("3 < 5", 'Unsupported start tag "" at byte offset 2'),
        ("3 <", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<span class="x">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
    ],
)
def test_html_that_does_not_parse_is_refused_in_telegrams_words(source, reason):
    with pytest.raises(TelegramError) as refused:
        html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*a* _b_", "a b", [entity("bold", 0, 1), entity("italic", 2, 1)]),
        ("*a _b_*", "a b", [entity("bold", 0, 3), entity("italic", 2, 1)]),
        (
            "__u__ ~s~ ||p||",
            "u s p",
            [entity("underline", 0, 1), entity("strikethrough", 2, 1), entity("spoiler", 4, 1)],
        ),
        (r"12\.12\.2026 \- 10:00\!", "12.12.2026 - 10:00!", []),
        ("`a_b.c`", "a_b.c", [entity("code", 0, 5)]),
        ("```python\nx = 1\n```", "x = 1\n", [entity("pre", 0, 6, language="python")]),
        ("[s](https://ssv.uz/a_b)", "s", [entity("text_link", 0, 1, url="https://ssv.uz/a_b")]),
        (">a\n>b\nc", "a\nb\nc", [entity("blockquote", 0, 3)]),
    ],
)
def test_markdown_v2_becomes_text_with_entities(source, text, entities):
    assert parse_v2(source) == Formatted(text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("12.12", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("a|b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("я *b", "Can't find end of Bold entity at byte offset 3"),
        ("`x", "Can't find end of Code entity at byte offset 0"),
        ("[s](x", "Can't find end of a URL at byte offset 4"),
    ],
)
def test_markdown_v2_that_does_not_parse_is_refused_in_telegrams_words(source, reason):
    with pytest.raises(TelegramError) as refused:
        parse_v2(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


def test_old_markdown_has_four_markers_and_no_nesting():
    assert parse_legacy("*a* _b_ [s](ssv.uz) `c_d`") == Formatted(
        "a b s c_d",
        [
            entity("bold", 0, 1),
            entity("italic", 2, 1),
            entity("text_link", 4, 1, url="http://ssv.uz/"),
            entity("code", 6, 3),
        ],
    )
    with pytest.raises(TelegramError, match="Can't find end of the entity starting at byte offset 2"):
        parse_legacy("a *b")


def test_white_space_around_a_message_goes_and_entities_move():
    assert trim(html("  <b> salom </b>\n")) == Formatted("salom", [entity("bold", 0, 5)])


def test_commands_links_and_mentions_are_found():
    found = with_found(Formatted("/start @salomat_bot https://ssv.uz 103", [])).entities
    assert [item["type"] for item in found] == ["bot_command", "mention", "url"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_escaped_text_comes_out_as_it_was(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html(escaped) == Formatted(text, [])


@given(
    st.text(alphabet="ab<>/&*_`[]()|~\\ \n>я🔔", max_size=40), st.sampled_from([html, parse_v2, parse_legacy])
)
def test_any_text_parses_or_is_refused_and_entities_lie_inside(text, parse):
    try:
        parsed = parse(text)
    except TelegramError:
        return
    length = utf16_length(parsed.text)
    assert all(0 <= item["offset"] < item["offset"] + item["length"] <= length for item in parsed.entities)
