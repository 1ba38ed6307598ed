"""A campaign on its way to real phones: the words as staff wrote them, the buttons, the other channel, no word after a no."""

from __future__ import annotations

from services import campaign_results, campaigns, staff
from tests.campaigns import SMS_UZ, draft, running
from tests.deliveries import AZIZA, BORIS, GULNORA, deliveries_of, occurrences, person, reminders_of

CHAT, OTHER = 1001, 1002
PASSWORD = "toʻrt xil oddiy soʻz"


async def begun(database, now, **more) -> int:
    author = await staff.add(database, "dilshod", "Dilshod", "editor", PASSWORD, now)
    second = await staff.add(database, "aziz", "Aziz", "administrator", PASSWORD, now)
    return await running(database, author, second, now, draft(**more))


async def test_each_gets_it_once_in_their_language_by_their_channel(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    await sandbox.citizen(OTHER, "Boris", BORIS)
    aziza = await person(database, now, chat_id=CHAT, phone=AZIZA)
    await person(database, now, "Борис", language="ru", chat_id=OTHER)
    await person(database, now, "Гулнора", language="uz_Cyrl", phone=GULNORA)
    number = await begun(database, now)
    for _turn in range(3):
        await worker.tick()
    (message,) = await sandbox.chat(CHAT)
    assert message["text"].startswith("Oilaviy poliklinikada bepul koʻrik kuni.")
    (hers,) = await reminders_of(database, aziza)
    data = [b["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for b in row]
    assert data == [f"rem:book:{hers.id}", f"camp:refuse:{hers.id}"]
    (russian,) = await sandbox.chat(OTHER)
    assert russian["text"].startswith("День бесплатных осмотров")
    (sms,) = await sandbox.phone(GULNORA)
    assert SMS_UZ in sms["body"]
    assert sms["body"].endswith("STOP")
    assert (await campaigns.show(database, number)).state == "done"
    assert (await campaign_results.of(database, number))["a"].sent == 3
    assert all(one.capped for one in await deliveries_of(database))


async def test_a_blocked_bot_is_followed_by_an_sms_only_where_one_was_written(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    await sandbox.fault("telegram", "blocked", subject=str(CHAT))
    await person(database, now, chat_id=CHAT, phone=AZIZA)
    await begun(database, now, sms=False)
    for _turn in range(2):
        await worker.tick()
    assert await sandbox.phone(AZIZA) == []
    assert [(o.state, o.reason) for o in await occurrences(database)] == [("failed", "unreachable")]


async def test_the_other_channel_has_the_words_of_the_sms(database, worker, sandbox, now):
    await sandbox.citizen(CHAT)
    await sandbox.fault("telegram", "blocked", subject=str(CHAT))
    await person(database, now, chat_id=CHAT, phone=AZIZA)
    await begun(database, now)
    await worker.tick()
    assert len(await sandbox.phone(AZIZA)) == 1
    assert [o.state for o in await occurrences(database)] == ["sent"]
