"""What the desk says of a visit, what follows for its reminders, and where a visit may be moved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import staff as rules
from db.booking import Appointment, Slot
from db.reminders import Occurrence, Reminder
from services import claims, reach, reminders, visit_notices, visits
from tests.desk import NOW, actions, nurse, visit_at


async def free_slot(database, clinic_id, ahead) -> int:
    at = NOW + ahead
    slot = Slot(
        clinic_id=clinic_id, service="therapist", room="9", starts_at=at, ends_at=at + timedelta(minutes=15)
    )
    async with database.transaction() as session:
        session.add(slot)
    return slot.id


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
    await visits.settle(database, visit_id, "noshow", nurse(), NOW)
    async with database.transaction() as session:
        asked = await session.scalar(select(Reminder).where(Reminder.kind == "appointment"))
    assert (asked.next_step, asked.stopped_at) == ("missed+3", None)
    await visits.settle(database, visit_id, "fulfilled", nurse(), NOW)
    async with database.transaction() as session:
        asked = await session.scalar(select(Reminder).where(Reminder.kind == "appointment"))
    assert asked.stopped_at == NOW


async def test_a_cancelled_visit_frees_its_time_and_stays_cancelled(database, aziza, clinics):
    visit_id = await visit_at(database, aziza, clinics[0], 24)
    await visits.settle(database, visit_id, "cancelled", nurse(), NOW)
    await visits.settle(database, visit_id, "cancelled", nurse(), NOW)
    with pytest.raises(rules.WrongOutcome):
        await visits.settle(database, visit_id, "fulfilled", nurse(), NOW + timedelta(days=2))
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
    assert await visits.settle(database, visit_id, "cancelled", nurse(), NOW) is told
    await visits.settle(database, visit_id, "cancelled", nurse(), NOW)
    notices = await claims.claim(database, "w", NOW, 10, 60)
    assert [(n.items[0].step, n.capped) for n in notices] == ([("cancelled", False)] if told else [])
    await reminders.plan(database, NOW + timedelta(hours=starts_in_hours))
    async with database.transaction() as session:
        planned = select(Occurrence.step).join(Reminder).where(Reminder.kind == "appointment")
        steps = list(await session.scalars(planned))
    assert steps == (["cancelled"] if told else [])
    assert not [one for one in await reminders.mine(database, aziza.id, NOW) if one.kind == "appointment"]


async def test_nobody_is_told_at_night_of_a_visit_that_is_over_before_they_read_it(database, aziza, clinics):
    night, early = NOW.replace(hour=18), timedelta(hours=18)  # 23:00 in Tashkent, and six the next morning
    await free_slot(database, clinics[0], early)
    visit_id = await visit_at(database, aziza, clinics[0], 18)
    assert not await visits.settle(database, visit_id, "cancelled", nurse(), night)
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
    assert other in [slot.id for slot in await visits.free_times(database, visit_id, nurse(), NOW)]
    for slot_id, member in ((elsewhere, nurse()), (0, nurse()), (other, nurse(clinics[1]))):
        with pytest.raises(reach.NotFound):
            await visits.move(database, visit_id, slot_id, member, NOW)
    new_id, told = await visits.move(database, visit_id, other, nurse(), NOW)
    assert told
    notice = (await claims.claim(database, "w", NOW, 10, 60))[0].items[0]
    assert (notice.step, notice.due_at, notice.visit.room) == ("moved", NOW + timedelta(hours=50), "9")
    kept = [one for one in await reminders.mine(database, aziza.id, NOW) if one.kind == "appointment"]
    assert [one.due_at for one in kept] == [NOW + timedelta(hours=50)]
    with pytest.raises(rules.WrongOutcome):
        await visits.move(database, visit_id, other, nurse(), NOW)
    assert ("appointment.move", aziza.id) in await actions(database)
    await visits.settle(database, new_id, "noshow", nurse(), NOW + timedelta(hours=51))
    async with database.transaction() as session:
        missed = list(await session.scalars(select(Reminder.dose).where(Reminder.next_step == "missed+3")))
    assert len(missed) == 1
    assert missed[0] > 0
    assert new_id != visit_id


async def test_a_nurse_marks_only_visits_of_her_own_clinic(database, aziza, clinics):
    visit_id = await visit_at(database, aziza, clinics[0], -1)
    with pytest.raises(reach.NotFound):
        await visits.settle(database, visit_id, "fulfilled", nurse(clinics[1]), NOW)
    with pytest.raises(reach.NotFound):
        await visits.visit(database, visit_id, nurse(clinics[1]), NOW)
    async with database.transaction() as session:
        assert (await session.get_one(Appointment, visit_id)).status == "booked"
