"""What the calendars say and what of it is promised: nothing an adult was not meant to see yet."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from db.programmes import Recommendation
from services import programmes
from tests.deliveries import person, reminders_of


async def test_an_unverified_rule_is_kept_for_staff_and_neither_shown_nor_promised_to_an_adult(database, now):
    gulnora = await person(database, now, "Gulnora Saidova", born=date(1958, 3, 1))
    await programmes.recompute(database, gulnora, now)
    async with database.transaction() as session:
        kept = set(await session.scalars(select(Recommendation.item)))
    line = await programmes.timeline(database, gulnora, now)
    unverified = {"td", "influenza"}
    assert unverified <= kept
    assert unverified <= {step.item for step in line.all_steps}
    assert not unverified & {step.item for step in line.next_steps}
    promised = {row.item for row in await reminders_of(database, gulnora)}
    assert "targeted_check" in promised
    assert not promised & {"dtp", "influenza", "breast_questionnaire"}


async def test_a_late_starter_is_promised_the_catch_up_although_its_rules_are_unverified(database, now):
    aziza = await person(database, now, chat_id=1001)
    child = await person(
        database, now, "Jasur Karimov", born=date(2016, 11, 1), guardian_id=aziza, consent=False
    )
    await programmes.recompute(database, child, now)
    promised = {row.item for row in await reminders_of(database, aziza) if row.about_id == child}
    assert {"polio", "dtp", "mmr"} <= promised
