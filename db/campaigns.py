"""Rows of campaigns: who is written to about what, how far it has come, and its texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ARRAY, BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.campaigns import State
from db.base import Base, Id


class Campaign(Base):
    """One text to a group. Each person's message is a Reminder of kind `campaign` whose item is this id.

    `writers` are all who wrote a word of it: none of them approves it. `reached_id` is the last person looked at, and
    `filled_at` set when nobody is left to look at; so it goes on where it was after a kill.
    """

    __tablename__ = "campaigns"

    id: Mapped[Id]
    title: Mapped[str]
    state: Mapped[State] = mapped_column(default="draft")
    audience: Mapped[dict[str, Any]]
    split: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    writers: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    approved_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reached_id: Mapped[int] = mapped_column(default=0)
    filled_at: Mapped[datetime | None]


class CampaignText(Base):
    """One of the texts in one language; variant `b` only where two are tried against each other."""

    __tablename__ = "campaign_texts"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    variant: Mapped[Literal["a", "b"]] = mapped_column(primary_key=True)
    language: Mapped[Literal["uz", "ru"]] = mapped_column(primary_key=True)
    text: Mapped[str]
    sms: Mapped[str]
