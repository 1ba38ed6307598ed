"""Whom staff find by a number, what a person's page shows, and that every look is audited."""

from __future__ import annotations

import pytest

from core.errors import Refusal
from services import desk
from tests.desk import NOW, PINFL, actions, nurse, visit_at


@pytest.mark.parametrize(
    "typed", ["+998 90 123 45 67", "901234567", "8 90 1234567", PINFL, "4 150390 5010012"]
)
async def test_a_person_is_found_by_the_whole_number_however_it_is_typed(database, aziza, typed):
    found = await desk.find(database, typed, nurse(), NOW)
    assert [one.id for one in found] == [aziza.id]
    assert await actions(database) == [("person.search", None)]


@pytest.mark.parametrize("typed", ["", "Aziza", "90 123", "%", "+998 90 123 45 68", "1" * 14, "' OR 1=1 --"])
async def test_half_a_number_or_a_name_finds_nobody(database, aziza, typed):
    with pytest.raises(Refusal):
        await desk.find(database, typed, nurse(), NOW)


async def test_a_look_at_a_record_is_audited_with_who_and_whom(database, aziza):
    record = await desk.record(database, aziza.id, nurse(), NOW)
    assert record.name == "Aziza Karimova"
    assert record.passport.allergies is None
    assert ("person.look", aziza.id) in await actions(database)


async def test_the_numbers_of_today_are_of_ones_own_clinic(database, aziza, clinics):
    await visit_at(database, aziza, clinics[0], -1)
    await visit_at(database, aziza, clinics[1], 1)
    everywhere = await desk.today(database, nurse(), NOW)
    here = await desk.today(database, nurse(clinics[0]), NOW)
    assert (everywhere.visits, everywhere.to_mark) == (2, 1)
    assert (here.visits, here.to_mark) == (1, 1)
