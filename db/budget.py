"""Rows of the budget: where each bot's lanes of slots are free (core/budget.py)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class BudgetLanes(Base):
    """One row a bot, by the database's clock. Rewritten many times a second, always in a transaction of one statement."""

    __tablename__ = "budget_lanes"

    name: Mapped[str] = mapped_column(primary_key=True)
    shared_at: Mapped[datetime]
    kept_at: Mapped[datetime]
    paused_until: Mapped[datetime]
