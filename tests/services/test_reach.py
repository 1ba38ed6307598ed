"""Whose record a member of staff may open."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from db.people import Person
from services import desk, reach
from tests.desk import NOW, nurse, visit_at


async def test_a_nurse_opens_her_own_clinics_people_and_others_only_when_just_found(database, aziza, clinics):
    assert await desk.record(database, aziza.id, nurse(clinics[0]), NOW)
    with pytest.raises(reach.NotFound):
        await desk.record(database, aziza.id, nurse(clinics[1]), NOW)
    assert await desk.record(database, aziza.id, nurse(clinics[1]), NOW, found=True)
    await visit_at(database, aziza, clinics[1], 24)
    assert await desk.record(database, aziza.id, nurse(clinics[1]), NOW)


@pytest.mark.parametrize("person_id", [0, -1, 999, 2**62])
async def test_nobody_is_there_under_a_forged_number(database, aziza, person_id):
    with pytest.raises(reach.NotFound):
        await desk.record(database, person_id, nurse(), NOW)


@pytest.mark.parametrize("who", [Person, aliased(Person)])
async def test_a_list_holds_whom_the_page_opens(database, aziza, clinics, who):
    async def listed(member):
        async with database.transaction() as session:
            found = list(await session.scalars(select(who.id).where(reach.people(member, who))))
            assert (found == [aziza.id]) == await reach.id_in_reach(session, aziza.id, member)
            return found

    assert await listed(nurse()) == await listed(nurse(clinics[0])) == [aziza.id]
    assert await listed(nurse(clinics[1])) == []
    await visit_at(database, aziza, clinics[1], 24)
    assert await listed(nurse(clinics[1])) == [aziza.id]
