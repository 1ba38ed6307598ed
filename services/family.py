"""Family: the wards a person cares for, and whose record one may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import people as rules
from core.errors import Refusal
from core.i18n import _
from db.engine import Database
from db.people import Kinship, Person
from services import audit, programmes
from services.people import citizen, row, wards_in

MOST_WARDS = 15


async def add_ward(
    database: Database, guardian_id: int, profile: rules.Profile, relation: rules.Relation, now: datetime
) -> rules.Citizen:
    """A child or relative in the care of `guardian_id`; the same name and birth date twice is the same person."""
    async with database.transaction() as session:
        guardian = await session.get(Person, guardian_id, with_for_update=True)
        if guardian is None:
            raise rules.NotRegistered
        family = await wards_in(session, guardian_id)
        for there in family:
            if (
                there.deceased_on is None
                and there.birth_date == profile.birth_date
                and there.name.casefold() == profile.name.casefold()
            ):
                return citizen(there, guardian.language)
        if len(family) >= MOST_WARDS:
            raise Refusal(_("There are already {most} people in your family list.", most=MOST_WARDS))
        ward = row(profile, guardian.language, now)
        ward.region, ward.district, ward.clinic_id = guardian.region, guardian.district, guardian.clinic_id
        session.add(ward)
        await session.flush()
        session.add(Kinship(guardian_id=guardian_id, ward_id=ward.id, relation=relation, created_at=now))
        audit.write(session, now, "person.add_ward", ward.id, actor="person", actor_id=guardian_id)
        await session.flush()
        await programmes.recompute_in(session, ward.id, now)
        return citizen(ward, guardian.language)


async def wards(database: Database, person_id: int) -> list[rules.Citizen]:
    """The person's wards, oldest first, without those who died; `paused`: reminders about them are stopped."""
    query = select(Kinship.ward_id).where(Kinship.guardian_id == person_id, Kinship.muted_at.is_not(None))
    async with database.transaction() as session:
        muted = set(await session.scalars(query))
        found = await wards_in(session, person_id)
        return [
            replace(citizen(ward, ward.language), paused=ward.id in muted)
            for ward in found
            if ward.deceased_on is None
        ]


async def remove_ward(database: Database, guardian_id: int, ward_id: int, now: datetime) -> None:
    """The guardian no longer sees the ward or gets the ward's reminders. The record stays with the clinic."""
    async with database.transaction() as session:
        gone = await session.execute(
            sql_delete(Kinship).where(Kinship.guardian_id == guardian_id, Kinship.ward_id == ward_id)
        )
        if gone.rowcount:  # type: ignore[attr-defined]
            audit.write(session, now, "person.remove_ward", ward_id, actor="person", actor_id=guardian_id)
            await session.flush()
            await programmes.recompute_in(session, ward_id, now)


async def may_see(session: AsyncSession, viewer_id: int, person_id: int) -> bool:
    """A person sees their own record and those of their wards, nobody else's."""
    if viewer_id == person_id:
        return True
    query = select(Kinship.id).where(Kinship.guardian_id == viewer_id, Kinship.ward_id == person_id)
    return await session.scalar(query) is not None
