"""Held back and released, one or a whole clinic's; the trial; one sent now, one tried again: as the worker then does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update

from core.deliveries import Hours
from core.ports import DeliveryError, Receipt
from core.staff import Member
from core.urging import CannotSend
from db.booking import Clinic
from db.people import AuditEvent
from db.reminders import Reminder
from services import board, claims, deliveries, holds, outcomes, reach, reminders, staff, trial, urging
from services.outcomes import Outcome
from tests.deliveries import deliveries_of, occurrences, person, promise

NIGHT = timedelta(hours=10)  # 22:00 in Tashkent


@pytest.fixture
async def clinics(database) -> list[int]:
    async with database.transaction() as session:
        rows = [
            Clinic(
                name_uz=f"{n}-poliklinika",
                name_ru=f"Поликлиника {n}",
                address_uz="a",
                address_ru="a",
                hours="8–18",
                region="1726",
                district="chilonzor",
            )
            for n in (12, 34)
        ]
        session.add_all(rows)
        await session.flush()
        return [row.id for row in rows]


@pytest.fixture
async def nurse(database, now) -> Member:
    return await staff.add(database, "charos", "Charos", "nurse", "toʻrt xil oddiy soʻz", now)


async def of_clinic(database, nurse: Member, clinic_id: int) -> Member:
    return replace(nurse, clinic_id=clinic_id)


async def goes(database, now) -> int:
    """How many messages a worker would begin now."""
    await reminders.plan(database, now)
    return len(await claims.claim(database, "w", now, 100, 60))


_DONE = select(AuditEvent.action).where(AuditEvent.action != "staff.add").order_by(AuditEvent.id)


async def actions(database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(_DONE))


async def reasons(database) -> set[tuple[str, str | None]]:
    return {(one.state, one.reason) for one in await occurrences(database)}


async def test_a_held_reminder_waits_through_planning_and_goes_when_it_is_released(database, now, nurse):
    one = await promise(database, now, await person(database, now, chat_id=1))
    assert await holds.hold(database, one, nurse, now)
    assert not await holds.hold(database, one, nurse, now)
    assert await goes(database, now) == 0
    assert await goes(database, now + timedelta(hours=2)) == 0
    assert await reasons(database) == {("due", "held")}
    assert await holds.release(database, one, nurse, now)
    assert not await holds.release(database, one, nurse, now)
    assert await goes(database, now) == 1
    assert await actions(database) == ["reminder.hold", "reminder.release"]


async def test_what_is_held_until_it_is_over_is_never_sent(database, now, nurse):
    one = await promise(database, now, await person(database, now, chat_id=1))
    await holds.hold(database, one, nurse, now)
    assert await goes(database, now) == 0
    await holds.release(database, one, nurse, now + timedelta(days=8))
    await goes(database, now + timedelta(days=8))
    (first, *_later) = await occurrences(database)
    assert (first.step, first.state) == ("day-1", "expired")


async def test_a_hold_pressed_after_the_worker_took_it_up_still_stops_it(database, now, nurse):
    one = await promise(database, now, await person(database, now, chat_id=1))
    await reminders.plan(database, now)
    notices = await claims.claim(database, "w", now, 10, 60)
    await holds.hold(database, one, nurse, now)
    assert await deliveries.begin(database, notices, "w", now, 60) == []
    assert await goes(database, now) == 0
    assert await reasons(database) == {("due", "held")}


async def test_a_clinic_is_held_with_its_people_and_nobody_elses(database, now, nurse, clinics):
    theirs = await person(database, now, chat_id=1, clinic_id=clinics[0])
    child = await person(
        database, now, "Madina", born=date(2025, 11, 22), guardian_id=theirs, clinic_id=clinics[1]
    )
    nobodys = await person(database, now, "Boris", chat_id=3)
    own = await promise(database, now, theirs)
    await promise(database, now, theirs, child)
    await promise(database, now, nobodys)
    assert await holds.hold_clinic(database, clinics[0], nurse, now)
    assert not await holds.hold_clinic(database, clinics[0], nurse, now)
    assert await goes(database, now) == 2
    assert ("due", "held") in await reasons(database)
    held = {one.id: (one.held_by, one.waiting) for one in await holds.clinics(database, nurse)}
    assert held == {clinics[0]: ("Charos", 1), clinics[1]: (None, 0)}
    assert (await board.reminder(database, own, nurse, now)).clinic_held
    assert await holds.release_clinic(database, clinics[0], nurse, now)
    assert not await holds.release_clinic(database, clinics[0], nurse, now)
    assert await goes(database, now) == 1
    assert (await actions(database))[:2] == ["clinic.hold", "reminder.look"]


async def test_a_nurse_holds_only_her_own_clinic_and_her_own_people(database, now, nurse, clinics):
    charos = await of_clinic(database, nurse, clinics[0])
    other = await person(database, now, chat_id=1, clinic_id=clinics[1])
    one = await promise(database, now, other)
    for forbidden in (
        holds.hold_clinic(database, clinics[1], charos, now),
        holds.release_clinic(database, clinics[1], charos, now),
        holds.hold_clinic(database, 999_999, nurse, now),
        holds.hold(database, one, charos, now),
        holds.release(database, one, charos, now),
        urging.send_now(database, one, "day-1", charos, now, Hours()),
        urging.retry(database, one, 1, charos, now, Hours()),
        urging.preview(database, one, charos, now, Hours()),
        board.of_person(database, other, charos, now),
        board.reminder(database, 999_999, nurse, now),
    ):
        with pytest.raises(reach.NotFound):
            await forbidden
    assert [one.id for one in await holds.clinics(database, charos)] == [clinics[0]]
    assert await goes(database, now) == 1


async def test_an_ended_reminder_is_not_held(database, now, nurse):
    one = await promise(database, now, await person(database, now), stopped_at=now, stop_reason="done")
    with pytest.raises(CannotSend):
        await holds.hold(database, one, nurse, now)


async def test_in_a_trial_only_people_on_the_list_get_unasked_messages(database, now, nurse):
    ids = [await person(database, now, chat_id=chat) for chat in (1, 2)]
    for one in ids:
        await promise(database, now, one)
    await promise(
        database,
        now,
        ids[1],
        kind="appointment",
        item="77",
        step="hour-2",
        due_at=now + timedelta(hours=2),
    )
    assert await trial.switch(database, True, nurse, now)
    assert not await trial.switch(database, True, nurse, now)
    assert await trial.add(database, ids[0], nurse, now)
    assert not await trial.add(database, ids[0], nurse, now)
    assert await goes(database, now) == 2  # Aziza's, and the visit of Boris, who asked for it
    state = await trial.state(database, nurse, now)
    assert (state.on_at, [one.person_id for one in state.people], state.waiting) == (now, [ids[0]], 1)
    assert await trial.add(database, ids[1], nurse, now)
    assert await goes(database, now) == 1
    assert await trial.remove(database, ids[1], nurse, now)
    assert not await trial.remove(database, ids[1], nurse, now)
    with pytest.raises(reach.NotFound):
        await trial.add(database, 999_999, nurse, now)


async def test_what_waited_for_the_trial_goes_when_it_ends(database, now, nurse):
    await promise(database, now, await person(database, now, chat_id=1))
    await trial.switch(database, True, nurse, now)
    assert await goes(database, now) == 0
    assert await trial.on_at(database) == now
    assert await trial.switch(database, False, nurse, now)
    assert await trial.on_at(database) is None
    assert await goes(database, now) == 1


async def test_send_now_brings_the_next_step_forward_once(database, now, nurse):
    aziza = await person(database, now, chat_id=1)
    due_on = (now + timedelta(days=20)).date()
    one = await promise(database, now, aziza, due_on=due_on, step="day-7", at=now + timedelta(days=13))
    seen = await urging.preview(database, one, nurse, now, Hours())
    assert (seen.step, seen.reason, seen.notice is not None) == ("day-7", None, True)
    assert await occurrences(database) == []
    assert await urging.send_now(database, one, "day-7", nurse, now, Hours()) == "new"
    assert await urging.send_now(database, one, "day-7", nurse, now, Hours()) == "there"
    assert await goes(database, now) == 1
    assert await urging.send_now(database, one, "day-7", nurse, now, Hours()) == "there"
    assert len(await occurrences(database)) == 1
    async with database.transaction() as session:
        row = await session.get_one(Reminder, one)
        assert row.next_step == "day-1"
    with pytest.raises(CannotSend):
        await urging.send_now(database, one, "day+3", nurse, now, Hours())
    assert await actions(database) == ["reminder.send_now"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reminders_paused_at": True}, "paused"),
        ({"deceased_on": date(2026, 11, 1)}, "deceased"),
        ({"consent": False}, "no_consent"),
        ({"chat_id": None}, "unreachable"),
        ({"held": True}, "held"),
        ({"trial": True}, "trial"),
        ({"night": True}, "hours"),
        ({"expired": True}, "expired"),
        ({"stopped": True}, "acted_on"),
    ],
)
async def test_send_now_obeys_and_says_why_and_changes_nothing(database, now, nurse, change, reason):
    special = {"held", "trial", "night", "expired", "stopped"} & change.keys()
    more = {"chat_id": 1} | {key: value for key, value in change.items() if key not in special}
    if "reminders_paused_at" in more:
        more["reminders_paused_at"] = now
    one = await promise(database, now, await person(database, now, **more))
    await reminders.plan(database, now)
    at = now + NIGHT if "night" in special else now + timedelta(days=9) if "expired" in special else now
    if "held" in special:
        await holds.hold(database, one, nurse, now)
    if "trial" in special:
        await trial.switch(database, True, nurse, now)
    if "stopped" in special:
        async with database.transaction() as session:
            await session.execute(update(Reminder).values(stopped_at=now, stop_reason="done"))
    before = await reasons(database)
    assert (await urging.preview(database, one, nurse, at, Hours())).reason == reason
    with pytest.raises(CannotSend) as refused:
        await urging.send_now(database, one, "day-1", nurse, at, Hours())
    assert refused.value.reason == reason
    assert await reasons(database) == before
    assert (await occurrences(database))[0].urged_at is None


async def test_at_night_it_goes_only_with_the_box_ticked(database, now, nurse):
    one = await promise(database, now, await person(database, now, chat_id=1), at=now + NIGHT)
    night = now + NIGHT
    await reminders.plan(database, night)
    seen = await urging.preview(database, one, nurse, night, Hours())
    assert seen.night
    assert seen.notice is not None
    assert await goes(database, night) == 0
    assert await urging.send_now(database, one, "day-1", nurse, night, Hours(), any_hour=True) == "new"
    notices = await claims.claim(database, "w", night, 10, 60)
    assert len(await deliveries.begin(database, notices, "w", night, 60)) == 1


async def test_what_staff_send_goes_past_the_caps_and_counts_for_them(database, now, nurse):
    aziza = await person(database, now, chat_id=1)
    for item in ("a", "b", "c"):
        await promise(database, now, aziza, item=item)
        await reminders.plan(database, now)
        notices = await claims.claim(database, "w", now, 10, 60)
        attempts = await deliveries.begin(database, notices, "w", now, 60)
        await outcomes.settle(database, [Outcome(a, Receipt("test", a.key)) for a in attempts], now)
    fourth = await promise(database, now, aziza, item="d")
    assert await goes(database, now) == 0
    assert await urging.send_now(database, fourth, "day-1", nurse, now, Hours()) == "new"
    assert await goes(database, now) == 1


async def fail(database, now) -> None:
    await reminders.plan(database, now)
    notices = await claims.claim(database, "w", now, 10, 60)
    attempts = await deliveries.begin(database, notices, "w", now, 60)
    error = DeliveryError("twilio: 30006", permanent=True)
    await outcomes.settle(database, [Outcome(a, error) for a in attempts], now)


async def test_a_failed_message_is_tried_again_whole_and_once(database, now, nurse):
    aziza = await person(database, now, phone="+998901112233")
    ids = [await promise(database, now, aziza, item=item) for item in ("mmr", "penta")]
    await fail(database, now)
    first, second = await occurrences(database)
    assert {first.state, second.state} == {"failed"}
    assert await urging.retry(database, ids[1], second.id, nurse, now, Hours()) == "new"
    assert await urging.retry(database, ids[1], second.id, nurse, now, Hours()) == "there"
    notices = await claims.claim(database, "w", now, 10, 60)
    assert [len(one.items) for one in notices] == [2]
    assert (await actions(database)) == ["reminder.retry"]


async def test_a_failed_message_whose_time_is_over_stays_failed(database, now, nurse):
    one = await promise(database, now, await person(database, now, phone="+998901112233"))
    await fail(database, now)
    (moment,) = await occurrences(database)
    with pytest.raises(CannotSend):
        await urging.retry(database, one, moment.id, nurse, now + timedelta(days=8), Hours())
    with pytest.raises(CannotSend):
        await urging.retry(database, one, 999_999, nurse, now, Hours())
    assert await reasons(database) == {("failed", "failed")}


async def test_a_retry_at_night_waits_for_the_day(database, now, nurse):
    one = await promise(database, now, await person(database, now, phone="+998901112233"))
    await fail(database, now)
    (moment,) = await occurrences(database)
    assert await urging.retry(database, one, moment.id, nurse, now + NIGHT, Hours()) == "new"
    assert await goes(database, now + NIGHT) == 0
    assert await goes(database, now + NIGHT + timedelta(hours=12)) == 1


async def test_the_timeline_of_a_person_shows_promises_moments_and_attempts(database, now, nurse):
    aziza = await person(database, now, phone="+998901112233")
    one = await promise(database, now, aziza)
    await fail(database, now)
    await holds.hold(database, one, nurse, now)
    name, (shown,) = await board.of_person(database, aziza, nurse, now)
    assert name == "Aziza Karimova"
    assert [(m.state, [a.error for a in m.attempts]) for m in shown.moments] == [
        ("failed", ["twilio: 30006"])
    ]
    assert (shown.held_at, shown.held_by, shown.acts) == (now, "Charos", ("release",))
    assert len(await deliveries_of(database)) == 1
    with pytest.raises(CannotSend):
        await urging.preview(
            database,
            await promise(database, now, aziza, item="x", step=None, at=None, stopped_at=now),
            nurse,
            now,
            Hours(),
        )


async def test_staff_see_a_record_that_cannot_be_read_without_falling_over(database, now, nurse):
    one = await promise(database, now, await person(database, now, chat_id=1))
    async with database.transaction() as session:
        await session.execute(text("UPDATE people SET name = 'not a token'"))
    assert (await board.reminder(database, one, nurse, now)).person_name is None
