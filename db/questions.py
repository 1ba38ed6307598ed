"""Rows of questions that people put to a health worker."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id
from db.crypto import Encrypted


class Question(Base):
    """A question from a chat and, later, its answer; both encrypted."""

    __tablename__ = "questions"
    __table_args__ = (Index("ix_questions_open", "asked_at", postgresql_where="answered_at IS NULL"),)

    id: Mapped[Id]
    chat_id: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Encrypted)
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Encrypted)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    state: Mapped[Literal["open", "answered", "sent"]] = mapped_column(default="open")
