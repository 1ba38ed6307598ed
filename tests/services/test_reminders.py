"""What a person does with a reminder, and that it is theirs."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from core import reminder_words
from core.i18n import LANGUAGES
from core.ports import Receipt
from core.reminders import NotYourReminder
from services import claims, deliveries, outcomes, programmes, reminders
from services.outcomes import Outcome
from tests.deliveries import AZIZA, occurrences, person, promise, reminders_of


async def send_all(database, now) -> None:
    """What is due goes out."""
    await reminders.plan(database, now)
    notices = await claims.claim(database, "w", now, 100, 60)
    attempts = await deliveries.begin(database, notices, "w", now, 60)
    await outcomes.settle(database, [Outcome(a, Receipt("test", a.key)) for a in attempts], now)


async def a_visit(database, now) -> tuple[int, list[int], int]:
    """Aziza, told in one message of Madina's two vaccines and of her own check."""
    aziza = await person(database, now, chat_id=1001)
    madina = await person(database, now, "Madina", born=date(2025, 11, 22), guardian_id=aziza, consent=False)
    due = (now + timedelta(days=1)).date()
    hers = [
        await promise(database, now, aziza, madina, item=item, due_on=due) for item in ("mmr", "pneumococcal")
    ]
    own = await promise(database, now, aziza, kind="screening", item="health_profile", step="day+0")
    await send_all(database, now)
    return aziza, hers, own


def stopped(rows) -> dict[int, str | None]:
    return {row.id: row.stop_reason for row in rows if row.stopped_at}


async def test_done_ends_all_of_the_same_visit_and_nothing_else(database, now):
    aziza, hers, _own = await a_visit(database, now)
    await reminders.done(database, hers[0], aziza, now)
    assert stopped(await reminders_of(database, aziza)) == dict.fromkeys(hers, "done")
    await reminders.done(database, hers[0], aziza, now)


async def test_stop_ends_everything_in_the_message(database, now):
    aziza, hers, own = await a_visit(database, now)
    await reminders.stop(database, own, aziza, now)
    assert stopped(await reminders_of(database, aziza)) == dict.fromkeys([*hers, own], "declined")


async def test_what_was_ended_by_its_person_does_not_come_to_life_again(database, now):
    aziza = await person(database, now, chat_id=1001)
    await programmes.recompute(database, aziza, now)
    one = next(r for r in await reminders_of(database, aziza) if r.kind == "screening")
    await reminders.stop(database, one.id, aziza, now)
    await programmes.recompute(database, aziza, now + timedelta(days=1))
    assert stopped(await reminders_of(database, aziza))[one.id] == "declined"


async def test_later_comes_again_in_three_days_and_not_before(database, now):
    aziza, hers, own = await a_visit(database, now)
    await reminders.later(database, hers[0], aziza, now)
    assert await reminders.plan(database, now + timedelta(days=2)) == 0
    assert await reminders.plan(database, now + timedelta(days=3)) == 3
    again = [o for o in await occurrences(database) if o.step == "later1"]
    assert {o.reminder_id for o in again} == {*hers, own}
    await reminders.later(database, hers[0], aziza, now + timedelta(days=3))
    await reminders.plan(database, now + timedelta(days=6))
    assert any(o.step == "later2" for o in await occurrences(database))


async def test_why_names_the_reason_of_everything_in_the_message(database, now):
    aziza = await person(database, now, chat_id=1001)
    await programmes.recompute(database, aziza, now)
    one = next(r for r in await reminders_of(database, aziza) if r.item == "hpv_test")
    *reasons, source = (await reminders.why(database, one.id, aziza)).render("ru").splitlines()
    assert len(reasons) == 1
    assert "шейки матки" in reasons[0]
    assert source == reminder_words.WHY_CALENDAR.render("ru")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_stays_within_five_lines_for_a_child_with_an_empty_record(database, now, language):
    aziza = await person(database, now, chat_id=1001)
    for born in (date(2020, 3, 1), date(2025, 11, 22)):
        child = await person(database, now, f"Madina {born}", born=born, guardian_id=aziza, consent=False)
        await programmes.recompute(database, child, now)
        await send_all(database, now)
        one = next(r for r in await reminders_of(database, aziza) if r.about_id == child)
        lines = (await reminders.why(database, one.id, aziza)).render(language).splitlines()
        assert 2 <= len(lines) <= 5
        assert len(set(lines)) == len(lines)
    assert any(str(number) in lines[-2] for number in range(1, 10))


async def test_somebody_elses_reminder_cannot_be_touched_by_a_forged_button(database, now):
    aziza, hers, _own = await a_visit(database, now)
    davron = await person(database, now, "Davron", chat_id=1004)
    for act in (
        lambda: reminders.done(database, hers[0], davron, now),
        lambda: reminders.later(database, hers[0], davron, now),
        lambda: reminders.stop(database, hers[0], davron, now),
        lambda: reminders.why(database, hers[0], davron),
        lambda: reminders.book_for(database, hers[0], davron, now),
        lambda: reminders.done(database, 999_999, davron, now),
    ):
        with pytest.raises(NotYourReminder):
            await act()
    assert not stopped(await reminders_of(database, aziza))


async def test_the_button_to_book_knows_whom_and_what(database, now):
    aziza = await person(database, now, chat_id=1001)
    madina = await person(database, now, "Madina", born=date(2025, 11, 22), guardian_id=aziza, consent=False)
    await programmes.recompute(database, madina, now)
    one = next(r for r in await reminders_of(database, aziza) if r.item == "mmr")
    assert await reminders.book_for(database, one.id, aziza, now) == (madina, "mmr", "vaccination")


async def test_a_pause_by_sms_reaches_everybody_with_that_number_and_start_ends_it(database, now):
    aziza = await person(database, now, phone=AZIZA)
    assert await reminders.answered_by_sms(database, AZIZA, "Rahmat", now) is None
    assert await reminders.answered_by_sms(database, "+998990000000", "STOP", now) == "stop"
    await promise(database, now, aziza)
    await reminders.plan(database, now)
    assert await reminders.answered_by_sms(database, AZIZA, "Тўхтатиш", now) == "stop"
    assert await claims.claim(database, "w", now, 10, 60) == []
    assert [(o.state, o.reason) for o in await occurrences(database)] == [("skipped", "paused")]
    assert await reminders.answered_by_sms(database, AZIZA, "START", now) == "start"
    await promise(database, now, aziza, item="td")
    await reminders.plan(database, now)
    assert len(await claims.claim(database, "w", now, 10, 60)) == 1


async def test_own_hours_move_what_is_planned(database, now):
    aziza = await person(database, now, chat_id=1001)
    await promise(database, now, aziza, at=now + timedelta(hours=1))
    await reminders.plan(database, now)
    await reminders.set_hours(database, aziza, quiet_from=10, quiet_to=18, now=now)
    (one,) = await occurrences(database)
    assert one.next_try_at == now + timedelta(hours=6)  # 18:00 in Tashkent
    await reminders.set_hours(database, aziza, None, None, now=now)
    (one,) = await occurrences(database)
    assert one.next_try_at == now + timedelta(hours=1)


async def test_planning_twice_and_in_two_workers_makes_each_due_moment_once(database, now):
    aziza = await person(database, now, chat_id=1001)
    for dose in range(30):
        await promise(database, now, aziza, dose=dose)
    await asyncio.gather(*(reminders.plan(database, now) for _ in range(4)))
    await reminders.plan(database, now)
    found = await occurrences(database)
    assert len(found) == len({(o.reminder_id, o.step) for o in found}) == 30
