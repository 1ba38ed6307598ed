"""Rows of staff: who may sign in to the admin, and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id

Role = Literal["editor", "nurse", "administrator"]


class StaffMember(Base):
    """`password_hash` is argon2id; `locked_until` is set after repeated failures."""

    __tablename__ = "staff_members"

    id: Mapped[Id]
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role]
    language: Mapped[Literal["uz", "ru"]] = mapped_column(default="uz")
    password_hash: Mapped[str]
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinics.id"))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSession(Base):
    """A signed-in browser; `token_hash` is SHA-256 of the cookie, so a stolen table opens nothing."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
