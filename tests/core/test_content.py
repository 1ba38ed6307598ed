"""A file of words is refused, with the line and the reason, when anything in it is broken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import content
from core.errors import ContentError

HEAD = """\
---
id: sleep
title: Uyqu
summary: |
  Har kuni bir vaqtda yoting.
  Telefonni qoʻying.
source: 'JSST, “Sleep”, 2024'
standing: to_verify
reviewed_by: pending
reviewed_on: null
updated_on: 2026-11-21
---

"""
BODY = " ".join(["soʻz"] * 100)
BODY_LINE = HEAD.count("\n") + 1


@given(st.text(max_size=200))
def test_no_text_makes_the_check_fail(text):
    assert content.check(text)


def test_a_sound_document_is_read_with_the_lines_of_its_keys():
    document = content.parse(HEAD + BODY)
    assert document.meta["title"] == "Uyqu"
    assert document.lines["title"] == 3
    assert (document.body, document.body_line) == (BODY, BODY_LINE)
    assert content.check(HEAD + BODY) == []


def test_windows_line_ends_are_read_the_same():
    assert content.check((HEAD + BODY).replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("---\nid", "id", 1, "begin with a line of three hyphens"),
        ("2026-11-21\n---\n", "2026-11-21\n", BODY_LINE - 1, "second line of three hyphens"),
        ("title: Uyqu", "title: [Uyqu", 4, "cannot be read"),
        ("title: Uyqu", "title: Uyqu: yaxshi", 3, "cannot be read"),
        ("title: Uyqu\n", "", 2, "“title” is missing"),
        ("title: Uyqu\n", "title: Uyqu\ntitle: Tush\n", 4, "stands here twice"),
        ("title: Uyqu\n", "title: Uyqu\ntitel: Tush\n", 4, "“titel” is not known"),
        ("title: Uyqu", "title: 12", 3, "must be words"),
        ("title: Uyqu", "title: " + "u" * 61, 3, "at most 60 characters"),
        ("id: sleep", "id: Sleep!", 2, "small Latin letters"),
        ("  Telefonni qoʻying.\n", "  bir\n" * 5, 4, "at most 5 lines"),
        ("  Telefonni qoʻying.\n", f"  {'u' * 121}\n", 4, "at most 120 characters"),
        ("“Sleep”, 2024", "“Sleep”", 7, "publisher and year"),
        ("standing:", "source_url: who.int\nstanding:", 8, "https://"),
        ("standing: to_verify", "standing: sure", 8, "to_verify, verified"),
        ("standing: to_verify", "standing: verified", 8, "Only a text that a clinician reviewed"),
        ("reviewed_by: pending", "reviewed_by: Charos", 10, "stand together"),
        ("reviewed_on: null", "reviewed_on: 2026-11-20", 10, "stand together"),
        ("reviewed_on: null", "reviewed_on: 20.11.2026", 10, "2026-11-30"),
        ("updated_on: 2026-11-21", "updated_on: bugun", 11, "2026-11-30"),
        ("updated_on: 2026-11-21", "updated_on: 2026-13-41", 11, "2026-11-30"),
        (BODY, "kam soʻz", BODY_LINE, "has 2 words; 80 to 200"),
        (BODY, BODY * 3, BODY_LINE, "80 to 200"),
        (BODY, BODY.replace("soʻz", "s" * 40), BODY_LINE, "too long for one message"),
        (BODY, BODY + "\n\n![rasm](https://a.uz/1.png)", BODY_LINE + 2, "picture"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_its_line_and_the_reason(old, new, line, words):
    text = (HEAD + BODY).replace(old, new, 1)
    assert text != HEAD + BODY
    with pytest.raises(ContentError) as refusal:
        content.parse(text, "content/uz/advice/sleep.md")
    assert refusal.value.file == "content/uz/advice/sleep.md"
    assert refusal.value.line == line
    assert words in refusal.value.reason
    assert words in content.check(text)[0].reason


def test_a_review_stands_with_its_day():
    text = (
        HEAD.replace("pending", "Charos Aliyeva")
        .replace("null", "2026-11-20")
        .replace("to_verify", "verified")
    )
    assert content.check(text + BODY) == []


def test_all_problems_are_told_at_once_in_the_order_of_the_lines():
    text = HEAD.replace("title: Uyqu", "title: 12").replace(", 2024", "") + "kam\n\n> soʻz"
    lines = [problem.line for problem in content.check(text)]
    assert lines == sorted(lines)
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("body", "count"),
    [("", 0), ("– bir **ikki** – uch", 3), ("[bir ikki](https://a.uz/b c) 38 °C", 4), ("boʻla-bola gʻoz", 2)],
)
def test_words_are_what_a_reader_meets(body, count):
    assert content.words(body) == count


def test_every_sentence_of_the_check_keeps_its_placeholders_when_rendered():
    text = HEAD.replace("title: Uyqu", "titel: Uyqu") + "kam"
    for problem in content.check(text):
        assert not re.search(r"[{}]", problem.text.render("ru"))
