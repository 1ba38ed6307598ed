"""Whom a campaign reaches: only whom it is about and who may be told, each once, never more than three unasked."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from core.campaigns import Audience
from db.booking import Appointment, Clinic, Slot
from db.people import Person
from db.programmes import Recommendation
from db.reminders import Reminder
from services import (
    campaign_people,
    campaign_results,
    campaigns,
    claims,
    deliveries,
    endings,
    programmes,
    recompute,
    reminders,
)
from tests.campaigns import crowd, draft, running, send
from tests.deliveries import AZIZA, GULNORA, occurrences, person, promise, reminders_of


async def reached(database, number) -> set[int]:
    query = select(Reminder.person_id).where(Reminder.kind == "campaign", Reminder.item == str(number))
    async with database.transaction() as session:
        return set(await session.scalars(query))


@pytest.fixture
async def town(database, now):
    """Eight people; who is meant by which group is below."""
    people = {
        "aziza": await person(database, now, phone=AZIZA, chat_id=1, region="1726", district="chilonzor"),
        "boris": await person(
            database, now, "Борис", born=date(1980, 2, 29), sex="male", language="ru", chat_id=2, region="1726",
            district="uchtepa", conditions=["health_worker"],
        ),
        "gulnora": await person(
            database, now, "Гулнора", born=date(1958, 3, 1), language="uz_Cyrl", phone=GULNORA, region="1703"
        ),
        "davron": await person(database, now, "Davron", sex="male", chat_id=4, consent=False, region="1726"),
        "paused": await person(database, now, chat_id=5, region="1726", reminders_paused_at=now),
        "refused": await person(database, now, chat_id=6, region="1726", campaigns_refused_at=now),
        "unreachable": await person(database, now, region="1726"),
    }  # fmt: skip
    people["madina"] = await person(
        database,
        now,
        "Madina",
        born=date(2025, 11, 20),
        guardian_id=people["aziza"],
        consent=False,
        region="1703",
    )
    return people


GROUPS = [
    ({}, {"aziza", "boris", "gulnora"}),
    ({"region": "1726"}, {"aziza", "boris"}),
    ({"region": "1726", "district": "uchtepa"}, {"boris"}),
    ({"sex": "male"}, {"boris"}),
    ({"age_from": 46}, {"boris", "gulnora"}),
    ({"age_from": 47}, {"gulnora"}),
    ({"age_from": 30, "age_to": 46}, {"aziza", "boris"}),
    ({"age_to": 1}, {"aziza"}),  # Madina's mother
    ({"age_to": 1, "region": "1726"}, set()),
    ({"condition": "health_worker"}, {"boris"}),
    ({"pregnant": True}, set()),
    ({"reach": "sms"}, {"gulnora"}),
    ({"reach": "telegram"}, {"aziza", "boris"}),
]


@pytest.mark.parametrize(("group", "names"), GROUPS)
async def test_a_group_is_who_was_chosen_and_may_be_told(database, town, dilshod, aziz, now, group, names):
    count = await campaign_people.count(database, Audience(**group), now, with_sms=True)
    assert count.people == len(names)
    number = await running(database, dilshod, aziz, now, draft(**group))
    await campaign_people.feed(database, now)
    assert await reached(database, number) == {town[name] for name in names}


async def test_without_words_for_an_sms_only_telegram_counts(database, town, dilshod, aziz, now):
    count = await campaign_people.count(database, Audience(), now, with_sms=False)
    assert (count.telegram, count.by_sms) == (2, 0)
    with_sms = await campaign_people.count(database, Audience(), now, with_sms=True)
    assert (with_sms.telegram, with_sms.sms) == (2, {"uz_Cyrl": 1})
    await running(database, dilshod, aziz, now, draft(sms=False))
    await campaign_people.feed(database, now)
    assert {notice.fallback for notice in await send(database, now)} == {None}


async def due(database, person_id, now, *, on, overdue_on, item="fluorography", status="due", latest_on=None):
    async with database.transaction() as session:
        session.add(
            Recommendation(
                person_id=person_id, programme="screening", item=item, series=item, status=status, earliest_on=on,
                recommended_on=on, overdue_on=overdue_on, latest_on=latest_on, rule="x", computed_at=now,
            )
        )  # fmt: skip


async def test_for_whom_an_item_is_due_and_for_whom_overdue(database, town, now):
    today = now.date()
    for name, on, overdue_on, latest_on in (
        ("aziza", today, today + timedelta(days=1), None),
        ("boris", today - timedelta(days=90), today, None),
        ("gulnora", today + timedelta(days=1), today + timedelta(days=90), None),
    ):
        await due(database, town[name], now, on=on, overdue_on=overdue_on, latest_on=latest_on)
    await due(database, town["madina"], now, on=today, overdue_on=today, latest_on=today - timedelta(days=1))

    async def count(state):
        audience = Audience(item="fluorography", item_state=state)
        return (await campaign_people.count(database, audience, now, with_sms=True)).people

    assert (await count("due"), await count("overdue")) == (2, 1)
    async with database.transaction() as session:  # Aziza declined it, Boris has booked it
        await session.execute(update(Person).values(clinic_id=None))
        clinic = Clinic(
            name_uz="P",
            name_ru="П",
            address_uz="",
            address_ru="",
            hours="",
            region="1726",
            district="uchtepa",
        )
        session.add(clinic)
        await session.flush()
        slot = Slot(
            clinic_id=clinic.id, service="doctor", room="1", starts_at=now + timedelta(days=3),
            ends_at=now + timedelta(days=3, minutes=15),
        )  # fmt: skip
        session.add(slot)
        await session.flush()
        session.add(
            Appointment(
                slot_id=slot.id, person_id=town["boris"], item="fluorography", created_at=now, changed_at=now
            )
        )
    await promise(
        database,
        now,
        town["aziza"],
        kind="screening",
        item="fluorography",
        stopped_at=now,
        stop_reason="declined",
    )
    assert await count("due") == 0


@pytest.mark.parametrize("ending", [endings.moved_away, endings.died])
async def test_nobody_is_told_of_a_child_that_died_or_moved_away(database, town, now, ending):
    async def count(**group):
        return (await campaign_people.count(database, Audience(**group), now, with_sms=True)).people

    assert (await count(age_to=1), await count(age_from=30)) == (1, 3)
    await ending(database, town["madina"], town["aziza"], now)
    assert (await count(age_to=1), await count(age_from=30)) == (0, 3)


async def test_after_a_pregnancy_ended_other_campaigns_still_come(database, town, now):
    await promise(
        database,
        now,
        town["aziza"],
        kind="screening",
        item="antenatal_1",
        stopped_at=now,
        stop_reason="ended",
    )
    await due(database, town["aziza"], now, on=now.date(), overdue_on=now.date(), item="antenatal_1")
    for group, people in (({}, 3), ({"item": "antenatal_1"}, 0)):
        found = await campaign_people.count(database, Audience(**group), now, with_sms=True)
        assert found.people == people


async def test_a_child_whose_guardian_is_an_adult_nobody_reaches_is_told_through_them(database, town, now):
    await person(database, now, "Ota", born=date(1950, 1, 1), guardian_id=town["boris"], consent=False)
    count = await campaign_people.count(database, Audience(age_from=76), now, with_sms=True)
    assert (count.telegram, count.by_sms) == (1, 0)


async def test_it_comes_in_batches_once_to_each_and_ends_by_itself(database, dilshod, aziz, now):
    people = await crowd(database, now)
    number = await running(database, dilshod, aziz, now)
    heard: Counter[int] = Counter()
    for _turn in range(8):
        await campaign_people.feed(database, now, room=10)
        waiting = [o for o in await occurrences(database) if o.state == "due"]
        assert len(waiting) <= 10
        heard.update(notice.person_id for notice in await send(database, now))
    assert heard == Counter(people)
    plan = await campaigns.show(database, number)
    assert (plan.state, plan.ended_at) == ("done", now)
    result = (await campaign_results.of(database, number))["a"]
    assert (result.people, result.sent, result.waits) == (25, 25, 0)


async def test_two_workers_at_once_and_a_second_run_over_everybody_write_nobody_twice(
    database, dilshod, aziz, now
):
    people = await crowd(database, now)
    number = await running(database, dilshod, aziz, now)
    await asyncio.gather(*(campaign_people.feed(database, now, room=7) for _ in range(4)))
    from db.campaigns import Campaign

    async with database.transaction() as session:  # as if a worker had died before it wrote how far it came
        await session.execute(update(Campaign).values(reached_id=0, filled_at=None))
    heard: Counter[int] = Counter()
    for _turn in range(6):
        await campaign_people.feed(database, now)
        heard.update(notice.person_id for notice in await send(database, now))
    assert heard == Counter(people)
    assert (await campaigns.show(database, number)).state == "done"


async def test_two_children_and_oneself_in_the_group_are_one_message(database, dilshod, aziz, now):
    mother = await person(database, now, chat_id=1)
    for name in ("Madina", "Ali"):
        await person(database, now, name, born=date(2025, 1, 1), guardian_id=mother, consent=False)
    await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    assert [notice.person_id for notice in await send(database, now)] == [mother]


async def test_the_record_made_anew_leaves_a_campaign_alone(database, dilshod, aziz, now):
    aziza = await person(database, now, chat_id=1)
    number = await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    await programmes.recompute(database, aziza, now)
    await recompute.some(database, [aziza], now)
    assert {r.stopped_at for r in await reminders_of(database, aziza) if r.kind == "campaign"} == {None}
    assert number in {int(i.item) for n in await send(database, now) for i in n.items if i.kind == "campaign"}


async def test_two_campaigns_and_a_reminder_at_once_keep_the_cap_of_three(database, dilshod, aziz, now):
    aziza = await person(database, now, chat_id=1)
    for _ in range(3):
        await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    await promise(database, now, aziza)
    await reminders.plan(database, now)
    kinds = [n.items[0].kind for n in await send(database, now)]
    assert sorted(kinds) == ["campaign", "campaign", "vaccination"]
    assert await send(database, now) == []
    assert [o.reason for o in await occurrences(database) if o.state == "due"] == ["cap"]
    assert len(await send(database, now + timedelta(days=2))) == 1


async def test_what_waits_claimed_to_be_sent_counts_for_the_cap(database, dilshod, aziz, now):
    aziza = await person(database, now, chat_id=1)
    for _ in range(2):
        await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    assert len(await send(database, now)) == 2
    await promise(database, now, aziza)
    await reminders.plan(database, now)
    claimed = await claims.claim(database, "w", now, 100, 60)
    await running(database, dilshod, aziz, now)
    await campaign_people.feed(database, now)
    assert await claims.claim(database, "other", now, 100, 60) == []
    assert len(await deliveries.begin(database, claimed, "w", now, 60)) == 1
    assert [o.reason for o in await occurrences(database) if o.state == "due"] == ["cap"]
