"""Editing of advice: the newest text of an article in both languages, its history, drafts and publishing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from core import advice as articles
from core import editing as rules
from core.booking import day_of
from core.editing import WRITTEN, Typed, Written
from db.advice import ArticleVersion
from db.engine import Database
from db.staff import StaffMember
from services import audit


@dataclass(frozen=True, slots=True)
class Edition:
    """The text an editor goes on from. `base` is its version (0: the file of content/), `draft` says citizens do not see it."""

    base: int
    fields: Typed
    draft: bool
    author: str | None
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """One line of the history."""

    id: int
    language: Written
    author: str | None
    saved_at: datetime
    published_at: datetime | None
    title: str


@dataclass(frozen=True, slots=True)
class Overview:
    """One article in the list of editors: its titles as shown now, whether a draft waits, whether a clinician checked it."""

    id: str
    titles: Mapping[Written, str]
    drafts: frozenset[Written]
    reviewed: frozenset[Written]
    changed_at: datetime | None


async def overview(database: Database) -> list[Overview]:
    """Every article, in the order of the citizens' menu."""
    async with database.transaction() as session:
        newest = await _newest(session)
    return [_overview(article_id, newest) for article_id in articles.TOPICS]


async def editions(database: Database, article_id: str) -> dict[Written, Edition]:
    """What is newest in each language, saved or published. Raises KeyError for an unknown article."""
    files = {language: articles.articles(language)[article_id] for language in WRITTEN}
    async with database.transaction() as session:
        newest = await _newest(session, article_id)
    found: dict[Written, Edition] = {}
    for language in WRITTEN:
        row, author = newest.get((article_id, language), (None, None))
        if row is None:
            fields = rules.typed(articles.dump(files[language]))
            found[language] = Edition(0, fields, False, None, None)
        else:
            found[language] = Edition(
                row.id, rules.typed(row.source), row.published_at is None, author, row.created_at
            )
    return found


async def published(database: Database, article_id: str) -> dict[Written, Typed]:
    """What citizens read now."""
    from services import advice

    found = {language: await advice.article(database, article_id, language) for language in WRITTEN}
    return {
        language: rules.typed(articles.dump(article)) if article else Typed()
        for language, article in found.items()
    }


async def save(
    database: Database,
    article_id: str,
    texts: Mapping[Written, Typed],
    bases: Mapping[Written, int],
    author_id: int,
    now: datetime,
    *,
    publish: bool = False,
) -> frozenset[Written]:
    """Keep what changed as a draft, or publish it, both languages or none; says which languages that was.

    Raises ChangedMeanwhile when a newer version than `bases` is there, ContentError when a text to be published has faults.
    """
    if article_id not in articles.TOPICS:
        raise KeyError(article_id)
    today = day_of(now)
    saved: set[Written] = set()
    async with database.transaction() as session:
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"article:{article_id}"))))
        newest = await _newest(session, article_id)
        for language, fields in texts.items():
            row, _author = newest.get((article_id, language), (None, None))
            if (row.id if row else 0) != bases[language]:
                raise rules.ChangedMeanwhile
            before = row.source if row else articles.dump(articles.articles(language)[article_id])
            same = rules.typed(before) == fields.tidy()
            waiting = row is not None and row.published_at is None
            if same and not (publish and waiting):
                continue
            text = rules.source(article_id, fields, today)
            if publish:
                articles.parse(text, language)
            session.add(
                ArticleVersion(
                    article_id=article_id,
                    language=language,
                    source=text,
                    author_id=author_id,
                    created_at=now,
                    published_at=now if publish else None,
                )
            )
            audit.write(
                session,
                now,
                "article.publish" if publish else "article.save",
                None,
                actor="staff",
                actor_id=author_id,
                detail={"article": article_id, "language": language},
            )
            saved.add(language)
    return frozenset(saved)


async def history(database: Database, article_id: str, limit: int = 100) -> list[Version]:
    """Versions of both languages, newest first."""
    query = (
        select(ArticleVersion, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == ArticleVersion.author_id)
        .where(ArticleVersion.article_id == article_id)
        .order_by(ArticleVersion.id.desc())
        .limit(limit)
    )
    async with database.transaction() as session:
        return [
            Version(
                row.id, row.language, author, row.created_at, row.published_at, rules.typed(row.source).title
            )
            for row, author in await session.execute(query)
        ]


async def version(database: Database, article_id: str, version_id: int) -> tuple[Written, Typed] | None:
    """An older text, to go on from. None when it is not of this article."""
    async with database.transaction() as session:
        row = await session.get(ArticleVersion, version_id)
        if row is None or row.article_id != article_id:
            return None
        return row.language, rules.typed(row.source)


def original(article_id: str, language: Written) -> Typed:
    """The text that came with the product."""
    return rules.typed(articles.dump(articles.articles(language)[article_id]))


Newest = dict[tuple[str, Written], tuple[ArticleVersion | None, str | None]]


async def _newest(session: AsyncSession, article_id: str | None = None) -> Newest:
    query = (
        select(ArticleVersion, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == ArticleVersion.author_id)
        .ext(distinct_on(ArticleVersion.article_id, ArticleVersion.language))
        .order_by(ArticleVersion.article_id, ArticleVersion.language, ArticleVersion.id.desc())
    )
    if article_id is not None:
        query = query.where(ArticleVersion.article_id == article_id)
    return {(row.article_id, row.language): (row, author) for row, author in await session.execute(query)}


def _overview(article_id: str, newest: Newest) -> Overview:
    fields: dict[Written, Typed] = {}
    drafts: set[Written] = set()
    moments = []
    for language in WRITTEN:
        row, _author = newest.get((article_id, language), (None, None))
        fields[language] = rules.typed(row.source) if row else original(article_id, language)
        if row is not None:
            moments.append(row.created_at)
            if row.published_at is None:
                drafts.add(language)
    return Overview(
        article_id,
        {language: fields[language].title for language in WRITTEN},
        frozenset(drafts),
        frozenset(language for language in WRITTEN if fields[language].reviewed),
        max(moments, default=None),
    )
