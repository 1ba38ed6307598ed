"""Rows of booking: clinics, their slots, and appointments; one live appointment a slot is a constraint."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Id

AppointmentStatus = Literal["booked", "fulfilled", "noshow", "cancelled"]


class Clinic(Base):
    """A family clinic; names and addresses in both written languages, opening hours as people read them."""

    __tablename__ = "clinics"

    id: Mapped[Id]
    name_uz: Mapped[str]
    name_ru: Mapped[str]
    address_uz: Mapped[str]
    address_ru: Mapped[str]
    hours: Mapped[str]
    phone: Mapped[str | None]
    region: Mapped[str]
    district: Mapped[str]


class Slot(Base):
    """A time in which one person can be seen for one service (FHIR Slot)."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("clinic_id", "room", "starts_at"),
        Index("ix_slots_service_starts_at", "clinic_id", "service", "starts_at"),
    )

    id: Mapped[Id]
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinics.id"))
    service: Mapped[str]
    room: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    clinic: Mapped[Clinic] = relationship(lazy="joined", innerjoin=True)


class Appointment(Base):
    """A person's place in a slot (FHIR Appointment). `item` is the vaccination or screening it was booked for."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index("uq_appointments_live_slot", "slot_id", unique=True, postgresql_where="status <> 'cancelled'"),
        Index("ix_appointments_person_id", "person_id"),
    )

    id: Mapped[Id]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    item: Mapped[str | None]
    status: Mapped[AppointmentStatus] = mapped_column(default="booked")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    slot: Mapped[Slot] = relationship(lazy="joined", innerjoin=True)
