"""Rows of watching over: heartbeats, alarms, how the SMS providers fare, and which texts they have approved."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.alarms import Kind, Process
from core.sms_templates import Approval
from db.base import Base, Id


class Heartbeat(Base):
    """A process says that it lives. `instance` is host:pid; `details` holds moments and codes, never a person."""

    __tablename__ = "heartbeats"

    process: Mapped[Process] = mapped_column(primary_key=True)
    instance: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    details: Mapped[dict[str, Any]]


class Alarm(Base):
    """Something staff have to know. One open row a kind; `told_at` is when it was last sent to the chats that want alarms."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index("uq_alarms_open", "kind", unique=True, postgresql_where="cleared_at IS NULL"),
        Index("ix_alarms_raised_at", "raised_at"),
    )

    id: Mapped[Id]
    kind: Mapped[Kind]
    details: Mapped[dict[str, Any]]
    raised_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="SET NULL")
    )


class SmsProvider(Base):
    """One SMS provider as all workers see it: its share now and at rest, its slowness, and what its account holds.

    `recent` and `slow` count messages of the last minutes; `stepped_at` and `bad_at` are the same in every row. `days_left` is
    how long the balance lasts for what is promised; none where balance or price is not known.
    """

    __tablename__ = "sms_providers"

    name: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[int]
    resting: Mapped[int]
    recent: Mapped[int] = mapped_column(default=0)
    slow: Mapped[int] = mapped_column(default=0)
    stepped_at: Mapped[datetime | None]
    bad_at: Mapped[datetime | None]
    balance: Mapped[Decimal | None]
    currency: Mapped[str | None]
    balance_at: Mapped[datetime | None]
    days_left: Mapped[float | None]


class SmsCount(Base):
    """What a provider took and refused in ten seconds from `at`, all workers together; kept for an hour."""

    __tablename__ = "sms_counts"

    provider: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)


class SmsApproval(Base):
    """What a provider thinks of a text. `fingerprint` is of the text with its digits made equal: another text is another row."""

    __tablename__ = "sms_approvals"

    provider: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    state: Mapped[Approval]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
