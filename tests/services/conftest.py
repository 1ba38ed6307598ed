"""Two clinics, Aziza, who belongs to the first, and the staff who write and approve campaigns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import people as people_rules
from db.booking import Clinic, Slot
from db.crypto import keyring
from db.people import Person
from services import people, staff
from tests.campaigns import PASSWORD
from tests.desk import NOW, PINFL


@pytest.fixture
async def clinics(database):
    """Two clinics, each with a slot an hour ago, in an hour and tomorrow."""
    async with database.transaction() as session:
        made = [
            Clinic(
                name_uz=f"{n}-poliklinika",
                name_ru=f"Поликлиника {n}",
                address_uz="Chilonzor",
                address_ru="Чиланзар",
                hours="08:00–18:00",
                region="1726",
                district="chilonzor",
            )
            for n in (1, 2)
        ]
        session.add_all(made)
        await session.flush()
        for clinic in made:
            for hours in (-1, 1, 24):
                at = NOW + timedelta(hours=hours)
                session.add(
                    Slot(
                        clinic_id=clinic.id,
                        service="therapist",
                        room="3",
                        starts_at=at,
                        ends_at=at + timedelta(minutes=15),
                    )
                )
        return [clinic.id for clinic in made]


@pytest.fixture
async def aziza(database, clinics):
    await people.choose_language(database, 1001, "uz", NOW)
    await people.give_consent(database, 1001, "uz", NOW)
    profile = people_rules.Profile("Aziza Karimova", date(1990, 3, 15), "female", "1726", "chilonzor")
    citizen = await people.register(database, 1001, "+998901234567", profile, NOW)
    async with database.transaction() as session:
        person = await session.get_one(Person, citizen.id)
        person.clinic_id, person.pinfl = clinics[0], PINFL
        person.pinfl_hash = keyring().lookup("pinfl", PINFL)
    return citizen


@pytest.fixture
async def dilshod(database, now):
    return await staff.add(database, "dilshod", "Dilshod", "editor", PASSWORD, now)


@pytest.fixture
async def aziz(database, now):
    return await staff.add(database, "aziz", "Aziz", "administrator", PASSWORD, now)
