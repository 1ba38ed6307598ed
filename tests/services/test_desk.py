"""What staff find, see and mark; whose record they may open; and that every look is audited."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from core import people as people_rules
from core import staff as rules
from core.errors import Refusal
from db.booking import Appointment, Clinic, Slot
from db.crypto import keyring
from db.people import AuditEvent, Person
from db.reminders import Occurrence, Reminder
from services import booking, claims, desk, people, reminders, visit_notices

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
PINFL = "41503905010012"


def nurse(clinic_id=None):
    return rules.Member(7, "charos", "Charos", "nurse", "uz", clinic_id)


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


async def visit_at(database, aziza, clinic_id, hours):
    async with database.transaction() as session:
        slot = await session.scalar(
            select(Slot).where(Slot.clinic_id == clinic_id, Slot.starts_at == NOW + timedelta(hours=hours))
        )
    before = min(NOW, slot.starts_at - timedelta(hours=2))
    return (await booking.book(database, aziza.id, aziza.id, slot.id, before)).id


async def free_slot(database, clinic_id, ahead) -> int:
    at = NOW + ahead
    slot = Slot(
        clinic_id=clinic_id, service="therapist", room="9", starts_at=at, ends_at=at + timedelta(minutes=15)
    )
    async with database.transaction() as session:
        session.add(slot)
    return slot.id


async def actions(database):
    async with database.transaction() as session:
        return list(
            await session.execute(
                select(AuditEvent.action, AuditEvent.person_id).where(AuditEvent.actor == "staff")
            )
        )


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


async def test_a_nurse_opens_her_own_clinics_people_and_others_only_when_just_found(database, aziza, clinics):
    assert await desk.record(database, aziza.id, nurse(clinics[0]), NOW)
    with pytest.raises(desk.NotFound):
        await desk.record(database, aziza.id, nurse(clinics[1]), NOW)
    assert await desk.record(database, aziza.id, nurse(clinics[1]), NOW, found=True)
    await visit_at(database, aziza, clinics[1], 24)
    assert await desk.record(database, aziza.id, nurse(clinics[1]), NOW)


@pytest.mark.parametrize("person_id", [0, -1, 999, 2**62])
async def test_nobody_is_there_under_a_forged_number(database, aziza, person_id):
    with pytest.raises(desk.NotFound):
        await desk.record(database, person_id, nurse(), NOW)


@pytest.mark.parametrize(
    ("status", "starts_in_hours", "possible"),
    [
        ("booked", 24, {"cancelled"}),
        ("booked", 1, {"fulfilled", "cancelled"}),
        ("booked", 0, {"fulfilled", "noshow"}),
        ("booked", -24, {"fulfilled", "noshow"}),
        ("fulfilled", -1, {"noshow"}),
        ("noshow", -1, {"fulfilled"}),
        ("cancelled", -1, set()),
        ("cancelled", 1, set()),
    ],
)
def test_what_may_be_said_of_a_visit(status, starts_in_hours, possible):
    assert set(rules.outcomes(status, NOW + timedelta(hours=starts_in_hours), NOW)) == possible


async def test_who_did_not_come_is_kindly_asked_again_and_who_came_is_not(database, aziza, clinics):
    visit_id = await visit_at(database, aziza, clinics[0], -1)
    await desk.settle(database, visit_id, "noshow", nurse(), NOW)
    async with database.transaction() as session:
        asked = await session.scalar(select(Reminder).where(Reminder.kind == "appointment"))
    assert (asked.next_step, asked.stopped_at) == ("missed+3", None)
    await desk.settle(database, visit_id, "fulfilled", nurse(), NOW)
    async with database.transaction() as session:
        asked = await session.scalar(select(Reminder).where(Reminder.kind == "appointment"))
    assert asked.stopped_at == NOW


async def test_a_cancelled_visit_frees_its_time_and_stays_cancelled(database, aziza, clinics):
    visit_id = await visit_at(database, aziza, clinics[0], 24)
    await desk.settle(database, visit_id, "cancelled", nurse(), NOW)
    await desk.settle(database, visit_id, "cancelled", nurse(), NOW)
    with pytest.raises(rules.WrongOutcome):
        await desk.settle(database, visit_id, "fulfilled", nurse(), NOW + timedelta(days=2))
    assert (await visit_at(database, aziza, clinics[0], 24)) != visit_id
    done = [action for action, _person in await actions(database)]
    assert done.count("appointment.cancelled") == 1


@pytest.mark.parametrize(
    ("starts_in_hours", "pause", "told"),
    [(24, False, True), (24, True, False), (1, False, True)],
)
async def test_a_person_is_told_once_that_the_clinic_cancelled_the_visit(
    database, aziza, clinics, starts_in_hours, pause, told
):
    visit_id = await visit_at(database, aziza, clinics[0], starts_in_hours)
    if pause:
        await reminders.pause(database, aziza.id, NOW)
    assert await desk.settle(database, visit_id, "cancelled", nurse(), NOW) is told
    await desk.settle(database, visit_id, "cancelled", nurse(), NOW)
    notices = await claims.claim(database, "w", NOW, 10, 60)
    assert [(n.items[0].step, n.capped) for n in notices] == ([("cancelled", False)] if told else [])
    await reminders.plan(database, NOW + timedelta(hours=starts_in_hours))
    async with database.transaction() as session:
        visits = select(Occurrence.step).join(Reminder).where(Reminder.kind == "appointment")
        steps = list(await session.scalars(visits))
    assert steps == (["cancelled"] if told else [])
    assert not [one for one in await reminders.mine(database, aziza.id, NOW) if one.kind == "appointment"]


async def test_nobody_is_told_at_night_of_a_visit_that_is_over_before_they_read_it(database, aziza, clinics):
    night, early = NOW.replace(hour=18), timedelta(hours=18)  # 23:00 in Tashkent, and six the next morning
    await free_slot(database, clinics[0], early)
    visit_id = await visit_at(database, aziza, clinics[0], 18)
    assert not await desk.settle(database, visit_id, "cancelled", nurse(), night)
    assert await claims.claim(database, "w", NOW + early + timedelta(hours=4), 10, 60) == []


async def test_nothing_is_said_of_a_visit_in_the_past(database, aziza, clinics):
    visit_id = await visit_at(database, aziza, clinics[0], -1)
    async with database.transaction() as session:
        row = await session.get_one(Appointment, visit_id)
        assert not await visit_notices.tell_in(session, row, "cancelled", row.slot.starts_at, NOW)
        assert list(await session.scalars(select(Occurrence))) == []


async def test_a_moved_visit_is_told_of_with_its_new_time_and_reminded_of_then(database, aziza, clinics):
    visit_id = await visit_at(database, aziza, clinics[0], 24)
    other = await free_slot(database, clinics[0], timedelta(hours=50))
    elsewhere = await free_slot(database, clinics[1], timedelta(hours=60))
    assert other in [slot.id for slot in await desk.free_times(database, visit_id, nurse(), NOW)]
    for slot_id, member in ((elsewhere, nurse()), (0, nurse()), (other, nurse(clinics[1]))):
        with pytest.raises(desk.NotFound):
            await desk.move(database, visit_id, slot_id, member, NOW)
    new_id, told = await desk.move(database, visit_id, other, nurse(), NOW)
    assert told
    notice = (await claims.claim(database, "w", NOW, 10, 60))[0].items[0]
    assert (notice.step, notice.due_at, notice.visit.room) == ("moved", NOW + timedelta(hours=50), "9")
    kept = [one for one in await reminders.mine(database, aziza.id, NOW) if one.kind == "appointment"]
    assert [one.due_at for one in kept] == [NOW + timedelta(hours=50)]
    with pytest.raises(rules.WrongOutcome):
        await desk.move(database, visit_id, other, nurse(), NOW)
    assert ("appointment.move", aziza.id) in await actions(database)
    await desk.settle(database, new_id, "noshow", nurse(), NOW + timedelta(hours=51))
    async with database.transaction() as session:
        missed = list(await session.scalars(select(Reminder.dose).where(Reminder.next_step == "missed+3")))
    assert len(missed) == 1
    assert missed[0] > 0
    assert new_id != visit_id


async def test_a_nurse_marks_only_visits_of_her_own_clinic(database, aziza, clinics):
    visit_id = await visit_at(database, aziza, clinics[0], -1)
    with pytest.raises(desk.NotFound):
        await desk.settle(database, visit_id, "fulfilled", nurse(clinics[1]), NOW)
    with pytest.raises(desk.NotFound):
        await desk.visit(database, visit_id, nurse(clinics[1]), NOW)
    async with database.transaction() as session:
        assert (await session.get_one(Appointment, visit_id)).status == "booked"


async def test_the_numbers_of_today_are_of_ones_own_clinic(database, aziza, clinics):
    await visit_at(database, aziza, clinics[0], -1)
    await visit_at(database, aziza, clinics[1], 1)
    everywhere = await desk.today(database, nurse(), NOW)
    here = await desk.today(database, nurse(clinics[0]), NOW)
    assert (everywhere.visits, everywhere.to_mark) == (2, 1)
    assert (here.visits, here.to_mark) == (1, 1)
