"""Rows of people: who they are, where they chat, who cares for whom, what they agreed to, and who looked at their record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.i18n import Language
from db.base import Base, Id
from db.crypto import Encrypted

Sex = Literal["female", "male"]
ChannelChoice = Literal["auto", "telegram", "sms"]


class Person(Base):
    """One citizen. `phone_hash` and `pinfl_hash` are keyed (db/crypto.py); a child may have neither."""

    __tablename__ = "people"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_hash: Mapped[bytes | None] = mapped_column(index=True)
    pinfl: Mapped[str | None] = mapped_column(Encrypted)
    pinfl_hash: Mapped[bytes | None] = mapped_column(unique=True)
    birth_date: Mapped[date]
    sex: Mapped[Sex]
    region: Mapped[str | None]
    district: Mapped[str | None]
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinics.id"))
    language: Mapped[Language] = mapped_column(default="uz")
    pregnant: Mapped[bool] = mapped_column(default=False)
    conditions: Mapped[list[str]] = mapped_column(default=list)
    deceased_on: Mapped[date | None]
    created_at: Mapped[datetime]
    # reminders: what the person chose
    channel: Mapped[ChannelChoice] = mapped_column(default="auto")
    quiet_from_hour: Mapped[int | None]
    quiet_to_hour: Mapped[int | None]
    reminders_paused_at: Mapped[datetime | None]
    campaigns_refused_at: Mapped[datetime | None]


class Chat(Base):
    """A Telegram chat: known before its person is. `gone_at` is set when Telegram says the chat is dead."""

    __tablename__ = "chats"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    language: Mapped[Language | None]
    gone_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Kinship(Base):
    """`guardian` cares for `ward` and gets the reminders meant for the ward, unless `muted_at` (the ward moved away)."""

    __tablename__ = "kinships"
    __table_args__ = (UniqueConstraint("guardian_id", "ward_id"),)

    id: Mapped[Id]
    guardian_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    ward_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    relation: Mapped[Literal["child", "parent", "spouse", "other"]]
    muted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Consent(Base):
    """What was agreed to, in which version and language of the wording, and when it was withdrawn."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_chat_id", "chat_id"), Index("ix_consents_person_id", "person_id"))

    id: Mapped[Id]
    chat_id: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    version: Mapped[str]
    language: Mapped[Language]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class AuditEvent(Base):
    """Who looked at or changed whose record; never changed, never deleted, names nobody in words."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_person_id_at", "person_id", "at"),)

    id: Mapped[Id]
    at: Mapped[datetime]
    actor: Mapped[Literal["person", "staff", "system"]]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    person_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
