"""The editor's form and the stored text are the same thing, and every fault is found in its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import advice, editing

TODAY = date(2026, 11, 21)
GOOD = editing.typed(advice.dump(advice.articles("ru")["child"]))


@pytest.mark.parametrize("language", editing.WRITTEN)
@pytest.mark.parametrize("article_id", advice.TOPICS)
def test_every_article_goes_through_the_form_unchanged(language, article_id):
    fields = editing.typed(advice.dump(advice.articles(language)[article_id]))
    assert editing.problems(article_id, fields, language, TODAY) == []
    assert editing.typed(editing.source(article_id, fields, TODAY)) == fields


@given(*[st.text(max_size=60)] * 4)
def test_whatever_is_typed_can_be_kept_and_comes_back(title, summary, body, source):
    fields = editing.Typed(title=title, summary=summary, body=body, source=source)
    kept = editing.typed(editing.source("child", fields, TODAY))
    assert editing.typed(editing.source("child", kept, TODAY)) == kept
    editing.problems("child", fields, "uz", TODAY)
    editing.preview("child", fields, "uz", TODAY)


@pytest.mark.parametrize(
    ("change", "field", "line"),
    [
        ({"title": ""}, "title", None),
        ({"title": "я" * 61}, "title", None),
        ({"summary": "1\n2\n3\n4\n5\n6"}, "summary", None),
        ({"source": "без года"}, "source", None),
        ({"source_url": "http://who.int"}, "source_url", None),
        ({"standing": "perhaps"}, "standing", None),
        ({"standing": "verified"}, "standing", None),
        ({"reviewed_on": "вчера"}, "reviewed_on", None),
        ({"reviewed_by": "Доктор"}, "reviewed_on", None),
        ({"body": GOOD.body + "\n\n<b>нет</b>"}, "body", GOOD.body.count("\n") + 3),
    ],
)
def test_a_fault_is_shown_beside_its_field_and_line(change, field, line):
    found = editing.problems("child", replace(GOOD, **change), "ru", TODAY)
    assert (found[0].field, found[0].line) == (field, line)


def test_words_changed_under_a_reviewers_name_are_noticed():
    checked = replace(GOOD, standing="verified", reviewed_by="Доктор", reviewed_on="2026-11-01")
    assert editing.is_review_stale(checked, replace(checked, body="другое"))
    assert not editing.is_review_stale(checked, replace(checked, source="ВОЗ, 2024"))
    assert not editing.is_review_stale(checked, replace(checked, body="другое", reviewed_on="2026-11-21"))
    assert not editing.is_review_stale(GOOD, replace(GOOD, body="другое"))
