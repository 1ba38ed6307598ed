"""What Salomat remembers: rows in PostgreSQL. Importing this module makes every table known."""

from db import (
    advice,
    booking,
    budget,
    campaigns,
    dialogue,
    experiments,
    holds,
    monitoring,
    passport,
    people,
    programmes,
    questions,
    reminders,
    staff,
)
from db.base import Base

__all__ = [
    "Base",
    "advice",
    "booking",
    "budget",
    "campaigns",
    "dialogue",
    "experiments",
    "holds",
    "monitoring",
    "passport",
    "people",
    "programmes",
    "questions",
    "reminders",
    "staff",
]
