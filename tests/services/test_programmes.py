"""From the record to recommendations and promises: births, doses, checks, bookings, refusals, deaths."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from core.errors import Refusal
from db.booking import Clinic, Slot
from db.people import Kinship, Person
from db.programmes import Recommendation
from services import booking, programmes, reminders
from tests.deliveries import person, reminders_of

MMR_DUE = date(2026, 12, 1)
BORN = date(2025, 12, 1)


async def family(database, now) -> tuple[int, int]:
    aziza = await person(database, now, chat_id=1001)
    madina = await person(database, now, "Madina Karimova", born=BORN, guardian_id=aziza, consent=False)
    return aziza, madina


async def give_first_year(database, child: int, now) -> None:
    for vaccine, on in [("hepb", BORN), ("bcg", BORN + timedelta(days=2))]:
        await programmes.record_dose(database, child, vaccine, on, now, source="confirmed")
    for month in (2, 3, 4):
        for vaccine in ("opv", "rota", "penta", "pcv"):
            await programmes.record_dose(
                database, child, vaccine, date(2026, month, 1), now, source="confirmed"
            )


def live(rows):
    return {(row.item, row.dose): row for row in rows if row.stopped_at is None}


async def test_a_childs_vaccinations_are_promised_to_its_mother(database, now):
    aziza, madina = await family(database, now)
    await give_first_year(database, madina, now)
    promised = live(r for r in await reminders_of(database, aziza) if r.about_id == madina)
    assert promised["mmr", 1].due_on == MMR_DUE
    assert promised["mmr", 1].next_step == "day-7"
    assert not any(item == "rota" for item, _dose in promised)
    assert not await reminders_of(database, madina)


async def test_a_dose_given_ends_its_promise_and_the_same_dose_again_changes_nothing(database, now):
    aziza, madina = await family(database, now)
    await give_first_year(database, madina, now)
    later = now + timedelta(days=12)
    for source in ("reported", "confirmed"):
        await programmes.record_dose(database, madina, "mmr", date(2026, 12, 2), later, source=source)
    assert ("mmr", 1) not in live(await reminders_of(database, aziza))
    doses = (await programmes.timeline(database, madina, later)).doses
    (mmr,) = [dose for dose in doses if dose.vaccine == "mmr"]
    assert mmr.confirmed


async def test_recomputing_again_changes_nothing(database, now):
    aziza, madina = await family(database, now)
    await programmes.recompute(database, madina, now)
    before = [(r.id, r.next_step, r.next_at, r.stopped_at) for r in await reminders_of(database, aziza)]
    for _ in range(2):
        await programmes.recompute(database, madina, now)
    assert before
    after = [(r.id, r.next_step, r.next_at, r.stopped_at) for r in await reminders_of(database, aziza)]
    assert after == before


async def test_a_check_made_is_promised_again_for_the_next_round(database, now):
    boris = await person(database, now, "Boris Kim", born=date(1980, 3, 15), sex="male", language="ru")
    await programmes.recompute(database, boris, now)
    first = live(await reminders_of(database, boris))
    assert ("targeted_check", 1) in first
    await programmes.record_result(
        database, boris, "targeted_check", date(2026, 11, 20), "normal", now, source="reported"
    )
    assert ("targeted_check", 1) not in live(await reminders_of(database, boris))
    next_year = now + timedelta(days=364)
    await programmes.recompute(database, boris, next_year)
    again = live(await reminders_of(database, boris))["targeted_check", 2]
    assert again.due_on == date(2027, 11, 20)


async def test_a_booking_ends_the_reminding_and_a_cancelled_one_begins_it_again(database, now):
    aziza, madina = await family(database, now)
    await give_first_year(database, madina, now)
    slot_id = await vaccination_slot(database, now)
    card = await booking.book(database, aziza, madina, slot_id, now, item="mmr")
    rows = await reminders_of(database, aziza)
    mmr = next(row for row in rows if (row.item, row.dose) == ("mmr", 1))
    assert mmr.stop_reason == "booked"
    appointment = next(row for row in rows if row.kind == "appointment")
    assert appointment.next_step == "hour-24"
    await booking.cancel(database, aziza, card.id, now)
    rows = live(await reminders_of(database, aziza))
    assert rows["mmr", 1].next_step == "day-7"
    assert not any(row.kind == "appointment" for row in rows.values())


async def vaccination_slot(database, now) -> int:
    async with database.transaction() as session:
        clinic = Clinic(
            name_uz="Oilaviy poliklinika 12",
            name_ru="Семейная поликлиника 12",
            address_uz="Chilonzor",
            address_ru="Чиланзар",
            hours="08:00–18:00",
            region="1726",
            district="chilonzor",
        )
        session.add(clinic)
        await session.flush()
        slot = Slot(
            clinic_id=clinic.id,
            service="vaccination",
            room="3",
            starts_at=now + timedelta(days=12),
            ends_at=now + timedelta(days=12, minutes=10),
        )
        session.add(slot)
    return slot.id


async def test_what_is_not_given_on_purpose_is_not_reminded_of(database, now):
    aziza, madina = await family(database, now)
    await give_first_year(database, madina, now)
    await programmes.record_not_done(database, madina, "mmr", "MEDPREC", now)
    assert ("mmr", 1) not in live(await reminders_of(database, aziza))


async def test_after_a_death_everything_ends(database, now):
    aziza, madina = await family(database, now)
    await programmes.recompute(database, madina, now)
    async with database.transaction() as session:
        await session.execute(update(Person).where(Person.id == madina).values(deceased_on=now.date()))
        await programmes.recompute_in(session, madina, now)
    rows = [row for row in await reminders_of(database, aziza) if row.about_id == madina]
    assert rows
    assert {row.stop_reason for row in rows} == {"ended"}


async def test_who_no_longer_cares_for_a_child_is_no_longer_told(database, now):
    aziza, madina = await family(database, now)
    await programmes.recompute(database, madina, now)
    async with database.transaction() as session:
        kinship = await session.scalar(select(Kinship))
        await session.delete(kinship)
        await programmes.recompute_in(session, madina, now)
    assert not [r for r in await reminders_of(database, aziza) if r.about_id == madina and not r.stopped_at]


async def test_the_mere_passing_of_time_brings_the_record_up_again(database, now):
    _aziza, madina = await family(database, now)
    await give_first_year(database, madina, now)
    assert madina not in await programmes.refresh(database, now)
    later = now + timedelta(days=12)
    assert madina in await programmes.refresh(database, later)
    await programmes.recompute(database, madina, later)
    assert madina not in await programmes.refresh(database, later)
    async with database.transaction() as session:
        statuses = {
            row.series: row.status
            for row in await session.scalars(select(Recommendation).where(Recommendation.person_id == madina))
        }
    assert statuses["mmr"] == "due"


async def test_everybody_is_looked_at_again_within_a_year(database, now):
    for born in (date(1940, 1, 1), date(1996, 5, 14), date(2010, 1, 1), date(2026, 11, 1)):
        one = await person(database, now, born=born)
        await programmes.recompute(database, one, now)
        assert one in await programmes.refresh(database, now + timedelta(days=366))


@pytest.mark.parametrize(
    ("vaccine", "on"),
    [("mmr", date(2026, 11, 22)), ("mmr", date(2025, 11, 30)), ("smallpox", date(2026, 11, 1))],
)
async def test_an_impossible_dose_is_refused(database, now, vaccine, on):
    _aziza, madina = await family(database, now)
    with pytest.raises(Refusal):
        await programmes.record_dose(database, madina, vaccine, on, now, source="reported")


async def test_an_unknown_check_is_refused(database, now):
    aziza, _madina = await family(database, now)
    with pytest.raises(Refusal):
        await programmes.record_result(database, aziza, "x", now.date(), "normal", now, source="reported")


async def test_a_list_shows_one_visit_once(database, now):
    aziza, madina = await family(database, now)
    await give_first_year(database, madina, now)
    shown = [v for v in await reminders.mine(database, aziza, now) if v.about == "Madina"]
    assert sum(v.due_on == MMR_DUE for v in shown) == 1
    visit = next(v for v in shown if v.due_on == MMR_DUE)
    assert visit.title.msgid == "Vaccination at {n} month"
