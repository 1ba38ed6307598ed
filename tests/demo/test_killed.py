"""`kill -9` of any process in the middle of a citizen's path: started again, nothing lost, nothing said twice."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from core import advice
from core.settings import ROOT
from nlu import environment
from tests.conversation import word
from tests.demo import conftest
from tests.demo.playing import Demo, Player, until, words

pytestmark = pytest.mark.usefixtures("bot_is_up")
BOT, WORKER, SANDBOX = ("cli", "bot"), ("cli", "reminders"), ("sandbox",)
KEPT = "I cannot answer right now. Your message is kept, I will answer a little later."
AGAIN_WITHIN_S = 180.0


@pytest.fixture
async def faults(http: httpx.AsyncClient):
    """Switches a fault of the sandbox on; all are off at the end."""

    async def switch_on(**fault: object) -> None:
        (await http.post("/api/faults", json=fault)).raise_for_status()

    yield switch_on
    await http.delete("/api/faults")


@pytest.fixture
def signed_up(meet):
    """A citizen past the first steps, whose own first reminder has come already, so that nothing else is on its way."""

    async def signed_up(name: str, phone: str) -> Player:
        citizen = await meet(name, "uz", phone)
        await citizen.says("/start")
        await citizen.presses("Oʻzbekcha", "start:lang:")
        await citizen.presses("Roziman", "start:consent:yes")
        await citizen.sees("raqam")
        await citizen.shares_contact()
        await citizen.sees("tugʻilgansiz")
        await citizen.says("14.05.1996")
        await citizen.sees("familiyangiz")
        await citizen.says(f"{name} Karimova")
        await citizen.presses("Ayol", "form:")
        await citizen.presses("Toshkent shahri", "form:")
        await citizen.presses("Chilonzor", "form:")
        await citizen.sees("✅", name)
        await citizen.sees("🔔")
        await citizen.moved_on()
        return citizen

    return signed_up


@pytest.fixture
def held_down(demo: Demo) -> Callable[[], AbstractAsyncContextManager[None]]:
    """`async with held_down()`: PostgreSQL is killed and cannot start again before the end."""

    @asynccontextmanager
    async def held_down() -> AsyncIterator[None]:
        needed = demo.var_dir / "postgres" / "postgresql.conf"
        aside, postmaster = needed.with_suffix(".aside"), demo.postmaster()
        assert postmaster
        needed.rename(aside)
        try:
            os.kill(postmaster, signal.SIGKILL)
            yield
        finally:
            aside.rename(needed)

    return held_down


async def up_to_the_last_question(citizen: Player) -> dict:
    await citizen.says("/book")
    await citizen.presses("", "bk:svc:checkup")
    await citizen.presses("12", "bk:cl:")
    await citizen.presses("", "bk:day:")
    await citizen.presses("", "bk:slot:")
    return await citizen.sees(word("Shall I book it?", "uz"))


def booked(demo: Demo, citizen: Player) -> int:
    return len(
        demo.rows(
            "SELECT 1 FROM appointments a JOIN chats c ON c.person_id = a.person_id"
            " WHERE c.id = :chat AND a.status = 'booked'",
            chat=citizen.chat_id,
        )
    )


async def said_twice(citizen: Player) -> list[str]:
    """What the bot said more than once, word for word."""
    counted = Counter(words(m) for m in await citizen.from_bot())
    return [text for text, times in counted.items() if times > 1]


async def test_the_bot_killed_between_two_steps_of_a_booking(demo: Demo, signed_up) -> None:
    lola = await signed_up("Lola", "+998901230021")
    question = await up_to_the_last_question(lola)
    said = len(await lola.from_bot())
    killed = demo.kill(*BOT)
    await lola.presses_data(question["message_id"], "bk:yes")
    await demo.restarted(killed, *BOT)
    await lola.sees("✅", "12", within_s=AGAIN_WITHIN_S)
    assert booked(demo, lola) == 1
    assert len(await lola.from_bot()) == said
    assert await said_twice(lola) == []


async def test_the_bot_killed_while_it_answers_what_is_in_its_inbox(demo: Demo, signed_up, faults) -> None:
    munira = await signed_up("Munira", "+998901230022")
    said = len(await munira.from_bot())
    await faults(
        target="telegram", kind="too_many_requests", subject=munira.chat_id, count=1, retry_after_s=15,
        methods=["sendMessage"],
    )  # fmt: skip
    await munira.says("uyqum yomon")

    async def refused() -> bool:
        return (await munira.http.get("/api/faults")).json() == []

    await until(refused, "the answer to be refused")
    inbox = "SELECT state FROM inbox_updates WHERE chat_id = :chat ORDER BY update_id DESC LIMIT 1"
    assert demo.rows(inbox, chat=munira.chat_id) == [("new",)]
    killed = demo.kill(*BOT)
    await demo.restarted(killed, *BOT)
    await munira.sees(advice.articles("uz")["sleep"].summary.split("\n")[0], within_s=AGAIN_WITHIN_S)
    await munira.says("/help")
    await munira.sees(word("I can:", "uz"), within_s=AGAIN_WITHIN_S)
    assert len(await munira.from_bot()) == said + 2
    assert (
        demo.rows("SELECT 1 FROM inbox_updates WHERE chat_id = :c AND state = 'new'", c=munira.chat_id) == []
    )


async def adds_a_child(citizen: Player, name: str, born: str) -> None:
    await citizen.says("/family")
    await citizen.presses("", "fam:add")
    await citizen.presses(word("Child", "uz"), "form:")
    await citizen.sees("Ismi")
    await citizen.says(name)
    await citizen.sees("tugʻilgan")
    await citizen.says(born)
    await citizen.presses("Ayol", "form:")
    await citizen.sees("✅", name)


async def test_the_worker_killed_before_it_reminds(demo: Demo, signed_up) -> None:
    nargiza = await signed_up("Nargiza", "+998901230023")
    await nargiza.says("/family")
    killed = demo.kill(*WORKER)
    await adds_a_child(nargiza, "Asal", "15.11.2025")
    await demo.restarted(killed, *WORKER)
    await nargiza.sees("🔔", "Asal", within_s=AGAIN_WITHIN_S)
    assert [words(m) for m in await nargiza.from_bot() if "🔔" in words(m) and "Asal" in words(m)][1:] == []


async def test_the_worker_killed_while_an_sms_is_on_its_way_asks_what_became_of_it(
    demo: Demo, http: httpx.AsyncClient, signed_up, faults
) -> None:
    phone = "+998901230024"
    ozoda = await signed_up("Ozoda", phone)
    await ozoda.says("/settings")
    await ozoda.presses("", "set:reminders")
    await ozoda.presses("", "set:channel:sms")
    await ozoda.sees(word("Only SMS", "uz"))
    await faults(target="sms", kind="slow", subject=phone, count=1, delay_s=8)
    await adds_a_child(ozoda, "Diyora", "15.11.2025")

    async def on_its_way() -> bool:
        query = "SELECT 1 FROM deliveries d JOIN chats c USING (person_id) WHERE c.id = :c AND d.state = 'sending'"
        return bool(demo.rows(query, c=ozoda.chat_id))

    await until(on_its_way, "the SMS to leave")
    killed = demo.kill(*WORKER)
    await demo.restarted(killed, *WORKER)

    async def settled() -> bool:
        query = (
            "SELECT 1 FROM deliveries d JOIN chats c USING (person_id)"
            " WHERE c.id = :c AND d.channel = 'sms' AND d.state IN ('sent', 'delivered')"
        )
        return bool(demo.rows(query, c=ozoda.chat_id))

    await until(settled, "the outcome to be known", AGAIN_WITHIN_S)
    sms = (await http.get(f"/api/phones/{phone}/sms")).json()
    assert len([one for one in sms if one["outbound"]]) == 1


async def test_postgresql_killed_in_the_middle_of_a_booking(demo: Demo, signed_up) -> None:
    parizod = await signed_up("Parizod", "+998901230025")
    question = await up_to_the_last_question(parizod)
    said = [words(m) for m in await parizod.from_bot()]
    postmaster = demo.postmaster()
    assert postmaster
    os.kill(postmaster, signal.SIGKILL)
    await parizod.presses_data(question["message_id"], "bk:yes")
    await parizod.sees("✅", "12", within_s=AGAIN_WITHIN_S)
    assert demo.postmaster() != postmaster
    assert booked(demo, parizod) == 1
    now = [words(m) for m in await parizod.from_bot()]
    assert [text for text in now if text == word(KEPT, "uz")][1:] == []
    assert len([text for text in now if text != word(KEPT, "uz")]) == len(said)
    assert {name for name in (BOT, WORKER, SANDBOX) if demo.pid(*name) is None} == set()


async def test_while_postgresql_is_down_emergencies_are_answered_and_the_rest_is_kept(
    demo: Demo, signed_up, held_down
) -> None:
    rano, sitora = await signed_up("Rano", "+998901230026"), await signed_up("Sitora", "+998901230027")
    async with held_down():
        await rano.says("otam hushidan ketdi nafas olmayapti")
        await rano.sees("🚨", "103")
        await sitora.says("uyqum yomon")
        await sitora.sees(word(KEPT, "uz"))
        await sitora.says("chekishni qanday tashlasam boʻladi")
    for topic in ("sleep", "smoking"):
        await sitora.sees(advice.articles("uz")[topic].summary.split("\n")[0], within_s=AGAIN_WITHIN_S)
    await rano.says("/help")
    await rano.sees(word("I can:", "uz"), within_s=AGAIN_WITHIN_S)
    assert await said_twice(sitora) == []
    assert len([m for m in await rano.from_bot() if "🚨" in words(m)]) == 1


async def test_telegram_itself_down_and_back(demo: Demo, signed_up) -> None:
    umida = await signed_up("Umida", "+998901230028")
    question = await up_to_the_last_question(umida)
    said = len(await umida.from_bot())
    killed = demo.kill(*SANDBOX)
    await demo.restarted(killed, *SANDBOX)

    async def back() -> bool:
        try:
            return (await umida.http.get("/health")).is_success
        except httpx.HTTPError:
            return False

    await until(back, "the sandbox to be back")
    await umida.presses_data(question["message_id"], "bk:yes")
    await umida.sees("✅", "12", within_s=AGAIN_WITHIN_S)
    assert booked(demo, umida) == 1
    assert len(await umida.from_bot()) == said


async def test_the_admin_killed_and_back(demo: Demo) -> None:
    killed = demo.kill("cli", "admin")
    await demo.restarted(killed, "cli", "admin")

    async def back() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{demo.admin_url}/health")).is_success
        except httpx.HTTPError:
            return False

    await until(back, "the admin to be back", AGAIN_WITHIN_S)


@pytest.fixture(scope="module")
def demo_with_rasa() -> Iterator[Demo]:
    try:
        environment.python(ROOT / "var", print)
    except environment.NoPython310 as reason:
        pytest.skip(str(reason))
    with conftest.played() as running:
        yield running


@pytest.mark.rasa
@pytest.mark.timeout(1800)
async def test_rasa_killed_the_other_engine_answers_and_rasa_comes_back(demo_with_rasa: Demo) -> None:
    demo, rasa = demo_with_rasa, ("nlu.rasa", "run")

    def changes() -> int:
        return len(re.findall(r"engine_changed\s+engine=rasa", demo.said()))

    def last_used() -> str:
        return (re.findall(r"understood\s.*?engine=(\w+)", demo.said()) or ["none"])[-1]

    async def changed() -> bool:
        """The bot says so; a Rasa that was up before the first message needs no change."""
        return changes() > before or last_used() == "rasa"

    before = changes()
    async with httpx.AsyncClient(base_url=demo.url, trust_env=False, timeout=60) as http:
        person = {"name": "Yulduz", "language_code": "uz", "phone": "+998901230029"}
        yulduz = Player(http, (await http.post("/api/citizens", json=person)).json())
        await yulduz.says("/start")
        await yulduz.presses("Oʻzbekcha", "start:lang:")
        await yulduz.presses("", "start:consent:no")
        await yulduz.says("uyqum yomon")
        await yulduz.sees(advice.articles("uz")["sleep"].title)
        await until(changed, "Rasa to take over", 1500)
        before = changes()
        killed = demo.kill(*rasa)
        await yulduz.says("chekishni qanday tashlasam boʻladi")
        await yulduz.sees(advice.articles("uz")["smoking"].title)
        await demo.restarted(killed, *rasa)
        await until(changed, "Rasa to take over again", 600)
        await yulduz.says("tishimni qanday tozalayman")
        await yulduz.sees(advice.articles("uz")["oral"].title)
        assert await said_twice(yulduz) == []
