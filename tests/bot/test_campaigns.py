"""News of the clinics in the chat: the button under a campaign, and the switch in the settings."""

from __future__ import annotations

from datetime import UTC, datetime

from core.campaigns import Audience
from services import campaign_people, staff
from tests.campaigns import running
from tests.conversation import people_in
from tests.deliveries import reminders_of

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


async def refused_at(database):
    return (await people_in(database))[0].campaigns_refused_at


async def test_news_are_switched_off_and_on_in_the_settings(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    await aziza.presses("Sozlamalar")
    await aziza.presses("Eslatmalar")
    await aziza.sees("Poliklinikalar yangiliklari: keladi")
    await aziza.presses("Poliklinika yangiliklarisiz")
    await aziza.sees("Poliklinikalar yangiliklari: kelmaydi")
    assert await refused_at(database) is not None
    assert (await campaign_people.count(database, Audience(), NOW, with_sms=True)).people == 0
    await aziza.presses("Poliklinika yangiliklari ham")
    assert await refused_at(database) is None


async def test_the_button_under_a_campaign_is_accepted_at_once(meet, database) -> None:
    aziza = await meet("Aziza", "uz", signed_up=True)
    author = await staff.add(database, "dilshod", "Dilshod", "editor", "toʻrt xil oddiy soʻz", NOW)
    second = await staff.add(database, "aziz", "Aziz", "administrator", "toʻrt xil oddiy soʻz", NOW)
    number = await running(database, author, second, NOW)
    await campaign_people.feed(database, NOW)
    (person,) = await people_in(database)
    (hers,) = [r for r in await reminders_of(database, person.id) if r.kind == "campaign"]
    assert hers.item == str(number)
    await aziza.presses_data((await aziza.last())["message_id"], f"camp:refuse:{hers.id}")
    await aziza.sees("bunday xabarlar boshqa kelmaydi")
    assert await refused_at(database) is not None
