"""The Markdown that becomes Telegram's HTML."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import markdown


class Telegram(HTMLParser):
    """Reads HTML as strictly as Telegram does: known tags only, closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        assert tag in {"b", "i", "a"}, tag
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def accepted(html: str) -> str:
    reader = Telegram()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader.text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**Nima qilish kerak?**", "<b>Nima qilish kerak?</b>"),
        ("*oz-ozdan*", "<i>oz-ozdan</i>"),
        ("# Suv", "<b>Suv</b>"),
        ("– bir\n– ikki", "– bir\n– ikki"),
        ("- bir\n- ikki", "• bir\n• ikki"),
        ("1. bir\n2. ikki", "1. bir\n2. ikki"),
        ("3. uch\n4. toʻrt", "3. uch\n4. toʻrt"),
        ("- bir\n\n  yana", "• bir\nyana"),
        ("Matn:\n- bir\n\nOxiri", "Matn:\n\n• bir\n\nOxiri"),
        ("[JSST](https://www.who.int/a?b=1&c=2)", '<a href="https://www.who.int/a?b=1&amp;c=2">JSST</a>'),
        ("5 < 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"),
        ("bir\n\n\n\nikki", "bir\n\nikki"),
        ("", ""),
    ],
)
def test_the_allowed_markdown_becomes_what_telegram_shows(text, html):
    assert markdown.to_html(text) == html
    assert markdown.problems(text) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("bir\n\n![rasm](https://a.uz/1.png)", 3, "picture"),
        ("bir\n<b>ikki</b>", 2, "HTML"),
        ("<div>\nbir\n</div>", 1, "HTML"),
        ("bir\n\n## ikki", 3, "one level of headings"),
        ("bir\n---", 1, "one level of headings"),
        ("bir\n\n---\n\nikki", 3, "line across"),
        ("bir\n\n> ikki", 3, "quotation"),
        ("```\nbir\n```", 1, "program code"),
        ("bir\nikki `uch`", 2, "program code"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", 1, "table"),
        ("- bir\n  - ikki", 2, "inside a list"),
        ("bir\nikki **uch", 2, "not closed"),
        ("bir\n[ikki](javascript:alert(1))", 2, "https://"),
        ("bir\n[ikki](mailto:a@b.uz)", 2, "https://"),
        ("bir\n[ikki](/menyu)", 2, "https://"),
    ],
)
def test_what_telegram_refuses_is_named_with_its_line_and_stands_there_as_plain_text(text, line, words):
    accepted(markdown.to_html(text))
    problems = markdown.problems(text)
    assert problems[0].line == line
    assert words in problems[0].reason


@given(st.text(alphabet=st.sampled_from(list("ab *_`[]()<>&#-–•|!\n\\.1/:\"'")), max_size=80))
def test_whatever_an_editor_types_telegram_takes_it(text):
    accepted(markdown.to_html(text))
