"""Who looked at or changed whose record."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from db.people import AuditEvent

Actor = Literal["person", "staff", "system"]


def write(
    session: AsyncSession,
    now: datetime,
    action: str,
    person_id: int | None,
    *,
    actor: Actor,
    actor_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an event to the caller's transaction; `detail` holds codes and ids, never words about a person."""
    session.add(
        AuditEvent(
            at=now, actor=actor, actor_id=actor_id, action=action, person_id=person_id, detail=detail or {}
        )
    )
