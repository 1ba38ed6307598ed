"""The health passport: one card of everything known, each look audited; and readings a person keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from core import passport as rules
from core.errors import Refusal
from core.i18n import _
from db.engine import Database
from db.passport import HealthSummary, Observation
from db.people import Person
from services import audit, family, programmes

Source = Literal["person", "staff"]


class NotYourRecord(Refusal):
    def __init__(self) -> None:
        super().__init__(_("I can show you only your own record and your family's."))


class Implausible(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This number looks like a slip. Please check it and write it again."))


async def look(database: Database, viewer_id: int, person_id: int, now: datetime) -> rules.Passport:
    """The passport of the viewer or their ward; audited. Raises NotYourRecord."""
    async with database.transaction() as session:
        if not await family.may_see(session, viewer_id, person_id):
            audit.write(session, now, "passport.refused", person_id, actor="person", actor_id=viewer_id)
            allowed = False
        else:
            audit.write(session, now, "passport.look", person_id, actor="person", actor_id=viewer_id)
            allowed = True
            person = await session.get_one(Person, person_id)
            row = await session.get(HealthSummary, person_id)
            readings = await last_readings(session, person_id)
    if not allowed:
        raise NotYourRecord
    timeline = await programmes.timeline(database, person_id, now)
    data = row.data if row else {}
    return rules.Passport(
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex,
        blood_group=data.get("blood_group"),
        allergies=_listed(data, "allergies"),
        conditions=_listed(data, "conditions"),
        medicines=_listed(data, "medicines"),
        doses=timeline.doses,
        screenings=timeline.screenings,
        next_steps=timeline.next_steps,
        readings=readings,
    )


async def keep_reading(
    database: Database,
    person_id: int,
    code: str,
    value: float,
    value2: float | None,
    source: Source,
    now: datetime,
) -> rules.Reading:
    """Store one measurement. Raises Implausible for numbers no living body has."""
    kind = rules.READINGS[code]
    low_first = value2 is not None and value2 >= value
    if low_first or not all(
        kind.low <= v <= kind.high for v in (value, value2) if v is not None and v != value2
    ):
        raise Implausible
    if value2 is not None and not 20 <= value2 <= 200:
        raise Implausible
    async with database.transaction() as session:
        data = {"value": value} | ({"value2": value2} if value2 is not None else {})
        session.add(Observation(person_id=person_id, code=code, data=data, source=source, taken_at=now))
    return rules.Reading(code, value, value2, now)


async def set_summary(database: Database, person_id: int, data: dict[str, object], now: datetime) -> None:
    """What staff recorded: blood_group, allergies, conditions, medicines."""
    async with database.transaction() as session:
        await session.merge(HealthSummary(person_id=person_id, data=data, changed_at=now))


def _listed(data: dict[str, list[str]], key: str) -> tuple[str, ...] | None:
    return tuple(data[key]) if key in data else None


async def last_readings(session: AsyncSession, person_id: int) -> tuple[rules.Reading, ...]:
    """The newest of each kind."""
    query = (
        select(Observation)
        .where(Observation.person_id == person_id)
        .ext(distinct_on(Observation.code))
        .order_by(Observation.code, Observation.taken_at.desc())
    )
    return tuple(
        rules.Reading(row.code, row.data["value"], row.data.get("value2"), row.taken_at)
        for row in await session.scalars(query)
    )
