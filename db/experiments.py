"""Rows of experiments: which reminders have another inviting sentence for half of the people, and how far that has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.experiments import Kind, State
from db.base import Base, Id


class Experiment(Base):
    """The usual text against a second one; of a kind one runs at a time. `writers` are all who wrote a word of it.

    Never deleted once it ran: deliveries name it.
    """

    __tablename__ = "experiments"
    __table_args__ = (
        Index("uq_experiments_running", "kind", unique=True, postgresql_where="state = 'running'"),
    )

    id: Mapped[Id]
    title: Mapped[str]
    kind: Mapped[Kind]
    text_uz: Mapped[str]
    text_ru: Mapped[str]
    state: Mapped[State] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    writers: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    approved_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
