"""Advice: the article as it is published now, publishing by editors, and whether it helped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from core import advice as rules
from core.i18n import Language
from db.advice import ArticleOpinion, ArticleVersion
from db.engine import Database

Written = Literal["uz", "ru"]


def _written(language: Language) -> Written:
    return "ru" if language == "ru" else "uz"


async def article(database: Database, article_id: str, language: Language) -> rules.Article | None:
    """The newest published version, else the file of content/; None for an unknown id."""
    if article_id not in rules.TOPICS:
        return None
    async with database.transaction() as session:
        source = await session.scalar(
            select(ArticleVersion.source)
            .where(
                ArticleVersion.article_id == article_id,
                ArticleVersion.language == _written(language),
                ArticleVersion.published_at.is_not(None),
            )
            .order_by(ArticleVersion.published_at.desc(), ArticleVersion.id.desc())
            .limit(1)
        )
    return rules.parse(source, language) if source else rules.articles(language)[article_id]


async def titles(database: Database, language: Language) -> Mapping[str, str]:
    """Id → title of every article, in the order of the menu, as published now."""
    query = (
        select(ArticleVersion.article_id, ArticleVersion.source)
        .where(ArticleVersion.language == _written(language), ArticleVersion.published_at.is_not(None))
        .ext(distinct_on(ArticleVersion.article_id))
        .order_by(ArticleVersion.article_id, ArticleVersion.published_at.desc(), ArticleVersion.id.desc())
    )
    async with database.transaction() as session:
        edited = {
            row.article_id: rules.parse(row.source, language).title for row in await session.execute(query)
        }
    return {id_: edited.get(id_, article.title) for id_, article in rules.articles(language).items()}


async def publish(
    database: Database, article_id: str, language: Written, source: str, author_id: int | None, now: datetime
) -> rules.Article:
    """Check and publish a text (front matter and body). Raises ContentError, with the line, before anything is stored."""
    parsed = rules.parse(source, language)
    async with database.transaction() as session:
        session.add(
            ArticleVersion(
                article_id=article_id,
                language=language,
                source=source,
                author_id=author_id,
                created_at=now,
                published_at=now,
            )
        )
    return parsed


async def opine(
    database: Database, article_id: str, chat_id: int, language: Language, helpful: bool, now: datetime
) -> None:
    """Was it helpful? The last answer of a chat counts."""
    values = {"language": language, "helpful": helpful, "at": now}
    async with database.transaction() as session:
        await session.execute(
            insert(ArticleOpinion)
            .values(article_id=article_id, chat_id=chat_id, **values)
            .on_conflict_do_update(index_elements=["article_id", "chat_id"], set_=values)
        )
