"""Rows of the programmes: doses given, results, exemptions, refusals, and what is recommended next."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id

Source = Literal["reported", "confirmed"]


class Immunization(Base):
    """A dose given (FHIR Immunization). `reported` by the person until a nurse confirms it."""

    __tablename__ = "immunizations"
    __table_args__ = (
        Index(
            "uq_immunizations_dose",
            "person_id",
            "vaccine",
            "given_on",
            text("coalesce(lot, '')"),
            unique=True,
            postgresql_where="status = 'completed'",
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    vaccine: Mapped[str]
    given_on: Mapped[date]
    lot: Mapped[str | None]
    site: Mapped[str | None]
    place: Mapped[str | None]
    source: Mapped[Source]
    status: Mapped[Literal["completed", "entered_in_error"]] = mapped_column(default="completed")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    recorded_at: Mapped[datetime]


class ScreeningResult(Base):
    """A check that was done; `result` is normal, abnormal, not_adequate or unknown."""

    __tablename__ = "screening_results"
    __table_args__ = (
        Index(
            "uq_screening_results_check",
            "person_id",
            "screening",
            "done_on",
            unique=True,
            postgresql_where="status = 'completed'",
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    screening: Mapped[str]
    done_on: Mapped[date]
    result: Mapped[Literal["normal", "abnormal", "not_adequate", "unknown"]] = mapped_column(
        default="unknown"
    )
    place: Mapped[str | None]
    source: Mapped[Source]
    status: Mapped[Literal["completed", "entered_in_error"]] = mapped_column(default="completed")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    recorded_at: Mapped[datetime]


class NotDone(Base):
    """A vaccine not given on purpose: the four national reasons (MEDPREC, IMMUNE, PATOBJ, OSTOCK), until a date or for good."""

    __tablename__ = "not_done"
    __table_args__ = (Index("ix_not_done_person_id", "person_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    vaccine: Mapped[str]
    reason: Mapped[Literal["MEDPREC", "IMMUNE", "PATOBJ", "OSTOCK"]]
    until: Mapped[date | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Recommendation(Base):
    """What is due for a person and when (FHIR ImmunizationRecommendation); rewritten by services.programmes.recompute.

    Lean, since a country has millions: `rule` names what it stands on, the words of why are made when they are read, and
    what is not for this person is not kept. `next_on` is the next day on which something may have to be promised;
    planning a day reads only this index.
    """

    __tablename__ = "recommendations"
    __table_args__ = (
        UniqueConstraint("person_id", "item", "series"),
        Index("ix_recommendations_next_on", "next_on", postgresql_where="next_on IS NOT NULL"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    programme: Mapped[Literal["vaccination", "screening"]]
    item: Mapped[str]
    series: Mapped[str]
    dose: Mapped[int | None]
    status: Mapped[str]
    earliest_on: Mapped[date | None]
    recommended_on: Mapped[date | None]
    overdue_on: Mapped[date | None]
    latest_on: Mapped[date | None]
    rule: Mapped[str]
    next_on: Mapped[date | None]
    computed_at: Mapped[datetime]
