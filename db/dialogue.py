"""Rows of the conversation itself: the inbox of Telegram updates and where each dialogue stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.crypto import EncryptedJson


class InboxUpdate(Base):
    """One update of Telegram, kept (encrypted) until it is answered. `answered`: something was sent; do not run it twice."""

    __tablename__ = "inbox_updates"
    __table_args__ = (Index("ix_inbox_updates_open", "update_id", postgresql_where="state <> 'done'"),)

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int | None]
    state: Mapped[Literal["new", "answered", "done"]] = mapped_column(default="new")
    attempts: Mapped[int] = mapped_column(default=0)
    payload: Mapped[Any | None] = mapped_column(EncryptedJson)
    received_at: Mapped[datetime]


class DialogueState(Base):
    """aiogram's state and data of one key (bot, chat, person)."""

    __tablename__ = "dialogue_states"

    key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str | None]
    data: Mapped[Any | None] = mapped_column(EncryptedJson)
    updated_at: Mapped[datetime]
