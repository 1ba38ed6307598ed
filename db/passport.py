"""Rows of the health passport: the summary of a person's health and single readings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id
from db.crypto import EncryptedJson


class HealthSummary(Base):
    """Encrypted as a whole: {"blood_group": "A(II) Rh+", "allergies": [..], "conditions": [..], "medicines": [..]}.

    An absent key means not known, an empty list means none.
    """

    __tablename__ = "health_summaries"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    data: Mapped[Any] = mapped_column(EncryptedJson)
    changed_at: Mapped[datetime]


class Observation(Base):
    """One reading: code is core.passport's (blood_pressure, glucose …), `data` {"value": 140, "value2": 90}."""

    __tablename__ = "observations"
    __table_args__ = (Index("ix_observations_person_id_taken_at", "person_id", "code", "taken_at"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    code: Mapped[str]
    data: Mapped[Any] = mapped_column(EncryptedJson)
    source: Mapped[Literal["person", "staff"]]
    taken_at: Mapped[datetime]
