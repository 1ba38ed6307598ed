"""Editing articles: what is typed, what is refused with the reason beside it, what citizens get."""

from __future__ import annotations

import html
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from core import editing as rules
from services import advice, editing

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


@pytest.fixture
async def editor(browser, cast):
    await browser.sign_in("dilshod")
    return browser


def form(texts, bases=None, **extra):
    bases = bases or {"uz": 0, "ru": 0}
    fields = {
        f"{code}.{name}": value for code, typed in texts.items() for name, value in asdict(typed).items()
    }
    return {**fields, **{f"{code}.base": str(base) for code, base in bases.items()}, **extra}


async def texts_of(database, article_id="child"):
    return {code: edition.fields for code, edition in (await editing.editions(database, article_id)).items()}


async def test_a_published_change_is_what_the_bot_shows_at_once_also_in_cyrillic(editor, database):
    texts = await texts_of(database)
    texts["uz"] = replace(texts["uz"], title="Bola va ona suti")
    answer = await editor.submit("/articles/child", form(texts, do="publish"))
    assert answer.status_code == 303
    assert (await advice.article(database, "child", "uz")).title == "Bola va ona suti"
    assert (await advice.article(database, "child", "uz_Cyrl")).title == "Бола ва она сути"
    assert (await advice.titles(database, "uz"))["child"] == "Bola va ona suti"
    assert (await advice.article(database, "child", "ru")).title == texts["ru"].title


async def test_a_draft_is_kept_and_citizens_do_not_see_it(editor, database):
    texts = await texts_of(database)
    before = await advice.article(database, "child", "ru")
    texts["ru"] = replace(texts["ru"], title="Черновик")
    await editor.submit("/articles/child", form(texts, do="save"))
    assert (await advice.article(database, "child", "ru")) == before
    page = await editor.open("/articles/child")
    assert 'value="Черновик"' in page.text


async def test_a_broken_draft_may_be_kept_but_not_published(editor, database):
    texts = await texts_of(database)
    texts["ru"] = replace(texts["ru"], body="Мало **слов", source="кто-то")
    assert (await editor.submit("/articles/child", form(texts, do="save"))).status_code == 303
    bases = {code: e.base for code, e in (await editing.editions(database, "child")).items()}
    answer = await editor.submit("/articles/child", form(texts, bases, do="publish"))
    assert answer.status_code == 422
    assert "Мало **слов" in answer.text  # nothing typed is lost
    problems = re.search(r'id="ru-body-problems".*?</ul>', answer.text, re.DOTALL)[0]
    assert 'data-line="1"' in problems
    assert "<li>" in re.search(r'id="ru-source-problems".*?</ul>', answer.text, re.DOTALL)[0]
    assert "<li>" not in re.search(r'id="uz-body-problems".*?</ul>', answer.text, re.DOTALL)[0]


async def test_one_broken_language_publishes_neither(editor, database):
    texts = await texts_of(database)
    texts["uz"] = replace(texts["uz"], title="Yangi sarlavha")
    texts["ru"] = replace(texts["ru"], title="")
    await editor.submit("/articles/child", form(texts, do="publish"))
    assert (await advice.article(database, "child", "uz")).title != "Yangi sarlavha"


async def test_two_editors_at_once_lose_nothing(editor, database, cast):
    mine = await texts_of(database)
    theirs = {**mine, "uz": replace(mine["uz"], title="Ularning sarlavhasi")}
    await editing.save(database, "child", theirs, {"uz": 0, "ru": 0}, cast["aziz"].id, NOW, publish=True)
    mine["uz"] = replace(mine["uz"], title="Mening sarlavham")
    answer = await editor.submit("/articles/child", form(mine, do="publish"))
    assert answer.status_code == 409
    assert 'value="Mening sarlavham"' in answer.text
    assert "Ularning sarlavhasi" in answer.text
    assert (await advice.article(database, "child", "uz")).title == "Ularning sarlavhasi"
    base = re.search(r'name="uz\.base" value="(\d+)"', answer.text)[1]
    answer = await editor.submit("/articles/child", form(mine, {"uz": int(base), "ru": 0}, do="publish"))
    assert answer.status_code == 303
    assert (await advice.article(database, "child", "uz")).title == "Mening sarlavham"
    assert [v.title for v in await editing.history(database, "child")][:2] == [
        "Mening sarlavham",
        "Ularning sarlavhasi",
    ]


async def test_an_older_version_is_brought_back_only_by_publishing_it(editor, database, cast):
    texts = await texts_of(database)
    first = replace(texts["uz"], title="Birinchi")
    await editing.save(database, "child", {"uz": first}, {"uz": 0}, cast["dilshod"].id, NOW, publish=True)
    older = (await editing.history(database, "child"))[0]
    base = {"uz": older.id}
    second = replace(first, title="Ikkinchi")
    await editing.save(database, "child", {"uz": second}, base, cast["aziz"].id, NOW, publish=True)
    page = await editor.open("/articles/child/history")
    assert "Dilshod" in page.text
    assert "Aziz" in page.text
    page = await editor.open(f"/articles/child?from={older.id}")
    assert 'value="Birinchi"' in page.text
    assert (await advice.article(database, "child", "uz")).title == "Ikkinchi"
    page = await editor.open("/articles/child?from=uz")
    assert f'value="{texts["uz"].title}"' in page.text


@pytest.mark.parametrize(
    "path", ["/articles/nothing", "/articles/%00", "/articles/child?from=999", "/articles/child?from=abc"]
)
async def test_what_is_not_there_is_a_friendly_404(editor, path):
    answer = await editor.open(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


async def test_a_version_of_another_article_cannot_be_laid_into_this_one(editor, database, cast):
    texts = await texts_of(database, "sleep")
    changed = {"uz": replace(texts["uz"], title="Uyqu haqida")}
    await editing.save(database, "sleep", changed, {"uz": 0}, cast["aziz"].id, NOW)
    foreign = (await editing.history(database, "sleep"))[0]
    assert (await editor.open(f"/articles/child?from={foreign.id}")).status_code == 404


@pytest.mark.parametrize("base", ["-1", "x", "9" * 30, ""])
async def test_a_forged_base_changes_nothing(editor, database, base):
    texts = await texts_of(database)
    texts["uz"] = replace(texts["uz"], title="Soxta")
    data = form(texts, do="publish") | {"uz.base": base}
    assert (await editor.submit("/articles/child", data)).status_code == 409
    assert (await advice.article(database, "child", "uz")).title != "Soxta"


async def test_markup_in_an_article_is_shown_as_text_everywhere(editor, database):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    texts = await texts_of(database)
    texts["uz"] = replace(texts["uz"], title=evil, body=evil, summary="</textarea>" + evil)
    await editor.submit("/articles/child", form(texts, do="save"))
    for path in ("/articles", "/articles/child", "/articles/child/history"):
        page = (await editor.open(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "</textarea><script" not in page
    preview = await editor.submit("/articles/child/preview", form(texts))
    assert "<script>" not in preview.json()["uz"]["html"]
    assert "<img" not in preview.json()["uz"]["html"]


async def test_a_link_that_runs_a_script_is_no_link_in_the_preview(editor, database):
    texts = await texts_of(database)
    texts["ru"] = replace(texts["ru"], body="[сюда](javascript:alert(1)) [туда](data:text/html,x)")
    preview = (await editor.submit("/articles/child/preview", form(texts))).json()["ru"]
    assert "href" not in preview["html"]
    assert any(problem["field"] == "body" for problem in preview["problems"])


async def test_the_preview_shows_both_letters_and_the_problems_in_the_staffs_language(editor, database):
    texts = await texts_of(database)
    texts["uz"] = replace(texts["uz"], title="Ona suti foydasi", source="yoʻq")
    answer = (await editor.submit("/articles/child/preview", form(texts))).json()["uz"]
    assert "Ona suti foydasi" in answer["html"]
    assert "Она сути фойдаси" in answer["html"]
    expected = rules.problems("child", texts["uz"], "uz", NOW.date())
    assert [problem["text"] for problem in answer["problems"]] == [p.text.render("uz") for p in expected]


async def test_unchanged_text_makes_no_version(editor, database):
    texts = await texts_of(database)
    assert (await editor.submit("/articles/child", form(texts, do="publish"))).status_code == 303
    assert await editing.history(database, "child") == []


async def test_the_field_of_the_text_gives_back_exactly_what_was_typed(editor, database):
    texts = await texts_of(database)
    page = (await editor.open("/articles/child")).text
    shown = re.search(r'<textarea[^>]*name="uz\.body"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1]
    assert html.unescape(shown) == texts["uz"].body
