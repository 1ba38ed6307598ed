"""The board, the dry run and the forecast over real rows: seven states, filters, reach, and that looking changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from core.deliveries import Hours
from core.forecast_messages import Total
from core.reminder_board import STATES, Asked
from core.staff import Member
from db.booking import Appointment, Clinic, Slot
from db.reminders import Delivery, Occurrence
from services import dry_run, forecast_messages, holds, reminder_board, reminders, staff, trial
from tests.deliveries import deliveries_of, occurrences, person, promise, reminders_of


@pytest.fixture
async def clinics(database) -> list[int]:
    async with database.transaction() as session:
        rows = [
            Clinic(name_uz=n, name_ru=n, address_uz="", address_ru="", hours="", region="", district="")
            for n in ("A", "B")
        ]
        session.add_all(rows)
        await session.flush()
        return [row.id for row in rows]


@pytest.fixture
async def nurse(database, now) -> Member:
    return await staff.add(database, "charos", "Charos", "nurse", "toʻrt xil oddiy soʻz", now)


async def moment(database, now, reminder_id: int, state: str, delivery: str | None = None, **more) -> int:
    """A due moment in that state, with its last attempt."""
    rows = await occurrences(database)
    values = {"step": "day-1", "moment_at": now, "next_try_at": now, "reason": None} | more
    async with database.transaction() as session:
        person_id = await session.scalar(
            text("SELECT person_id FROM reminders WHERE id = :id"), {"id": reminder_id}
        )
        row = Occurrence(
            reminder_id=reminder_id,
            person_id=person_id,
            state=state,
            expires_at=now + timedelta(days=7),
            attempts=0,
            created_at=now,
            **values,
        )
        session.add(row)
        await session.flush()
        row.lead_id = row.id
        if delivery is not None:
            session.add(
                Delivery(
                    key=f"k{len(rows)}",
                    occurrence_id=row.id,
                    person_id=person_id,
                    channel="sms",
                    provider="twilio",
                    address="+998901112233",
                    state=delivery,
                    error="twilio: 30006" if delivery == "failed" else None,
                    created_at=now,
                )
            )
        return row.id


@pytest.mark.parametrize(
    ("state", "delivery", "reason", "shown"),
    [
        ("due", None, None, "due"),
        ("due", None, "hours", "due"),
        ("due", "failed", "retry", "due"),
        ("claimed", "sending", None, "due"),
        ("due", None, "held", "held"),
        ("due", None, "trial", "held"),
        ("sent", "sent", None, "sent"),
        ("sent", "delivered", None, "delivered"),
        ("failed", "failed", "failed", "failed"),
        ("failed", None, "unreachable", "failed"),
        ("unknown", "unknown", "unknown", "unknown"),
        ("skipped", None, "paused", "left_out"),
        ("skipped", None, "no_consent", "left_out"),
        ("expired", None, "expired", "left_out"),
    ],
)
async def test_every_due_moment_stands_in_exactly_one_state(
    database, now, nurse, state, delivery, reason, shown
):
    one = await promise(database, now, await person(database, now, phone="+998901112233"), step=None, at=None)
    await moment(database, now, one, state, delivery, reason=reason)
    board = await reminder_board.show(database, Asked(shown), nurse, now)
    assert dict(board.counts) == dict.fromkeys(STATES, 0) | {shown: 1}
    (line,) = board.lines
    assert (line.state, line.reason, line.person_name) == (shown, reason, "Aziza Karimova")
    assert line.error == ("twilio: 30006" if (state, delivery) == ("failed", "failed") else None)


async def test_what_is_held_is_shown_so_at_once(database, now, nurse, clinics):
    aziza = await person(database, now, chat_id=1, clinic_id=clinics[0])
    one = await promise(database, now, aziza)
    await reminders.plan(database, now)
    await holds.hold(database, one, nurse, now)
    assert (await reminder_board.show(database, Asked("held"), nurse, now)).lines[0].reason == "held"
    await holds.release(database, one, nurse, now)
    assert (await reminder_board.show(database, Asked(), nurse, now)).counts["due"] == 1
    await holds.hold_clinic(database, clinics[0], nurse, now)
    assert (await reminder_board.show(database, Asked("held"), nurse, now)).lines[0].reason == "clinic_held"


async def test_the_board_is_narrowed_by_kind_channel_clinic_and_day(database, now, nurse, clinics):
    told = await person(database, now, chat_id=1, clinic_id=clinics[0])
    by_sms = await person(database, now, "Gulnora", phone="+998935557788", clinic_id=clinics[1])
    await promise(database, now, told)
    await promise(database, now, by_sms, kind="screening", item="mammography", step="day+0")
    await reminders.plan(database, now)
    today = date(2026, 11, 21)
    for asked, found in (
        (Asked(), 2),
        (Asked(kind="screening"), 1),
        (Asked(kind="appointment"), 0),
        (Asked(channel="sms"), 1),
        (Asked(channel="telegram"), 1),
        (Asked(clinic_id=clinics[0]), 1),
        (Asked(clinic_id=clinics[1], channel="telegram"), 0),
        (Asked(on=today), 2),
        (Asked(on=today - timedelta(days=1)), 0),
        (Asked(page=2), 2),
    ):
        board = await reminder_board.show(database, asked, nurse, now)
        assert board.counts["due"] == found, asked
        assert len(board.lines) == (0 if asked.page > 1 else found)


async def test_a_nurse_sees_her_clinics_people_and_who_booked_there(database, now, nurse, clinics):
    charos = replace(nurse, clinic_id=clinics[0])
    own, booked, others = [
        await person(database, now, chat_id=n, clinic_id=clinics[n > 1]) for n in (1, 2, 3)
    ]
    async with database.transaction() as session:
        slot = Slot(clinic_id=clinics[0], service="therapist", room="3", starts_at=now, ends_at=now)
        session.add(slot)
        await session.flush()
        visit = Appointment(slot_id=slot.id, person_id=booked, created_at=now, changed_at=now)
        session.add(visit)
    for one in (own, booked, others):
        await promise(database, now, one)
    await reminders.plan(database, now)
    board = await reminder_board.show(database, Asked(), charos, now)
    assert {line.person_id for line in board.lines} == {own, booked}
    outlook = await dry_run.run(database, charos, now, timedelta(hours=1), Hours())
    assert {one.notice.person_id for one in outlook.goes} == {own, booked}
    assert (await forecast_messages.forecast(database, charos, now)).by_day()[date(2026, 11, 21)] == Total(2)
    assert (await forecast_messages.forecast(database, None, now)).by_day()[date(2026, 11, 21)] == Total(3)


async def test_the_dry_run_shows_each_message_and_changes_nothing(database, now, nurse):
    aziza = await person(database, now, chat_id=1)
    madina = await person(database, now, "Madina", born=date(2025, 11, 22), guardian_id=aziza, consent=False)
    for item in ("mmr", "penta"):
        await promise(database, now, aziza, madina, item=item)
    later = await promise(database, now, aziza, item="td", at=now + timedelta(hours=3))
    gulnora = await person(database, now, "Gulnora", phone="+998935557788")
    await promise(database, now, gulnora, at=now + timedelta(minutes=30))
    held = await promise(database, now, await person(database, now, chat_id=7))
    await holds.hold(database, held, nurse, now)
    await promise(database, now, await person(database, now, chat_id=8, consent=False))
    await promise(
        database, now, await person(database, now, "Night", chat_id=9, quiet_from_hour=11, quiet_to_hour=14)
    )
    hour = await dry_run.run(database, nurse, now, timedelta(hours=1), Hours())
    assert [(one.person_name, one.notice.way, len(one.notice.items)) for one in hour.goes] == [
        ("Aziza Karimova", "telegram", 2),
        ("Gulnora", "sms", 1),
    ]
    assert dict(hour.stays) == {"held": 1, "no_consent": 1}
    assert hour.all_seen
    day = await dry_run.run(database, nurse, now, timedelta(days=1), Hours())
    assert [one.person_name for one in day.goes] == ["Aziza Karimova", "Gulnora", "Night", "Aziza Karimova"]
    assert day.goes[2].at == now + timedelta(hours=2)
    assert await occurrences(database) == []
    assert await deliveries_of(database) == []
    assert {row.next_step for row in await reminders_of(database, aziza)} == {"day-1"}
    assert later


async def test_the_dry_run_tells_what_is_due_already_and_what_the_trial_keeps(database, now, nurse):
    await promise(database, now, await person(database, now, chat_id=1))
    await reminders.plan(database, now)
    assert len((await dry_run.run(database, nurse, now, timedelta(hours=1), Hours())).goes) == 1
    await trial.switch(database, True, nurse, now)
    outlook = await dry_run.run(database, nurse, now, timedelta(hours=1), Hours())
    assert (outlook.goes, dict(outlook.stays)) == ((), {"trial": 1})
    (one,) = await occurrences(database)
    assert (one.state, one.reason) == ("due", None)


async def test_the_forecast_counts_who_would_get_something_and_nobody_else(database, now, nurse, clinics):
    tomorrow = now + timedelta(days=1)
    by_chat = await person(database, now, chat_id=1, clinic_id=clinics[0])
    by_sms = await person(database, now, phone="+998935557788", language="ru", clinic_id=clinics[1])
    await promise(database, now, by_chat, due_on=tomorrow.date(), step="day-1")
    await promise(database, now, by_sms, due_on=tomorrow.date(), step="day-1")
    for more in (
        {"chat_id": 2, "reminders_paused_at": now},
        {"chat_id": 3, "consent": False},
        {"chat_id": 4, "deceased_on": date(2026, 1, 1)},
        {},
    ):
        await promise(database, now, await person(database, now, **more))
    held = await promise(database, now, await person(database, now, chat_id=5))
    await holds.hold(database, held, nurse, now)
    await promise(database, now, await person(database, now, chat_id=6), stopped_at=now, stop_reason="done")
    found = await forecast_messages.forecast(database, nurse, now)
    assert found.by_clinic() == {clinics[0]: Total(2), clinics[1]: Total(0, 2, 4)}  # today, and day+3
    await reminders.plan(database, now)  # now a due moment, and the step after it
    assert (await forecast_messages.forecast(database, nurse, now)).by_clinic() == found.by_clinic()
    assert (await forecast_messages.clinic_names(database))[clinics[0]].uz == "A"
    await holds.hold_clinic(database, clinics[0], nurse, now)
    assert set((await forecast_messages.forecast(database, nurse, now)).by_clinic()) == {clinics[1]}


async def test_readers_of_cyrillic_count_two_parts_where_the_operator_pays_for_them(database, now, nurse):
    gulnora = await person(database, now, phone="+998935557788", language="uz_Cyrl")
    await promise(database, now, gulnora, step="day+74", due_on=date(2026, 9, 8))
    assert (await forecast_messages.forecast(database, nurse, now)).total() == Total(0, 1, 1)
    assert (await forecast_messages.forecast(database, nurse, now, cyrillic=True)).total() == Total(0, 1, 2)
