"""Rows of advice: what editors published over the files of content/, and whether it helped."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.i18n import Language
from db.base import Base, Id


class ArticleVersion(Base):
    """One saved version of an article in one language (front matter and body as in content/); the newest published is shown."""

    __tablename__ = "article_versions"
    __table_args__ = (Index("ix_article_versions_latest", "article_id", "language", "published_at"),)

    id: Mapped[Id]
    article_id: Mapped[str]
    language: Mapped[Literal["uz", "ru"]]
    source: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class ArticleOpinion(Base):
    """Was it helpful? One answer a chat, article; the last one counts."""

    __tablename__ = "article_opinions"

    article_id: Mapped[str] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    language: Mapped[Language]
    helpful: Mapped[bool]
    at: Mapped[datetime]
