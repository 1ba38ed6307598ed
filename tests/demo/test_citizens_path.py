"""One citizen's whole path through the running demo, in each written language: from hello to being forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from core import advice
from core.booking import day_of
from core.i18n import Language
from tests.conversation import LANGUAGE_BUTTON, word
from tests.demo.playing import Demo, Player, buttons, until

pytestmark = pytest.mark.usefixtures("bot_is_up")
GULNORA = "+998935557788"


@dataclass(frozen=True)
class Role:
    """Who walks the path and what they write; `known` is the cast's citizen whom the clinic knows already."""

    language: Language
    name: str
    full_name: str
    phone: str
    born: str
    known: bool
    first_name: str
    question: str
    topic: str
    emergency: str
    service: str
    child: str
    region: str = ""
    district: str = ""


ROLES = (
    Role(
        "uz", "Nodira", "Nodira Yoʻldosheva", "+998901230001", "14.05.1996", False, "Nodira",
        "uyqum yomon", "sleep", "otam hushidan ketdi nafas olmayapti", "Profilaktik", "Laylo",
        "Toshkent shahri", "Chilonzor",
    ),
    Role(
        "uz_Cyrl", "Zulfiya", "Зулфия Ҳамидова", "+998901230002", "14.05.1996", False, "Зулфия",
        "чекишни қандай ташласам бўлади", "smoking", "отам ҳушидан кетди нафас олмаяпти", "Профилактик", "Лайло",
        "Тошкент шаҳри", "Чилонзор",
    ),
    Role(
        "ru", "Boris", "Борис Ким", "+998971234567", "15.03.1980", True, "Борис",
        "как снизить давление", "blood_pressure", "муж потерял сознание и не дышит", "Профилактический", "Лейла",
    ),
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.language)
async def test_a_citizen_lives_through_everything(demo: Demo, meet, role: Role) -> None:
    citizen = await meet(role.name, "ru" if role.language == "ru" else "uz", role.phone)
    await says_hello_and_agrees(citizen, role)
    await is_recognised(citizen, role)
    await finds_the_way_around(citizen, role)
    await gets_advice(citizen, role)
    await books_moves_and_cancels(demo, citizen, role)
    await reads_the_passport(demo, citizen, role)
    await adds_a_child_and_is_reminded(citizen, role)
    await sets_everything(citizen, role)
    await is_forgotten(demo, citizen, role)


async def says_hello_and_agrees(citizen: Player, role: Role) -> None:
    say = role.language
    await citizen.says("/start")
    await citizen.sees("Assalomu alaykum!", "Здравствуйте!")
    await citizen.presses(LANGUAGE_BUTTON[say], "start:lang:")
    await citizen.sees(
        word("I keep them while you use me. To take your consent back: Settings → My data.", say)
    )
    await citizen.presses(word("More", say), "start:consent")
    await citizen.sees("2026-11")
    await citizen.presses(word("I agree", say), "start:consent:yes")


async def is_recognised(citizen: Player, role: Role) -> None:
    say = role.language
    await citizen.sees(word("Send your phone number with the button below: the clinic knows you by it.", say))
    await citizen.shares_contact(phone_number="+998930000000", first_name="X", user_id=999)
    await citizen.sees(word("This is another person's number. Send your own with the button below.", say))
    await citizen.shares_contact()
    await citizen.sees(word("When were you born? Write it like this: 15.03.1990", say))
    await citizen.says("01.01.2035")
    await citizen.sees()
    await citizen.says(role.born)
    if role.known:
        await citizen.sees("✅", role.first_name)
        return
    await citizen.sees(word("What is your name and surname?", say))
    await citizen.says("<b>Robert'); DROP TABLE people;--</b>")
    await citizen.sees()
    await citizen.says(role.full_name)
    await citizen.presses(word("Female", say), "form:")
    await citizen.presses(role.region, "form:")
    await citizen.presses(role.district, "form:")
    await citizen.sees("✅", role.first_name)


async def finds_the_way_around(citizen: Player, role: Role) -> None:
    say = role.language
    await citizen.says("/menu")
    await citizen.sees(role.first_name)
    await citizen.says("/help")
    await citizen.sees(word("I can:", say), "103")
    await citizen.says("brrr zzz qwx")
    await citizen.sees()
    await citizen.sends("voice")
    await citizen.sees(
        word(
            "I cannot listen to voice messages yet. Please write it in a few words. Danger to life? Call 103.",
            say,
        )
    )
    await citizen.says("/menu")
    await citizen.sees(role.first_name)
    menu = await citizen.last_from_bot()
    await citizen.presses_data(menu["message_id"], "an:old:button")
    await citizen.sees(word("Choose below, please.", say))


async def gets_advice(citizen: Player, role: Role) -> None:
    say = role.language
    await citizen.says(role.question)
    await citizen.sees(advice.articles(say)[role.topic].title)
    await citizen.says(role.emergency)
    await citizen.sees("🚨", "103")
    await citizen.presses(word("Advice", say))
    await citizen.presses(advice.articles(say)["sleep"].title, "adv:show:sleep")
    await citizen.presses(word("More", say), "adv:more:sleep")
    await citizen.sees(word("Was it helpful?", say))
    await citizen.presses(word("Yes", say), "adv:yes:sleep")


async def books_moves_and_cancels(demo: Demo, citizen: Player, role: Role) -> None:
    say = role.language
    await citizen.presses(word("Book a visit", say))
    await chooses_a_time(citizen, role, which=0)
    await citizen.presses(word("Book", say), "bk:yes")
    await citizen.sees("✅", "12")
    assert len(booked(demo, citizen)) == 1
    await citizen.says("/visits")
    await citizen.presses(word("Move", say), "ap:move:")
    await citizen.presses("", "bk:day:")
    await citizen.presses_nth(2, "bk:slot:")
    await citizen.presses(word("Move", say), "bk:yes")
    await citizen.sees("✅", "12")
    assert len(booked(demo, citizen)) == 1
    await citizen.says("/visits")
    await citizen.presses(word("Cancel visit", say), "ap:cancel:")
    await citizen.presses(word("Yes, cancel", say), "ap:yes:")
    await citizen.sees_no_button("ap:yes:")
    assert booked(demo, citizen) == []


async def chooses_a_time(citizen: Player, role: Role, which: int) -> None:
    await citizen.presses(role.service, "bk:svc:checkup")
    await citizen.presses("12", "bk:cl:")
    await citizen.presses("", "bk:day:")
    await citizen.presses_nth(which, "bk:slot:")


async def reads_the_passport(demo: Demo, citizen: Player, role: Role) -> None:
    await citizen.presses(word("My passport", role.language))
    card = await citizen.sees("🪪", role.first_name, role.born)
    assert card["has_protected_content"]
    assert demo.rows(
        "SELECT 1 FROM audit_events e JOIN chats c ON c.person_id = e.person_id"
        " WHERE c.id = :chat AND e.action = 'passport.look'",
        chat=citizen.chat_id,
    )


async def adds_a_child_and_is_reminded(citizen: Player, role: Role) -> None:
    """The reminder comes by itself; its five buttons, and the list of what is left."""
    say, born = role.language, day_of(datetime.now(UTC)) - timedelta(days=371)
    await citizen.says("/family")
    await citizen.presses(word("Add", say), "fam:add")
    await citizen.presses(word("Child", say), "form:")
    await citizen.says(role.child)
    await citizen.sees(word("When were they born? Write it like this: 15.03.2024", say))
    await citizen.says(born.strftime("%d.%m.%Y"))
    await citizen.presses(word("Female", say), "form:")
    reminder = await citizen.sees("🔔", role.child, within_s=180)
    about_child = [b["callback_data"] for b in buttons(reminder)]
    for verb in ("book", "done", "later", "why", "stop"):
        assert any(data.startswith(f"rem:{verb}:") for data in about_child)
    await citizen.presses_data(reminder["message_id"], next(d for d in about_child if "rem:why:" in d))
    await citizen.sees(word("I keep to the national calendar. Your clinic can tell you more.", say))
    await citizen.presses_data(
        reminder["message_id"], next(d for d in reversed(about_child) if "rem:book:" in d)
    )
    await citizen.presses(word("Choose a time", say), "bk:start:")
    await citizen.presses(word("Cancel", say), "bk:no")
    await citizen.sees(word("All right, I left it.", say))
    await citizen.presses_data(reminder["message_id"], next(d for d in about_child if "rem:later:" in d))
    await citizen.sees(word("All right, I will remind you in 3 days.", say))
    await citizen.says("/reminders")
    await citizen.presses(word("Done", say), "rem:done:")
    await citizen.sees(word("✅ Well done! I will not remind of it again.", say))
    await citizen.says("/reminders")
    await citizen.presses(word("Stop", say), "rem:stop:")
    await citizen.sees(word("This reminder is stopped. To stop all of them: /stop", say))


async def sets_everything(citizen: Player, role: Role) -> None:
    say = role.language
    await citizen.presses(word("Settings", say))
    await citizen.presses(word("Reminders", say), "set:reminders")
    await citizen.presses(word("Only SMS", say), "set:channel:sms")
    await citizen.presses("13:00–18:00", "set:hours:")
    await citizen.sees(word("Only SMS", say), "13:00")
    await citizen.says("/stop")
    await citizen.presses(word("Start again", say), "set:resume")
    await citizen.sees(word("✅ Reminders are on again.", say))
    await citizen.says("/language")
    other: Language = "uz" if say == "ru" else "ru"
    await citizen.presses(LANGUAGE_BUTTON[other], "start:lang:")
    await citizen.sees(word("✅ We speak English.", other))
    await citizen.says("/language")
    await citizen.presses(LANGUAGE_BUTTON[say], "start:lang:")
    await citizen.sees(word("✅ We speak English.", say))


async def is_forgotten(demo: Demo, citizen: Player, role: Role) -> None:
    say = role.language
    await citizen.says("/mydata")
    await citizen.sees(role.first_name, word("<b>What I keep about you</b>", say)[3:-4])
    await citizen.presses(word("Delete everything about me", say), "set:delete")
    await citizen.presses(word("Yes, delete", say), "set:delete:yes")
    await citizen.sees(word("Everything about you is deleted. Be healthy!", say))
    assert demo.rows("SELECT person_id FROM chats WHERE id = :chat", chat=citizen.chat_id) == [(None,)]
    await citizen.says("/start")
    await citizen.sees(
        word("I keep them while you use me. To take your consent back: Settings → My data.", say)
    )


def booked(demo: Demo, citizen: Player) -> list[tuple[object, ...]]:
    return demo.rows(
        "SELECT a.id FROM appointments a JOIN chats c ON c.person_id = a.person_id"
        " WHERE c.id = :chat AND a.status = 'booked'",
        chat=citizen.chat_id,
    )


async def test_without_consent_there_is_advice_and_no_record(demo: Demo, meet) -> None:
    sardor = await meet("Sardor", "uz", "+998901230009")
    await sardor.says("/start")
    await sardor.presses("Oʻzbekcha", "start:lang:")
    await sardor.presses(word("No", "uz"), "start:consent:no")
    await sardor.says("uyqum yomon")
    await sardor.sees(advice.articles("uz")["sleep"].title)
    assert demo.rows("SELECT person_id FROM chats WHERE id = :chat", chat=sardor.chat_id) == [(None,)]


async def test_stop_by_sms_pauses_gulnoras_reminders_and_start_brings_them_back(
    demo: Demo, http: httpx.AsyncClient
) -> None:
    paused = "SELECT 1 FROM people WHERE phone IS NOT NULL AND language = 'uz_Cyrl' AND reminders_paused_at IS NOT NULL"

    async def arrived() -> list[dict]:
        return (await http.get(f"/api/phones/{GULNORA}/sms")).json()

    await until(arrived, "Gulnora's SMS")
    answer = (await http.post(f"/api/phones/{GULNORA}/sms", json={"text": "STOP"})).json()
    assert (answer["webhook_status"], answer["opted_out"]) == (200, True)
    assert demo.rows(paused)
    await http.post(f"/api/phones/{GULNORA}/sms", json={"text": "START"})
    assert demo.rows(paused) == []
