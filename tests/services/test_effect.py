"""Who came after which message: the days at both ends, each kind by its own rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

import pytest

from core.effect import BadPeriod, Row
from core.i18n import TASHKENT
from db.booking import Appointment, Clinic, Slot
from db.programmes import Immunization, ScreeningResult
from db.reminders import Delivery, Occurrence, Reminder
from services import effect
from tests.deliveries import person

SENT = datetime(2026, 9, 10, 12, 0, tzinfo=TASHKENT)
DAY = SENT.date()
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=TASHKENT)
_keys = count()


async def message(
    database, person_id, kind="vaccination", *, about=None, item="mmr", step="day-1", at=SENT, channel="telegram",
    state="sent", reminder_id=None,
) -> int:  # fmt: skip
    """A message that went out; the id of its reminder."""
    async with database.transaction() as session:
        if reminder_id is None:
            row = Reminder(
                person_id=person_id,
                about_id=about or person_id,
                kind=kind,
                item=str(item),
                due_on=DAY,
                promised_at=at,
            )
            session.add(row)
            await session.flush()
            reminder_id = row.id
        moment = Occurrence(
            reminder_id=reminder_id, person_id=person_id, step=step, moment_at=at, next_try_at=at,
            expires_at=at + timedelta(days=7), state="sent", created_at=at,
        )  # fmt: skip
        session.add(moment)
        await session.flush()
        moment.lead_id = moment.id
        session.add(
            Delivery(
                key=f"key{next(_keys)}", occurrence_id=moment.id, person_id=person_id, channel=channel, address="x",
                state=state, created_at=at, sent_at=at,
            )
        )  # fmt: skip
    return reminder_id


async def visit(database, person_id, at, *, status="fulfilled") -> int:
    async with database.transaction() as session:
        clinic = Clinic(
            name_uz="P", name_ru="П", address_uz="", address_ru="", hours="", region="1726", district="x"
        )
        session.add(clinic)
        await session.flush()
        slot = Slot(
            clinic_id=clinic.id, service="doctor", room="1", starts_at=at, ends_at=at + timedelta(minutes=15)
        )
        session.add(slot)
        await session.flush()
        row = Appointment(
            slot_id=slot.id, person_id=person_id, status=status, created_at=SENT, changed_at=SENT
        )
        session.add(row)
        await session.flush()
        return row.id


async def dose(database, person_id, on, status="completed") -> None:
    async with database.transaction() as session:
        session.add(
            Immunization(
                person_id=person_id,
                vaccine="mmr",
                given_on=on,
                source="confirmed",
                status=status,
                recorded_at=NOW,
            )
        )


async def check(database, person_id, on) -> None:
    async with database.transaction() as session:
        session.add(
            ScreeningResult(
                person_id=person_id, screening="fluorography", done_on=on, source="confirmed", recorded_at=NOW
            )
        )


async def lines(database, since=DAY, until=DAY, now=NOW) -> dict[tuple[str, str | None], Row]:
    rows = await effect.measure(database, since, until, now)
    return {(row.kind, row.step): row for row in rows}


async def counts(database, **period) -> tuple[int, int]:
    found = list((await lines(database, **period)).values())
    return (found[0].told, found[0].came) if found else (0, 0)


DOSES = [(-1, 0), (0, 1), (30, 1), (31, 0)]


@pytest.mark.parametrize(("days", "came"), DOSES)
async def test_a_dose_counts_from_the_day_of_the_message_for_thirty_days(database, now, days, came):
    mother = await person(database, now)
    child = await person(database, now, "Madina", guardian_id=mother, born=date(2025, 9, 10))
    await message(database, mother, about=child)
    await dose(database, child, DAY + timedelta(days=days))
    assert await counts(database) == (1, came)


async def test_neither_a_dose_in_error_nor_anothers_counts(database, now):
    mother = await person(database, now)
    child = await person(database, now, "Madina", guardian_id=mother, born=date(2025, 9, 10))
    await message(database, mother, about=child)
    await dose(database, child, DAY, status="entered_in_error")
    await dose(database, mother, DAY)
    await check(database, child, DAY)
    assert await counts(database) == (1, 0)


VISITS = [
    (timedelta(minutes=-1), "fulfilled", 0),
    (timedelta(minutes=1), "fulfilled", 1),
    (timedelta(minutes=1), "booked", 0),
    (timedelta(days=2), "noshow", 0),
    (timedelta(days=29, hours=23), "fulfilled", 1),
    (timedelta(days=30), "fulfilled", 0),
]


@pytest.mark.parametrize(("after", "status", "came"), VISITS)
async def test_a_visit_counts_when_it_was_kept_after_the_message(database, now, after, status, came):
    aziza = await person(database, now)
    await message(database, aziza, "screening", item="fluorography", step="day+0")
    await visit(database, aziza, SENT + after, status=status)
    assert await counts(database) == (1, came)


async def test_a_check_counts_after_a_reminder_of_a_check(database, now):
    aziza = await person(database, now)
    await message(database, aziza, "screening", item="fluorography", step="day+0")
    await dose(database, aziza, DAY)
    assert await counts(database) == (1, 0)
    await check(database, aziza, DAY)
    assert await counts(database) == (1, 1)


async def test_after_an_appointments_reminder_only_that_visit_counts(database, now):
    aziza = await person(database, now)
    other = await visit(database, aziza, SENT + timedelta(days=3))
    hers = await visit(database, aziza, SENT + timedelta(days=1), status="noshow")
    await message(database, aziza, "appointment", item=hers, step="hour-24")
    assert await counts(database) == (1, 0)
    await message(database, aziza, "appointment", item=other, step="hour-24")
    assert await counts(database) == (2, 1)


async def test_after_a_campaign_the_family_counts(database, now):
    mother = await person(database, now)
    child = await person(database, now, "Madina", guardian_id=mother, born=date(2025, 9, 10))
    stranger = await person(database, now)
    await message(database, mother, "campaign", item=7, step="campaign-b")
    await dose(database, stranger, DAY)
    row = (await lines(database))["campaign", "campaign-b"]
    assert (row.item, row.told, row.came) == ("7", 1, 0)
    await dose(database, child, DAY)
    row = (await lines(database))["campaign", "campaign-b"]
    assert row.came == 1


async def test_steps_and_channels_stand_apart_and_a_promise_counts_once_in_the_whole(database, now):
    aziza = await person(database, now)
    one = await message(database, aziza, step="day-7", channel="telegram")
    await message(database, aziza, step="day-1", channel="sms", reminder_id=one)
    await dose(database, aziza, DAY + timedelta(days=1))
    found = await lines(database)
    assert {key: (row.channel, row.told, row.came) for key, row in found.items()} == {
        ("vaccination", None): (None, 1, 1),
        ("vaccination", "day-7"): ("telegram", 1, 1),
        ("vaccination", "day-1"): ("sms", 1, 1),
    }


async def test_all_in_one_message_count_and_failed_or_unknown_ones_do_not(database, now):
    aziza = await person(database, now)
    await message(database, aziza, state="failed")
    await message(database, aziza, state="unknown", item="opv")
    assert await counts(database) == (0, 0)
    await message(database, aziza, item="td", state="delivered")
    async with database.transaction() as session:
        row = Reminder(
            person_id=aziza, about_id=aziza, kind="vaccination", item="dtp", due_on=DAY, promised_at=SENT
        )
        session.add(row)
        await session.flush()
        session.add(
            Occurrence(
                reminder_id=row.id, person_id=aziza, step="day-1", moment_at=SENT, next_try_at=SENT,
                expires_at=SENT, state="sent", created_at=SENT, lead_id=3,
            )
        )  # fmt: skip
    assert await counts(database) == (2, 0)


async def test_days_are_tashkents_and_both_ends_belong_to_the_period(database, now):
    aziza = await person(database, now)
    midnight = datetime(2026, 9, 10, 0, 0, tzinfo=TASHKENT)
    await message(database, aziza, at=midnight)
    await message(database, aziza, at=midnight + timedelta(hours=23, minutes=59), item="td")
    await message(database, aziza, at=midnight + timedelta(days=1), item="dtp")
    await message(database, aziza, at=midnight - timedelta(seconds=1), item="opv")
    assert (await counts(database))[0] == 2
    assert (await counts(database, since=DAY - timedelta(days=1), until=DAY + timedelta(days=1)))[0] == 4


async def test_young_messages_are_told_apart(database, now):
    aziza = await person(database, now)
    await message(database, aziza)
    assert (await lines(database, now=SENT + timedelta(days=29)))["vaccination", None].young == 1
    assert (await lines(database, now=SENT + timedelta(days=30)))["vaccination", None].young == 0


async def test_a_senseless_period_is_refused(database):
    with pytest.raises(BadPeriod):
        await effect.measure(database, DAY, DAY - timedelta(days=1), NOW)
