"""Everybody at once: the same as one by one, in batches, and no broken record stops the others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from db.people import Person
from db.programmes import Recommendation
from db.reminders import Reminder
from services import assessments, programmes, recompute
from tests.deliveries import person

BORN = date(2025, 12, 1)
RECOMMENDED = (
    Recommendation.person_id,
    Recommendation.item,
    Recommendation.series,
    Recommendation.dose,
    Recommendation.status,
    Recommendation.recommended_on,
    Recommendation.next_on,
)
PROMISED = (
    Reminder.person_id,
    Reminder.about_id,
    Reminder.kind,
    Reminder.item,
    Reminder.dose,
    Reminder.due_on,
    Reminder.promised_at,
    Reminder.next_step,
    Reminder.next_at,
    Reminder.stopped_at,
    Reminder.stop_reason,
)


async def state(database) -> tuple[list, list]:
    async with database.transaction() as session:
        kept = await session.execute(select(*RECOMMENDED).order_by(*RECOMMENDED))
        promised = await session.execute(select(*PROMISED).order_by(*PROMISED[:5]))
        return [tuple(row) for row in kept], [tuple(row) for row in promised]


async def forget(database) -> None:
    async with database.transaction() as session:
        await session.execute(delete(Recommendation))
        await session.execute(delete(Reminder))


async def all_of(database, now, **options) -> tuple[int, list[int]]:
    done, broken = 0, []
    async for batch in recompute.everybody(database, now, **options):
        done += batch.done
        broken += batch.broken
    return done, broken


@pytest.fixture
async def cast(database, now) -> list[int]:
    """Aziza and her child, a man, a woman over 60 with results, a child put off, one who died, one nobody can reach."""
    aziza = await person(database, now, chat_id=1001)
    madina = await person(database, now, "Madina Karimova", born=BORN, guardian_id=aziza, consent=False)
    boris = await person(database, now, "Boris Kim", born=date(1980, 3, 15), sex="male", language="ru")
    gulnora = await person(database, now, "Gulnora Saidova", born=date(1958, 3, 1))
    jasur = await person(
        database, now, "Jasur Karimov", born=date(2020, 2, 29), sex="male", guardian_id=aziza
    )
    gone = await person(database, now, "Olim Olimov", born=date(1950, 1, 1), sex="male")
    for vaccine, on in [("hepb", BORN), ("bcg", BORN + timedelta(days=2)), ("opv", date(2026, 2, 1))]:
        await programmes.record_dose(database, madina, vaccine, on, now, source="confirmed")
    await programmes.record_result(
        database, gulnora, "mammography", date(2024, 11, 1), "normal", now, source="confirmed"
    )
    await programmes.record_not_done(database, jasur, "mmr", "MEDPREC", now)
    async with database.transaction() as session:
        await session.execute(update(Person).where(Person.id == gone).values(deceased_on=date(2026, 1, 1)))
    return [aziza, madina, boris, gulnora, jasur, gone]


async def test_everybody_together_is_the_same_as_one_by_one(database, now, cast):
    await forget(database)
    for one in cast:
        await programmes.recompute(database, one, now)
    alone = await state(database)
    await forget(database)
    assert await all_of(database, now, size=4) == (len(cast), [])
    together = await state(database)
    assert together == alone
    assert together[1]


async def test_a_repeat_changes_nothing_and_time_moves_promises_as_it_does_for_one(database, now, cast):
    await all_of(database, now)
    first = await state(database)
    await all_of(database, now)
    assert await state(database) == first
    later = now + timedelta(days=400)
    await all_of(database, later)
    together = await state(database)
    for one in cast:
        await programmes.recompute(database, one, later)
    assert await state(database) == together
    assert together[1] != first[1]


async def test_a_death_ends_what_was_promised(database, now, cast):
    _aziza, madina, *_others = cast
    await all_of(database, now)
    async with database.transaction() as session:
        await session.execute(update(Person).where(Person.id == madina).values(deceased_on=now.date()))
    await all_of(database, now)
    async with database.transaction() as session:
        query = select(Reminder).where(
            Reminder.about_id == madina, Reminder.stop_reason.is_distinct_from("changed")
        )
        rows = list(await session.scalars(query))
    assert rows
    assert {row.stop_reason for row in rows} == {"ended"}


async def test_a_stopped_run_goes_on_where_it_was(database, now, cast):
    await forget(database)
    first = await anext(recompute.everybody(database, now, size=2))
    assert await recompute.count(database, first.last_id) == len(cast) - 2
    assert await all_of(database, now, after_id=first.last_id) == (len(cast) - 2, [])
    async with database.transaction() as session:
        seen = set(await session.scalars(select(Recommendation.person_id)))
    assert seen == set(cast[:-1])


async def test_a_record_that_cannot_be_judged_stops_nobody_else(database, now, cast):
    """A value that no calendar knows, as an import from elsewhere may bring one."""
    await all_of(database, now)
    _aziza, madina, *_others = cast
    async with database.transaction() as session:
        before = await session.scalar(select(func.count()).where(Recommendation.person_id == madina))
        await session.execute(
            text("UPDATE people SET birth_date = '0001-01-01' WHERE id = :id"), {"id": madina}
        )
    later = now + timedelta(days=1)
    done, broken = await all_of(database, later)
    assert (done, broken) == (len(cast), [madina])
    async with database.transaction() as session:
        kept = await session.scalar(select(func.count()).where(Recommendation.person_id == madina))
        fresh = set(
            await session.scalars(select(Recommendation.person_id).where(Recommendation.computed_at == later))
        )
    assert kept == before
    assert fresh == set(cast[:-1]) - {madina}


async def test_a_row_the_database_refuses_is_found_and_the_rest_of_the_batch_is_kept(
    database, now, cast, monkeypatch
):
    aziza, *_others = cast
    kept = assessments.kept

    def spoilt(person_id, found, moment):
        values = kept(person_id, found, moment)
        if person_id == aziza:
            return [(*row[:5], None, *row[6:]) for row in values]
        return values

    monkeypatch.setattr(assessments, "kept", spoilt)
    await forget(database)
    assert (await all_of(database, now))[1] == [aziza]
    async with database.transaction() as session:
        seen = set(await session.scalars(select(Recommendation.person_id)))
    assert seen == set(cast[:-1]) - {aziza}
