"""The chart: what a nurse records, confirms and takes back, what follows from it, and that each change is audited."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from core import chart as rules
from core.errors import Refusal
from db.people import AuditEvent
from db.staff import StaffMember
from services import chart, programmes, questions
from tests.deliveries import person, reminders_of

BORN = date(2025, 12, 1)
NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


@pytest.fixture
async def nurse_id(database):
    async with database.transaction() as session:
        charos = StaffMember(
            login="charos",
            name="Charos",
            role="nurse",
            password_hash="x",
            language="uz",
            created_at=NOW,
        )
        session.add(charos)
    return charos.id


@pytest.fixture
async def madina(database):
    aziza = await person(database, NOW, chat_id=1001)
    return await person(database, NOW, "Madina Karimova", born=BORN, guardian_id=aziza, consent=False)


async def read(database, person_id, now=NOW):
    found = await programmes.timeline(database, person_id, now)
    return await chart.read(database, person_id, found.verdicts)


async def status_of(database, person_id, series, now=NOW):
    steps = (await programmes.timeline(database, person_id, now)).all_steps
    return next(step for step in steps if step.series == series)


async def actions(database):
    async with database.transaction() as session:
        return list(await session.scalars(select(AuditEvent.action).where(AuditEvent.actor == "staff")))


async def record(database, madina, nurse_id, vaccine, on, lot=None, source="confirmed"):
    staff_id = nurse_id if source == "confirmed" else None
    return await programmes.record_dose(
        database, madina, vaccine, on, NOW, lot=lot, source=source, staff_id=staff_id
    )


@pytest.mark.parametrize(
    ("first", "second", "done", "doses"),
    [
        (("A1", "confirmed"), ("A1", "confirmed"), "there", 1),
        ((None, "reported"), ("A1", "confirmed"), "confirmed", 1),
        (("A1", "confirmed"), (None, "confirmed"), "there", 1),
        (("A1", "confirmed"), ("B2", "confirmed"), "new", 2),
    ],
)
async def test_a_dose_is_one_by_person_vaccine_day_and_lot(
    database, madina, nurse_id, first, second, done, doses
):
    on = date(2026, 2, 1)
    await record(database, madina, nurse_id, "penta", on, *first)
    assert await record(database, madina, nurse_id, "penta", on, *second) == done
    kept = (await read(database, madina)).doses
    assert len(kept) == doses
    assert (await read(database, madina)).twins(kept[0]) == (doses == 2)


async def test_a_dose_told_by_the_mother_is_confirmed_with_what_stands_on_paper(database, madina, nurse_id):
    await record(database, madina, nurse_id, "bcg", date(2025, 12, 3), source="reported")
    (told,) = (await read(database, madina)).doses
    assert not told.entry.confirmed
    await chart.confirm_dose(
        database, madina, told.entry.id, nurse_id, NOW, lot="BCG7", site="left_arm", place=None
    )
    (dose,) = (await read(database, madina)).doses
    assert (dose.entry.confirmed, dose.lot, dose.site, dose.entry.recorded_by) == (
        True,
        "BCG7",
        "left_arm",
        "Charos",
    )
    assert await actions(database) == ["dose.confirm"]


async def test_confirming_with_a_lot_that_is_there_already_is_refused_in_words(database, madina, nurse_id):
    on = date(2026, 2, 1)
    await record(database, madina, nurse_id, "penta", on, "A1")
    await record(database, madina, nurse_id, "penta", on, "B2")
    one = next(d for d in (await read(database, madina)).doses if d.lot == "B2")
    with pytest.raises(rules.SameDose):
        await chart.confirm_dose(
            database, madina, one.entry.id, nurse_id, NOW, lot="A1", site=None, place=None
        )


async def test_a_dose_entered_in_error_counts_for_nothing_and_stays_visible(database, madina, nurse_id):
    await record(database, madina, nurse_id, "bcg", date(2025, 12, 3))
    assert (await status_of(database, madina, "tuberculosis")).status == "complete"
    (dose,) = (await read(database, madina)).doses
    await chart.take_back_dose(database, madina, dose.entry.id, nurse_id, NOW)
    assert (await status_of(database, madina, "tuberculosis")).status != "complete"
    (dose,) = (await read(database, madina)).doses
    assert dose.entry.mistaken
    assert dose.verdicts == ()
    with pytest.raises(rules.NotThere):
        await chart.take_back_dose(database, madina, dose.entry.id, nurse_id, NOW)
    assert await record(database, madina, nurse_id, "bcg", date(2025, 12, 3)) == "new"
    assert (await actions(database)).count("dose.take_back") == 1


async def test_nobody_changes_a_record_through_another_persons_page(database, madina, nurse_id):
    boris = await person(database, NOW, "Boris Kim", born=date(1980, 3, 15), sex="male", language="ru")
    await record(database, madina, nurse_id, "bcg", date(2025, 12, 3))
    await programmes.record_not_done(database, madina, "mmr", "PATOBJ", NOW, staff_id=nurse_id)
    kept = await read(database, madina)
    with pytest.raises(rules.NotThere):
        await chart.take_back_dose(database, boris, kept.doses[0].entry.id, nurse_id, NOW)
    with pytest.raises(rules.NotThere):
        await chart.end_not_given(database, boris, kept.not_given[0].id, nurse_id, NOW)
    assert await read(database, madina) == kept


async def test_a_result_is_confirmed_and_one_entered_in_error_can_be_written_again(database, nurse_id):
    gulnora = await person(database, NOW, "Gulnora Saidova", born=date(1976, 3, 1))
    done = date(2026, 10, 1)
    await programmes.record_result(database, gulnora, "mammography", done, "unknown", NOW, source="reported")
    (told,) = (await read(database, gulnora)).checks
    await chart.confirm_result(database, gulnora, told.entry.id, "normal", nurse_id, NOW)
    assert (await status_of(database, gulnora, "mammography")).recommended_on == date(2028, 10, 1)
    with pytest.raises(Refusal):
        await chart.confirm_result(database, gulnora, told.entry.id, "fine", nurse_id, NOW)
    await chart.take_back_result(database, gulnora, told.entry.id, nurse_id, NOW)
    assert (await status_of(database, gulnora, "mammography")).status == "overdue"
    await programmes.record_result(
        database, gulnora, "mammography", done, "normal", NOW, source="confirmed", staff_id=nurse_id
    )
    kept = (await read(database, gulnora)).checks
    assert sorted(check.entry.mistaken for check in kept) == [False, True]
    assert await actions(database) == ["result.confirm", "result.take_back", "result.record"]


@pytest.mark.parametrize(
    ("reason", "until", "status", "word"),
    [
        ("MEDPREC", None, "exempt", "shifokor"),
        ("IMMUNE", None, "exempt", "himoya"),
        ("PATOBJ", None, "refused", "fikr"),
        ("OSTOCK", date(2027, 3, 1), "exempt", "tuga"),
    ],
)
async def test_each_of_the_four_reasons_ends_the_reminding_says_why_and_can_be_ended(
    database, madina, nurse_id, reason, until, status, word
):
    born = NOW - timedelta(days=420)
    child = await person(database, NOW, "Jasur Karimov", born=born.date(), consent=False)
    await programmes.record_not_done(database, child, "mmr", reason, NOW, until=until, staff_id=nurse_id)
    step = await status_of(database, child, "mmr")
    assert step.status == status
    said = step.reason.render("uz").casefold()
    assert word in said
    assert ("shifokor" in said) == (reason == "MEDPREC")
    (one,) = (await read(database, child)).not_given
    await chart.end_not_given(database, child, one.id, nurse_id, NOW)
    assert (await status_of(database, child, "mmr")).status in ("due", "overdue")
    assert await actions(database) == ["not_done.record", "not_done.end"]
    with pytest.raises(rules.NotThere):
        await chart.end_not_given(database, child, one.id, nurse_id, NOW)


async def test_the_same_reason_again_takes_the_place_of_the_first(database, madina, nurse_id):
    for until in (date(2027, 1, 1), date(2027, 2, 1)):
        await programmes.record_not_done(
            database, madina, "mmr", "MEDPREC", NOW, until=until, staff_id=nurse_id
        )
    (one,) = (await read(database, madina)).not_given
    assert one.until == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("vaccine", "reason", "until"),
    [("smallpox", "MEDPREC", None), ("mmr", "OTHER", None), ("mmr", "OSTOCK", None)],
)
async def test_a_reason_that_makes_no_sense_is_refused(database, madina, vaccine, reason, until):
    with pytest.raises(Refusal):
        await programmes.record_not_done(database, madina, vaccine, reason, NOW, until=until)
    assert (await read(database, madina)).not_given == ()


async def test_an_answer_to_a_question_is_audited_once(database, nurse_id):
    aziza = await person(database, NOW, chat_id=1001)
    question_id = await questions.ask(database, 1001, aziza, "Emlash kerakmi?", NOW)
    for text in ("Ha, keling.", "Yana"):
        await questions.answer(database, question_id, text, nurse_id, NOW)
    assert await actions(database) == ["question.answer"]


async def test_a_record_taken_back_brings_its_promise_again(database, nurse_id):
    aziza = await person(database, NOW, chat_id=1001)
    child = await person(
        database, NOW, "Madina", born=NOW.date() - timedelta(days=366), guardian_id=aziza, consent=False
    )
    await record(database, child, nurse_id, "mmr", NOW.date())
    (dose,) = (await read(database, child)).doses
    await chart.take_back_dose(database, child, dose.entry.id, nurse_id, NOW)
    live = [r for r in await reminders_of(database, aziza) if r.item == "mmr" and r.stopped_at is None]
    assert [r.dose for r in live] == [1]
