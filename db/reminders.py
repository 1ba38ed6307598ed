"""Rows of reminders: the promise, its due moments, and each attempt to deliver one. The database is the schedule."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.halves import Variant
from core.ports import ChannelKind
from db.base import Base, Id
from db.crypto import Encrypted

ReminderKind = Literal["vaccination", "screening", "appointment", "campaign"]
StopReason = Literal["done", "booked", "declined", "changed", "ended", "withdrawn"]


class Reminder(Base):
    """The promise: tell `person_id` that `item` (dose `dose`) of `about_id` is due. Unique; never deleted while it matters.

    `item` is a code of the calendars, or an appointment's or campaign's id; `due_on` the day, `due_at` an appointment's
    start. `dose` tells rounds of one item apart: the dose, the how-manieth check, the season's year, an appointment's start
    in minutes. `next_step` at `next_at` is what is planned next; planning reads only this index. While `held_at` is set
    staff hold it back: it is planned as ever, and waits.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("person_id", "about_id", "kind", "item", "dose"),
        Index("ix_reminders_about_id", "about_id"),
        Index("ix_reminders_campaign", "item", postgresql_where="kind = 'campaign'"),
        Index("ix_reminders_next_at", "next_at", postgresql_where="next_at IS NOT NULL"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    about_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[ReminderKind]
    item: Mapped[str]
    dose: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date]
    due_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    promised_at: Mapped[datetime]
    next_step: Mapped[str | None]
    next_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[StopReason | None]
    confirmed_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))


class Occurrence(Base):
    """One due moment of a reminder. Claimed with SKIP LOCKED and a lease; unique by (reminder, step).

    `moment_at` is when it was meant, `next_try_at` when to try next; after `expires_at` it is never sent. Several of one
    person that go out as one message follow the same `lead_id` (their own id for the one that leads); `channel` is the
    channel to try, when it is settled, and `attempts` the failed tries on it. `urged_at`: staff asked for it to be sent
    now; until `any_hour_until` at night too.
    """

    __tablename__ = "occurrences"
    __table_args__ = (
        UniqueConstraint("reminder_id", "step"),
        Index("ix_occurrences_due", "next_try_at", postgresql_where="state = 'due'"),
        Index("ix_occurrences_leased", "lease_until", postgresql_where="state = 'claimed'"),
        Index("ix_occurrences_person_id", "person_id"),
        Index("ix_occurrences_lead_id", "lead_id", postgresql_where="lead_id IS NOT NULL"),
        Index("ix_occurrences_moment_at", "moment_at", postgresql_using="brin"),
    )

    id: Mapped[Id]
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminders.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("occurrences.id", ondelete="SET NULL"))
    step: Mapped[str]
    moment_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[Literal["due", "claimed", "sent", "skipped", "failed", "expired", "unknown"]] = (
        mapped_column(default="due")
    )
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    channel: Mapped[ChannelKind | None]
    claimed_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]
    any_hour_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    reminder: Mapped[Reminder] = relationship(lazy="raise")


class Delivery(Base):
    """One attempt on one channel. Written as `sending` before the request leaves; `key` is our id at the provider.

    `occurrence_id` is the one that leads the message; `capped` says that it counts for the daily and weekly caps.
    `variant` is which text of the experiment `experiment_id` it had: no foreign key, for each message would lock that one row.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_occurrence_id", "occurrence_id"),
        Index("ix_deliveries_person_id", "person_id", "sent_at"),
        Index(
            "ix_deliveries_provider",
            "provider",
            "provider_id",
            postgresql_where="provider_id IS NOT NULL",
        ),
        Index("ix_deliveries_sent_at", "sent_at", postgresql_using="brin"),
        Index("ix_deliveries_unknown", "created_at", postgresql_where="state = 'unknown'"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrences.id", ondelete="SET NULL"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    channel: Mapped[ChannelKind]
    provider: Mapped[str | None]
    provider_id: Mapped[str | None]
    address: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[Literal["sending", "sent", "delivered", "failed", "unknown"]] = mapped_column(
        default="sending"
    )
    error: Mapped[str | None]
    capped: Mapped[bool] = mapped_column(default=False)
    segments: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    experiment_id: Mapped[int | None]
    variant: Mapped[Variant | None]


class InboundSms(Base):
    """An SMS from a person that was acted on: a provider may report it twice, and anybody may replay a signed request."""

    __tablename__ = "inbound_sms"

    id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
