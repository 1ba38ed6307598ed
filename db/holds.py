"""Rows of what staff hold back: all reminders of a clinic, and everybody who is not on the list of a trial."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class ClinicHold(Base):
    """While the row is there, nothing about this clinic's people and visits goes out."""

    __tablename__ = "clinic_holds"

    clinic_id: Mapped[int] = mapped_column(
        ForeignKey("clinics.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    held_at: Mapped[datetime]
    held_by_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))


class Trial(Base):
    """One row, id 1. While `on_at` is set only people on the list get unasked messages; the others' wait."""

    __tablename__ = "trials"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on_at: Mapped[datetime | None]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))


class TrialMember(Base):
    """Somebody who agreed to try."""

    __tablename__ = "trial_members"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
