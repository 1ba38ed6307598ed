"""From a promise to a message on the phone: the real channels, the real database, the sandbox over HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text, update

from core import notice_words
from core.notices import attempt_key
from core.ports import OutboundMessage
from core.sms import plain
from db.people import Chat, Consent, Person
from services import claims, deliveries, receipts, reminders
from services.receipts import Report
from tests.deliveries import (
    AZIZA,
    BORIS,
    GULNORA,
    Worker,
    deliveries_of,
    occurrences,
    person,
    promise,
)

CHAT = 1001


async def states(database) -> list[tuple[str, str | None]]:
    return [(o.state, o.reason) for o in await occurrences(database)]


async def test_a_mother_gets_one_message_about_her_childs_visit_with_the_buttons(
    database, worker, sandbox, now
):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT, phone=AZIZA)
    madina = await person(
        database, now, "Madina Karimova", born=date(2025, 11, 22), guardian_id=aziza, consent=False
    )
    due = date(2026, 11, 22)
    ids = [
        await promise(database, now, aziza, madina, item=item, due_on=due) for item in ("mmr", "pneumococcal")
    ]
    assert await worker.tick() == 1
    (message,) = await sandbox.chat(CHAT)
    head, *rest = message["text"].splitlines()
    assert "Madina" in head
    for word in ("emlash", "vaksina", "qizamiq", "прививк"):
        assert word not in head.lower()
    assert "22.11.2026" in "\n".join(rest)
    data = [b["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for b in row]
    assert data == [f"rem:{verb}:{ids[0]}" for verb in ("book", "done", "later", "why", "stop")]
    told = [o for o in await occurrences(database) if o.step == "day-1"]
    assert [o.state for o in told] == ["sent", "sent"]
    assert {o.lead_id for o in told} == {told[0].id}
    assert await worker.tick() == 0
    assert len(await sandbox.chat(CHAT)) == 1
    assert await sandbox.phone(AZIZA) == []


async def test_two_children_are_one_message_with_buttons_for_each(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT)
    for name in ("Madina", "Ali"):
        child = await person(database, now, name, born=date(2025, 11, 22), guardian_id=aziza, consent=False)
        await promise(database, now, aziza, child, due_on=date(2026, 11, 22))
    await worker.tick()
    (message,) = await sandbox.chat(CHAT)
    assert "Madina: " in message["text"]
    assert "Ali: " in message["text"]
    rows = message["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [2, 2, 2, 1]
    assert rows[1][0]["text"].startswith("Ali: ")


async def test_who_has_no_telegram_gets_an_sms_that_names_no_illness(database, worker, sandbox, now):
    gulnora = await person(database, now, "Гулнора", born=date(1958, 3, 1), language="uz_Cyrl", phone=GULNORA)
    await promise(database, now, gulnora, kind="screening", item="mammography", step="day+0")
    await worker.tick()
    (sms,) = await sandbox.phone(GULNORA)
    assert "t.me/" in sms["body"]
    assert sms["segments"] <= 2
    for word in ("mammo", "маммо", "саратон"):
        assert word not in sms["body"].lower()
    (delivery,) = await deliveries_of(database)
    assert (delivery.state, delivery.channel, delivery.provider) == ("sent", "sms", "twilio")
    assert delivery.segments == sms["segments"]


@pytest.mark.parametrize(("cyrillic", "encoding", "most"), [(False, "GSM-7", 1), (True, "UCS-2", 2)])
async def test_a_reader_of_cyrillic_gets_latin_in_one_segment_unless_the_operator_pays_for_two(
    database, worker, sandbox, now, cyrillic, encoding, most
):
    worker.work.settings = worker.work.settings.model_copy(update={"sms_cyrillic": cyrillic})
    gulnora = await person(database, now, language="uz_Cyrl", phone=GULNORA)
    await promise(database, now, gulnora)
    await worker.tick()
    (sms,) = await sandbox.phone(GULNORA)
    assert sms["encoding"] == encoding
    assert sms["segments"] <= most


async def test_a_blocked_bot_is_followed_by_an_sms_in_the_same_window_and_remembered(
    database, worker, sandbox, now
):
    await sandbox.citizen(CHAT, phone=BORIS)
    await sandbox.fault("telegram", "blocked", subject=str(CHAT))
    boris = await person(database, now, "Борис", language="ru", chat_id=CHAT, phone=BORIS)
    await promise(database, now, boris)
    assert await worker.tick() == 2
    assert len(await sandbox.phone(BORIS)) == 1
    assert [(d.channel, d.state) for d in await deliveries_of(database)] == [
        ("telegram", "failed"),
        ("sms", "sent"),
    ]
    async with database.transaction() as session:
        assert (await session.get(Chat, CHAT)).gone_at == now
    await promise(database, now, boris, item="td")
    await worker.tick()
    assert len(await sandbox.phone(BORIS)) == 2


async def test_without_any_way_to_the_person_it_fails_with_the_reason(database, worker, now):
    await promise(database, now, await person(database, now))
    await worker.tick()
    assert await states(database) == [("failed", "unreachable")]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (
            update(Person).values(reminders_paused_at=datetime(2026, 11, 21, tzinfo=UTC)),
            ("skipped", "paused"),
        ),
        (update(Consent).values(withdrawn_at=datetime(2026, 11, 21, tzinfo=UTC)), ("skipped", "no_consent")),
        (update(Person).values(deceased_on=date(2026, 11, 20)), ("skipped", "acted_on")),
    ],
)
async def test_nothing_goes_to_who_paused_withdrew_or_died(database, worker, sandbox, now, change, state):
    await sandbox.citizen(CHAT)
    await promise(database, now, await person(database, now, chat_id=CHAT))
    await reminders.plan(database, now)
    async with database.transaction() as session:
        await session.execute(change)
    await worker.tick()
    assert await states(database) == [state]
    assert await sandbox.chat(CHAT) == []


async def test_a_change_of_mind_after_the_claim_and_before_the_request_is_respected(
    database, worker, sandbox, now
):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT)
    reminder_id = await promise(database, now, aziza)
    await reminders.plan(database, now)
    notices = await claims.claim(database, worker.work.worker, now, 10, 60)
    await reminders.stop(database, reminder_id, aziza, now)
    assert await deliveries.begin(database, notices, worker.work.worker, now, 60) == []
    assert await worker.tick() == 0
    assert await states(database) == [("skipped", "acted_on")]
    assert await sandbox.chat(CHAT) == []


async def test_in_quiet_hours_nothing_leaves_and_in_the_morning_it_does(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    await promise(database, now, await person(database, now, chat_id=CHAT), at=now + timedelta(hours=9))
    worker.clock.forward(hours=9)  # 21:00 in Tashkent
    assert await worker.tick() == 0
    assert await sandbox.chat(CHAT) == []
    worker.clock.forward(hours=11, minutes=59)
    assert await worker.tick() == 0
    worker.clock.forward(minutes=1)
    assert await worker.tick() == 1
    assert len(await sandbox.chat(CHAT)) == 1


async def test_after_an_outage_of_two_weeks_nothing_stale_is_sent(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT)
    await promise(database, now, aziza, due_on=date(2026, 11, 22))
    worker.clock.forward(days=20)
    assert await worker.tick() == 1
    assert [(o.step, o.state) for o in await occurrences(database)] == [
        ("day-1", "expired"),
        ("day+14", "sent"),
    ]


async def test_a_fourth_message_of_the_day_waits_for_tomorrow(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT)
    for dose in range(4):
        await promise(database, now, aziza, dose=dose, due_on=now.date() + timedelta(days=30 + dose))
        await worker.tick()
    assert len(await sandbox.chat(CHAT)) == 3
    assert (await states(database))[-1] == ("due", "cap")
    worker.clock.forward(days=1)
    await worker.tick()
    assert (await states(database))[3] == ("sent", None)


async def test_retries_wait_longer_each_time_and_then_the_next_channel_is_taken(
    database, worker, sandbox, now
):
    await sandbox.citizen(CHAT)
    await sandbox.fault("telegram", "server_error", subject=str(CHAT))
    aziza = await person(database, now, chat_id=CHAT, phone=AZIZA)
    await promise(database, now, aziza)
    waits = []
    for _ in range(4):
        await worker.tick()
        (one, *_rest) = await occurrences(database)
        waits.append((one.next_try_at - worker.clock.now) / timedelta(minutes=1))
        worker.clock.now = one.next_try_at
    for wait, least in zip(waits, (5, 15, 60, 240), strict=True):
        assert least <= wait <= least * 1.2
    await worker.tick()
    assert [d.channel for d in await deliveries_of(database)] == ["telegram"] * 5 + ["sms"]
    assert len(await sandbox.phone(AZIZA)) == 1


async def test_one_broken_record_stops_nobody_else(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    broken = await person(database, now, phone=GULNORA)
    for name in ("broken name", "fine"):
        one = broken if name == "broken name" else await person(database, now, chat_id=CHAT)
        await promise(database, now, one)
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE people SET name = 'x'::bytea, phone = 'y'::bytea WHERE id = :id"), {"id": broken}
        )
    await worker.tick()
    assert sorted(await states(database)) == [("sent", None), ("skipped", "broken")]


@pytest.mark.parametrize(
    ("broken", "end"),
    [
        ("UPDATE people SET birth_date = '-infinity' WHERE id = :id", ("skipped", "broken")),
        ("UPDATE people SET birth_date = '4713-01-01 BC' WHERE id = :id", ("skipped", "broken")),
        ("UPDATE people SET language = 'tlh' WHERE id = :id", ("skipped", "broken")),
        ("UPDATE reminders SET due_on = 'infinity' WHERE person_id = :id", ("failed", "broken")),
        ("UPDATE reminders SET due_on = '9999-12-31' WHERE person_id = :id", ("failed", "broken")),
        ("UPDATE reminders SET promised_at = '-infinity' WHERE person_id = :id", ("failed", "broken")),
        ("UPDATE reminders SET next_at = '-infinity' WHERE person_id = :id", ("failed", "broken")),
    ],
)
async def test_an_impossible_date_or_an_unknown_language_stops_nobody_else(
    database, worker, sandbox, now, broken, end
):
    await sandbox.citizen(CHAT)
    odd = await person(database, now, chat_id=CHAT + 1)
    for one in (odd, await person(database, now, chat_id=CHAT)):
        await promise(database, now, one)
    async with database.transaction() as session:
        checks = (
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'people'::regclass"
        )
        (check,) = [row for row in await session.execute(text(checks)) if "uz_Cyrl" in row[1]]
        await session.execute(text(f'ALTER TABLE people DROP CONSTRAINT "{check[0]}"'))
        await session.execute(text(broken), {"id": odd})
    try:
        await worker.tick()
        assert sorted(await states(database)) == sorted([end, ("sent", None)])
        assert len(await sandbox.chat(CHAT)) == 1
    finally:
        async with database.transaction() as session:
            await session.execute(text("UPDATE people SET language = 'uz'"))
            await session.execute(text(f'ALTER TABLE people ADD CONSTRAINT "{check[0]}" {check[1]}'))


async def test_an_unknown_outcome_on_telegram_is_repeated_once_for_an_appointment_and_never_for_others(
    database, settings, sandbox, worker, now
):
    from channels import telegram

    await sandbox.citizen(CHAT)
    impatient = telegram.from_settings(worker.work.settings, read_timeout_s=0.3)
    worker.work.channels = {"telegram": impatient}
    aziza = await person(database, now, chat_id=CHAT)
    await promise(database, now, aziza)
    await promise(
        database,
        now,
        aziza,
        kind="appointment",
        item="1",
        step="hour-2",
        due_on=now.date(),
        due_at=now + timedelta(hours=2),
    )
    await sandbox.fault("telegram", "timeout_after_accept", subject=str(CHAT))
    await worker.tick()
    assert {state for state, _reason in await states(database)} == {"unknown"}
    assert len(await sandbox.chat(CHAT)) == 2
    for _ in range(4):
        worker.clock.forward(minutes=2)
        await worker.reconcile()
        await worker.tick()
    assert {state for state, _reason in await states(database)} == {"unknown"}
    assert len(await sandbox.chat(CHAT)) == 3
    await impatient.close()


async def test_what_waits_too_long_for_its_turn_is_not_even_begun_and_is_due_again(
    database, settings, sandbox, worker, now
):
    """Begun, an appointment would be spoken of twice after a kill, and anything else never."""
    from channels import telegram
    from core.turns import Turns

    await sandbox.citizen(CHAT)

    async def never(_many: int) -> None:
        await asyncio.Event().wait()

    hurried = worker.work.settings.model_copy(update={"lease_s": 1.0})
    stuck = telegram.from_settings(hurried, Turns(never, longest_wait_s=0.5))
    worker.work.settings, worker.work.channels = hurried, {"telegram": stuck}
    await promise(database, now, await person(database, now, chat_id=CHAT))
    await worker.tick()
    assert await states(database) == [("due", "busy")]
    assert await deliveries_of(database) == []
    assert await sandbox.chat(CHAT) == []
    await stuck.close()


async def test_a_lost_answer_of_twilio_is_found_and_nothing_is_sent_twice(database, sandbox, worker, now):
    from channels import sms_twilio

    worker.work.channels = {"sms": sms_twilio.from_settings(worker.work.settings, timeout_s=0.3)}
    worker.clock.now = datetime.now(UTC)  # the provider's own clock is asked
    worker.work.settings = worker.work.settings.model_copy(update={"quiet_from_hour": 0, "quiet_to_hour": 0})
    moment = worker.clock.now
    gulnora = await person(database, moment, phone=GULNORA)
    await promise(database, moment, gulnora)
    await sandbox.fault("sms", "timeout_after_accept", count=1)
    await worker.tick()
    assert await states(database) == [("unknown", "unknown")]
    worker.clock.forward(minutes=2)
    assert await worker.reconcile() == 1
    assert await worker.tick() == 0
    (sms,) = await sandbox.phone(GULNORA)
    (delivery,) = await deliveries_of(database)
    assert (delivery.state in ("sent", "delivered"), delivery.provider_id) == (True, sms["sid"])


async def test_what_twilio_never_got_is_sent_again(database, sandbox, worker, now):
    gulnora = await person(database, now, phone=GULNORA)
    await promise(database, now, gulnora)
    await reminders.plan(database, now)
    await claims.claim(database, "dead worker", now, 10, 0)
    assert await worker.sweep() == (1, 0)  # claimed and not begun: surely unsent
    notices = await claims.claim(database, "dead worker", now, 10, 60)
    await deliveries.begin(database, notices, "dead worker", now, 0)
    assert await worker.sweep() == (0, 1)
    worker.clock.forward(minutes=2)
    assert await worker.reconcile() == 1
    assert await worker.tick() == 1
    assert len(await sandbox.phone(GULNORA)) == 1
    assert await states(database) == [("sent", None)]


async def test_of_two_lost_messages_to_one_number_only_the_one_that_did_not_arrive_is_sent_again(
    database, sandbox, worker, now
):
    """Twilio keeps no id of ours: they are told apart by their text, whichever is asked about first."""
    worker.clock.now = datetime.now(UTC)  # the provider's own clock is asked
    moment = worker.clock.now
    worker.work.settings = worker.work.settings.model_copy(update={"quiet_from_hour": 0, "quiet_to_hour": 0})
    gulnora = await person(database, moment, phone=GULNORA)
    for hours in (2, 3):
        visit = {"kind": "appointment", "item": str(hours), "step": "hour-24", "due_on": moment.date()}
        await promise(database, moment, gulnora, **visit, due_at=moment + timedelta(hours=hours))
    await reminders.plan(database, moment)
    notices = await claims.claim(database, "dead", moment, 10, 60, hours=worker.work.hours)
    texts = [notice_words.compose(n, moment, "salomat_bot", cyrillic=False).text for n in notices]
    keys = {n.lead_id: attempt_key(text) for n, text in zip(notices, texts, strict=True)}
    _unsent, sent = await deliveries.begin(database, notices, "dead", moment, 0, keys)
    await worker.work.channels["sms"].send(OutboundMessage(sent.key, GULNORA, texts[1]))
    await worker.sweep()
    worker.clock.forward(minutes=2)
    assert await worker.reconcile() == 2
    assert await worker.tick() == 1
    assert Counter(sms["body"] for sms in await sandbox.phone(GULNORA)) == Counter(map(plain, texts))


async def test_two_workers_at_once_send_each_message_once(database, settings, sandbox, worker, now):
    people = []
    for number in range(40):
        await sandbox.citizen(2000 + number, f"Person {number}", f"+99890200{number:04}")
        people.append(await person(database, now, chat_id=2000 + number))
    for one in people:
        for dose in range(3):
            await promise(database, now, one, dose=dose)
    await reminders.plan(database, now)
    other = Worker(replace(worker.work, worker="the other worker"), worker.clock)
    await asyncio.gather(worker.tick(), other.tick(), worker.tick())
    for number in range(40):
        assert len(await sandbox.chat(2000 + number)) == 1
    assert {state for state, _reason in await states(database)} == {"sent"}


async def test_silence_after_an_important_step_is_followed_by_one_sms_and_an_answer_prevents_it(
    database, worker, sandbox, now
):
    people = {}
    for number, name in ((1, "silent"), (2, "answers")):
        phone = f"+99890300000{number}"
        await sandbox.citizen(3000 + number, name, phone)
        people[name] = await person(database, now, name, chat_id=3000 + number, phone=phone)
    ids = {name: await promise(database, now, one) for name, one in people.items()}
    await worker.tick()
    await reminders.done(database, ids["answers"], people["answers"], now)
    worker.clock.forward(hours=24)
    await worker.tick()
    assert len(await sandbox.phone("+998903000001")) == 1
    assert await sandbox.phone("+998903000002") == []


async def test_an_appointment_is_not_counted_by_the_caps_and_says_when_and_where(
    database, worker, sandbox, now
):
    await sandbox.citizen(CHAT)
    aziza = await person(database, now, chat_id=CHAT)
    for number in range(5):
        starts_at = now + timedelta(hours=2, minutes=number)
        await promise(
            database,
            now,
            aziza,
            kind="appointment",
            item=str(number),
            step="hour-2",
            due_on=now.date(),
            due_at=starts_at,
        )
    await worker.tick()
    messages = await sandbox.chat(CHAT)
    assert len(messages) == 5
    assert any("21.11.2026" in m["text"] and "14:00" in m["text"] for m in messages)


@pytest.mark.parametrize(
    ("reports", "delivery", "occurrence"),
    [
        (["sent", "delivered"], "delivered", "sent"),
        (["delivered", "sent", "delivered"], "delivered", "sent"),
        (["delivered", "failed"], "delivered", "sent"),
        (["failed", "failed", "delivered"], "failed", "due"),
    ],
)
async def test_receipts_in_any_order_and_repeated_are_harmless(
    database, worker, sandbox, now, reports, delivery, occurrence
):
    await promise(database, now, await person(database, now, phone=GULNORA))
    await worker.tick()
    (row,) = await deliveries_of(database)
    for state in reports:
        assert await receipts.receipt(database, row.key, Report(state, "30003"), now)
    (row,) = await deliveries_of(database)
    assert row.state == delivery
    assert [state for state, _reason in await states(database)] == [occurrence]
    assert not await receipts.receipt(database, "no such key", Report("delivered"), now)


async def test_a_receipt_that_comes_before_the_answer_is_kept(database, worker, sandbox, now):
    from core.ports import Receipt
    from services import outcomes
    from services.outcomes import Outcome

    await promise(database, now, await person(database, now, phone=GULNORA))
    await reminders.plan(database, now)
    notices = await claims.claim(database, "w", now, 10, 60)
    (attempt,) = await deliveries.begin(database, notices, "w", now, 60)
    await receipts.receipt(database, attempt.key, Report("delivered"), now)
    await outcomes.settle(database, [Outcome(attempt, Receipt("twilio", "SM1"))], now)
    (row,) = await deliveries_of(database)
    assert (row.state, row.provider_id) == ("delivered", "SM1")
    assert await states(database) == [("sent", None)]


async def test_failures_on_five_days_leave_the_person_in_peace(database, worker, sandbox, now):
    gulnora = await person(database, now, phone=GULNORA)
    await sandbox.fault("sms", "not_mobile", subject=GULNORA)
    for day in range(5):
        worker.clock.now = now + timedelta(days=4 * day)
        await promise(database, worker.clock.now, gulnora, dose=day, due_on=date(2027, 6, 1))
        await worker.tick()
    async with database.transaction() as session:
        assert (await session.get(Person, gulnora)).reminders_paused_at == worker.clock.now


async def test_without_an_sms_provider_the_message_waits_for_one(settings, database, sandbox, worker, now):
    worker.work.channels = {"telegram": worker.work.channels["telegram"]}
    await promise(database, now, await person(database, now, phone=GULNORA))
    await worker.tick()
    assert await states(database) == [("due", "no_channel")]
    assert await deliveries_of(database) == []
