"""Articles of advice: both languages side by side, seen as a citizen sees them, saved, published, and brought back."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.routing import route

from admin import words
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core import content
from core import editing as rules
from core.advice import Article
from core.booking import day_of
from core.editing import WRITTEN, Problem, Typed, Written
from core.errors import ContentError
from core.i18n import Text, _, verbatim
from services import editing


@dataclass(frozen=True, slots=True)
class Bubbles:
    """An article as two messages of Telegram, in the article's own language."""

    title: str
    summary: str
    body: Markup
    source: str
    review: str


class Articles(Page):
    area, name, path, icon = "articles", _("Articles"), "/articles", "fa fa-book-open"

    @route("", name="articles")
    async def index(self, request: Request) -> Response:
        return self.render(request, "articles.html", articles=await editing.overview(self.database))

    @route("/{id}", name="article")
    async def show(self, request: Request) -> Response:
        """The form; with `?from=VERSION` an older text is laid into it, saved by nobody yet."""
        article_id = request.path_params["id"]
        editions = await self._editions(article_id)
        texts = {language: edition.fields for language, edition in editions.items()}
        restored: Written | None = None
        if older := request.query_params.get("from"):
            restored, texts = await self._older(article_id, older, texts)
        return self._form(request, article_id, editions, texts, restored=restored)

    @route("/{id}", methods=["POST"], name="article-save")
    async def save(self, request: Request) -> Response:
        """Whatever is wrong, the answer is the same form with everything that was typed."""
        article_id = request.path_params["id"]
        editions = await self._editions(article_id)
        form = await request.form()
        texts, bases = _typed(form), _bases(form)
        publish = form.get("do") == "publish"
        if publish and (problems := _problems(article_id, texts)):
            worst = next(language for language in WRITTEN if problems[language] or language == "ru")
            return self._form(request, article_id, editions, texts, bases, status=422, open_=worst)
        try:
            saved = await editing.save(
                self.database, article_id, texts, bases, member_of(request).id, now(), publish=publish
            )
        except rules.ChangedMeanwhile as refusal:
            return self._form(request, article_id, editions, texts, bases, status=409, refusal=refusal.text)
        except ContentError:
            return self._form(request, article_id, editions, texts, bases, status=422)
        tell(request, _done(publish, saved), "success" if saved else "info")
        return self.go(f"/articles/{article_id}?saved=1")

    @route("/{id}/preview", methods=["POST"], name="article-preview")
    async def preview(self, request: Request) -> Response:
        """What was typed so far as citizens would see it, and what is still to be put right."""
        article_id = request.path_params["id"]
        before = await self._fields(article_id)
        texts = _typed(await request.form())
        answer = {}
        for language in WRITTEN:
            seen = _seen(article_id, language, texts[language], before[language])
            found: list[Problem] = seen["problems"]
            answer[language] = {
                "html": self.templates.get_template("article_preview.html").render(request=request, **seen),
                "words": seen["words"],
                "problems": [{"field": p.field, "line": p.line, "text": words.say(p.text)} for p in found],
            }
        return JSONResponse(answer)

    @route("/{id}/history", name="article-history")
    async def history(self, request: Request) -> Response:
        article_id = request.path_params["id"]
        editions = await self._editions(article_id)
        return self.render(
            request,
            "article_history.html",
            id=article_id,
            heading=_("History: {title}", title=editions["uz"].fields.title),
            versions=await editing.history(self.database, article_id),
        )

    def _form(
        self,
        request: Request,
        article_id: str,
        editions: Mapping[Written, editing.Edition],
        texts: Mapping[Written, Typed],
        bases: Mapping[Written, int] | None = None,
        *,
        status: int = 200,
        refusal: Text | None = None,
        restored: Written | None = None,
        open_: Written = "uz",
    ) -> Response:
        bases = bases or {language: edition.base for language, edition in editions.items()}
        theirs = {
            language: _difference(texts[language], editions[language].fields)
            for language in WRITTEN
            if editions[language].base != bases[language]
        }
        return self.render(
            request,
            "article.html",
            status,
            id=article_id,
            heading=verbatim(editions["uz"].fields.title or article_id),
            editions=editions,
            texts=texts,
            bases={language: editions[language].base for language in theirs}
            | {language: bases[language] for language in WRITTEN if language not in theirs},
            seen={
                language: _seen(article_id, language, texts[language], editions[language].fields)
                for language in WRITTEN
            },
            theirs=theirs,
            refusal=refusal,
            restored=restored,
            open=restored or open_,
            rejected=status != 200,
            labels=rules.LABELS,
            standings=content.STANDINGS,
        )

    async def _editions(self, article_id: str) -> dict[Written, editing.Edition]:
        try:
            return await editing.editions(self.database, article_id)
        except KeyError:
            raise missing() from None

    async def _fields(self, article_id: str) -> dict[Written, Typed]:
        return {language: edition.fields for language, edition in (await self._editions(article_id)).items()}

    async def _older(
        self, article_id: str, version: str, texts: Mapping[Written, Typed]
    ) -> tuple[Written, dict[Written, Typed]]:
        if version in WRITTEN:
            language: Written = "ru" if version == "ru" else "uz"
            return language, {**texts, language: editing.original(article_id, language)}
        if not version.isdigit() or len(version) > 18:
            raise missing()
        found = await editing.version(self.database, article_id, int(version))
        if found is None:
            raise missing()
        return found[0], {**texts, found[0]: found[1]}


def _typed(form: FormData) -> dict[Written, Typed]:
    """The fields of both languages, exactly as sent."""
    return {
        language: Typed(
            **{name: str(form[f"{language}.{name}"]) for name in rules.FIELDS if f"{language}.{name}" in form}
        )
        for language in WRITTEN
    }


def _bases(form: FormData) -> dict[Written, int]:
    found = {language: str(form.get(f"{language}.base", "")) for language in WRITTEN}
    return {
        language: int(value) if value.isdigit() and len(value) < 18 else -1
        for language, value in found.items()
    }


def _problems(article_id: str, texts: Mapping[Written, Typed]) -> dict[Written, list[Problem]]:
    """Empty when both may be published."""
    found = {
        language: rules.problems(article_id, texts[language], language, day_of(now())) for language in WRITTEN
    }
    return found if any(found.values()) else {}


def _seen(article_id: str, language: Written, fields: Typed, before: Typed) -> dict[str, Any]:
    today = day_of(now())
    latin, cyrillic = rules.preview(article_id, fields, language, today)
    return {
        "language": language,
        "problems": rules.problems(article_id, fields, language, today),
        "stale": rules.is_review_stale(before, fields.tidy()),
        "bubbles": [_bubbles(article) for article in (latin, cyrillic) if article is not None],
        "words": content.words(fields.body),
        "low": content.BODY_MIN_WORDS,
        "high": content.BODY_MAX_WORDS,
        "labels": rules.LABELS,
    }


def _bubbles(article: Article) -> Bubbles:
    """The same two messages as the bot sends (bot/features/advice/views.py)."""
    review = (
        _("Checked by: {who}, {on}", who=article.reviewed_by, on=article.reviewed_on)
        if article.reviewed_on
        else _("Not yet checked by a doctor.")
    )
    return Bubbles(
        article.title,
        article.summary,
        Markup(article.body_html),  # noqa: S704 – core.markdown escapes whatever an editor typed
        _("Source: {source}", source=article.source).render(article.language),
        review.render(article.language),
    )


def _difference(mine: Typed, theirs: Typed) -> list[tuple[str, str]]:
    """Lines of theirs and mine that differ, field by field: ("-", theirs) and ("+", mine)."""
    found: list[tuple[str, str]] = []
    ours, others = asdict(mine.tidy()), asdict(theirs)
    for name in rules.FIELDS:
        lines = difflib.ndiff(others[name].split("\n"), ours[name].split("\n"))
        found += [(line[0], line[2:]) for line in lines if line[0] in "+-" and line[2:].strip()]
    return found


def _done(publish: bool, saved: frozenset[Written]) -> Text:
    if not saved:
        return _("Nothing was changed.")
    if not publish:
        return _("The draft is saved. Citizens do not see it yet.")
    if len(saved) == 2:
        return _("Published in both languages. Citizens see it now.")
    return (
        _("Published in Uzbek. Citizens see it now.")
        if "uz" in saved
        else _("Published in Russian. Citizens see it now.")
    )
