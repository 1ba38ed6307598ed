"""A second text from its first word to its last message: who approves, who reads it, what is kept of it, what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from core import experiments as rules
from core import notice_words
from core.booking import day_of
from core.effect import BadPeriod, Part
from core.i18n import Words
from core.ports import DeliveryError, Receipt
from db.people import AuditEvent
from db.programmes import Immunization
from services import claims, deliveries, dry_run, effect, experiments, outcomes, planning, staff
from services.outcomes import Outcome
from tests.deliveries import AZIZA, deliveries_of, person, promise
from tests.experiments import UZ, WORDS, approved, draft, running

PASSWORD = "toʻrt xil oddiy soʻz"


@pytest.fixture
async def dilshod(database, now):
    return await staff.add(database, "dilshod", "Dilshod", "editor", PASSWORD, now)


@pytest.fixture
async def aziz(database, now):
    return await staff.add(database, "aziz", "Aziz", "administrator", PASSWORD, now)


async def due(database, now, many=12, **more) -> list[int]:
    """So many people with Telegram, each with one promise whose moment has come."""
    people = [await person(database, now, chat_id=100 + n) for n in range(many)]
    for one in people:
        await promise(database, now, one, **more)
    await planning.plan(database, now)
    return people


async def send(database, now, result=None) -> list:
    """Everything due goes out; the notices that did."""
    notices = await claims.claim(database, "w", now, 1000, 60)
    attempts = await deliveries.begin(database, notices, "w", now, 60)
    outcome = [Outcome(a, result or Receipt("test", a.key)) for a in attempts]
    await outcomes.settle(database, outcome, now)
    return [a.notice for a in attempts]


def said(notice, now) -> str:
    return notice_words.compose(notice, now, "salomat_bot", cyrillic=True).text


# Approval


async def test_nobody_who_wrote_a_word_of_it_approves_it(database, dilshod, aziz, now):
    number = await experiments.create(database, draft(), dilshod, now)
    await experiments.save(database, number, draft(), 1, aziz, now)
    await experiments.act(database, number, "ask", 2, dilshod, now)
    assert await experiments.waiting(database) == 1
    for writer in (dilshod, aziz):
        with pytest.raises(rules.OwnWords):
            await experiments.act(database, number, "approve", 2, writer, now)
    other = await staff.add(database, "zebo", "Zebo", "administrator", PASSWORD, now)
    await experiments.act(database, number, "approve", 2, other, now)
    plan = await experiments.show(database, number)
    assert (plan.state, plan.approved_by, plan.written_by) == ("approved", "Zebo", "Dilshod, Aziz")


async def test_only_the_words_that_were_seen_are_approved(database, dilshod, aziz, now):
    number = await experiments.create(database, draft(), dilshod, now)
    await experiments.act(database, number, "ask", 1, dilshod, now)
    with pytest.raises(rules.NotNow):
        await experiments.save(database, number, draft(), 1, dilshod, now)
    await experiments.act(database, number, "send_back", 1, dilshod, now)
    with pytest.raises(rules.Changed):
        await experiments.save(database, number, draft(), 0, dilshod, now)
    await experiments.save(database, number, draft(), 1, dilshod, now)
    await experiments.act(database, number, "ask", 2, dilshod, now)
    with pytest.raises(rules.Changed):
        await experiments.act(database, number, "approve", 1, aziz, now)


async def test_faulty_words_are_kept_and_go_nowhere(database, dilshod, now):
    number = await experiments.create(database, replace(draft(), words=Words("Qizamiq!", "")), dilshod, now)
    with pytest.raises(experiments.NotReady):
        await experiments.act(database, number, "ask", 1, dilshod, now)
    assert (await experiments.show(database, number)).words == Words("Qizamiq!", "")
    with pytest.raises(experiments.NoSuchExperiment):
        await experiments.show(database, 999)
    with pytest.raises(experiments.NoSuchExperiment):
        await experiments.act(database, 999, "ask", 1, dilshod, now)


async def test_of_a_kind_one_runs_at_a_time(database, dilshod, aziz, now):
    first = await running(database, dilshod, aziz, now)
    second = await approved(database, dilshod, aziz, now)
    await running(database, dilshod, aziz, now, "screening")
    with pytest.raises(rules.OneRuns):
        await experiments.act(database, second, "start", 1, dilshod, now)
    assert (await experiments.show(database, second)).state == "approved"
    await experiments.act(database, first, "end", 1, dilshod, now)
    await experiments.act(database, second, "start", 1, dilshod, now)
    assert [plan.state for plan in await experiments.overview(database)].count("running") == 2


async def test_of_two_started_at_the_same_moment_one_runs(database, dilshod, aziz, now):
    numbers = [await approved(database, dilshod, aziz, now) for _n in range(2)]
    found = await asyncio.gather(
        *(experiments.act(database, n, "start", 1, dilshod, now) for n in numbers), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in found) == ["NoneType", "OneRuns"]


async def test_every_step_is_audited_without_a_word_of_it(database, dilshod, aziz, now):
    number = await running(database, dilshod, aziz, now)
    await experiments.act(database, number, "end", 1, dilshod, now)
    async with database.transaction() as session:
        events = list(await session.scalars(select(AuditEvent).order_by(AuditEvent.id)))
    mine = [e for e in events if e.action.startswith("experiment.")]
    assert [e.action.split(".")[1] for e in mine] == ["write", "ask", "approve", "start", "end"]
    assert all(e.detail == {"experiment": number} for e in mine)


# Who reads which


async def test_each_half_reads_its_text_and_what_each_read_is_kept(database, dilshod, aziz, now):
    number = await running(database, dilshod, aziz, now)
    people = await due(database, now)
    notices = await send(database, now)
    assert len(notices) == len(people)
    assert {notice.tried.variant for notice in notices} == {"a", "b"}
    for notice in notices:
        assert (UZ in said(notice, now)) == (notice.tried.variant == "b")
        assert ("bepul" in said(notice, now)) == (notice.tried.variant == "a")
    kept = {one.person_id: (one.experiment_id, one.variant) for one in await deliveries_of(database)}
    assert kept == {notice.person_id: (number, notice.tried.variant) for notice in notices}


async def test_who_gets_more_reminders_reads_the_same_text_each_time(database, dilshod, aziz, now):
    await running(database, dilshod, aziz, now)
    people = await due(database, now)
    first = {n.person_id: n.tried for n in await send(database, now)}
    later = now + timedelta(days=3)
    for one in people:
        await promise(database, later, one, item="td")
    await planning.plan(database, later)
    assert {n.person_id: n.tried for n in await send(database, later)} == first


async def test_once_it_has_ended_everybody_reads_the_usual_text_from_the_next_send_on(
    database, dilshod, aziz, now
):
    number = await running(database, dilshod, aziz, now)
    await due(database, now)
    busy = DeliveryError("busy", retry_after_s=60)
    assert len(await send(database, now, busy)) == 12
    await experiments.act(database, number, "end", 1, dilshod, now)
    later = now + timedelta(minutes=30)
    notices = await send(database, later)
    assert len(notices) == 12
    assert all(notice.tried is None and "bepul" in said(notice, later) for notice in notices)
    kept = [one.variant for one in await deliveries_of(database)]
    assert kept[12:] == [None] * 12
    assert None not in kept[:12]


async def test_what_takes_no_part_is_told_as_ever_and_nothing_is_kept_of_it(database, dilshod, aziz, now):
    """By SMS, of another kind, and a message about both kinds."""
    await running(database, dilshod, aziz, now)
    by_sms = await person(database, now, phone=AZIZA)
    await promise(database, now, by_sms)
    grown = await person(database, now, chat_id=5)
    await promise(database, now, grown, kind="screening", item="fluorography", step="day+0")
    both = await person(database, now, chat_id=6)
    await promise(database, now, both)
    await promise(database, now, both, kind="screening", item="fluorography", step="day+0")
    await planning.plan(database, now)
    notices = await send(database, now)
    assert sorted(n.person_id for n in notices) == [by_sms, grown, both]
    assert [n.tried for n in notices] == [None] * 3
    assert {(one.experiment_id, one.variant) for one in await deliveries_of(database)} == {(None, None)}


async def test_a_family_message_of_one_kind_has_one_text(database, dilshod, aziz, now):
    await running(database, dilshod, aziz, now)
    for n in range(6):
        mother = await person(database, now, chat_id=10 + n)
        for name in ("Madina", "Ali"):
            child = await person(database, now, name, guardian_id=mother, born=date(2025, 11, 28))
            await promise(database, now, mother, child)
    await planning.plan(database, now)
    notices = await send(database, now)
    assert [n.size for n in notices] == [2] * 6
    assert all(n.tried is not None for n in notices)
    assert all(said(n, now).count(UZ) == (n.tried.variant == "b") for n in notices)


async def test_what_would_go_out_is_shown_with_the_text_it_would_have(database, dilshod, aziz, now):
    await running(database, dilshod, aziz, now)
    await due(database, now)
    outlook = await dry_run.run(database, aziz, now, timedelta(hours=1), claims.rules.Hours())
    shown = {one.notice.person_id: one.notice.tried for one in outlook.goes}
    assert shown == {n.person_id: n.tried for n in await send(database, now)}


async def test_beginning_many_messages_stays_one_statement_and_a_claim_costs_one_more(
    database, dilshod, aziz, now
):
    await running(database, dilshod, aziz, now)
    await due(database, now)
    spoken: list[str] = []
    for engine in (database.engine, database.at_once_engine):
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *said: spoken.append(str(said[2])))
    notices = await claims.claim(database, "w", now, 1000, 60)
    assert sum("experiments" in one for one in spoken) == 1
    spoken.clear()
    assert len(await deliveries.begin(database, notices, "w", now, 60)) == 12
    assert len(spoken) == 1


# What came of it


async def came(database, people, on) -> None:
    async with database.transaction() as session:
        for one in people:
            session.add(
                Immunization(person_id=one, vaccine="mmr", given_on=on, source="confirmed", recorded_at=datetime.now(UTC))
            )  # fmt: skip


async def compared(database, now, days=1):
    day = day_of(now)
    found = await effect.compare(database, day, day + timedelta(days=days - 1), now + timedelta(days=days))
    return found[0] if found else None


async def test_each_person_counts_once_for_the_text_they_read_in_telegram(database, dilshod, aziz, now):
    number = await running(database, dilshod, aziz, now)
    people = await due(database, now)
    first = await send(database, now)
    later = now + timedelta(days=3)
    for one in people:
        await promise(database, later, one, item="td")
    await planning.plan(database, later)
    await send(database, later)
    by_sms = await person(database, now, phone=AZIZA)
    await promise(database, later, by_sms)
    await planning.plan(database, later)
    assert len(await send(database, later)) == 1
    halves = {of: [n.person_id for n in first if n.tried.variant == of] for of in ("a", "b")}
    await came(database, [*halves["a"][:1], *halves["b"][:2]], day_of(later))
    found = await compared(database, now, days=4)
    assert (found.experiment_id, found.kind, found.runs) == (number, "vaccination", True)
    assert found.a == Part(len(halves["a"]), 1, len(halves["a"]) - 1)
    assert found.b == Part(len(halves["b"]), 2, len(halves["b"]) - 2)


async def test_an_experiment_counts_from_its_own_start_whatever_part_of_it_is_looked_at(
    database, dilshod, aziz, now
):
    await running(database, dilshod, aziz, now)
    people = await due(database, now)
    await send(database, now)
    await came(database, people, day_of(now))
    later = day_of(now) + timedelta(days=5)
    found = (await effect.compare(database, later, later, now + timedelta(days=6)))[0]
    assert found.a.told + found.b.told == found.a.came + found.b.came == 12


PERIODS = [(-2, -1, 0), (-2, 0, 1), (0, 0, 1), (2, 2, 1), (3, 4, 1), (4, 5, 0)]


@pytest.mark.parametrize(("since", "until", "shown"), PERIODS)
async def test_an_experiment_is_shown_for_days_on_which_it_ran(
    database, dilshod, aziz, now, since, until, shown
):
    number = await running(database, dilshod, aziz, now)
    await experiments.act(database, number, "end", 1, dilshod, now + timedelta(days=3))
    days = [day_of(now) + timedelta(days=n) for n in (since, until)]
    found = await effect.compare(database, *days, now + timedelta(days=9))
    assert [(one.a, one.b, one.runs) for one in found] == [(Part(), Part(), False)] * shown


async def test_drafts_lost_messages_and_senseless_periods_are_not_counted(database, dilshod, aziz, now):
    await approved(database, dilshod, aziz, now)
    assert await compared(database, now) is None
    await running(database, dilshod, aziz, now)
    await due(database, now)
    await send(database, now, DeliveryError("lost", unknown=True))
    assert (await compared(database, now)).a == Part()
    with pytest.raises(BadPeriod):
        await effect.compare(database, day_of(now), day_of(now) - timedelta(days=1), now)


def test_the_words_of_these_tests_are_fit_to_be_sent():
    assert rules.problems("vaccination", draft().title, WORDS) == []
