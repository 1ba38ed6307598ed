"""The reminder board as nurses use it: look, hold, release, send, try again; the trial and the forecast; each asked first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from starlette.requests import Request

from admin.routes import reminders as pages
from admin.routes.reminders_ahead import Ahead, money
from core import failure_words
from core.deliveries import Hours
from core.forecast_messages import Total
from core.reminder_board import Asked
from core.urging import CannotSend
from db.booking import Clinic
from db.people import AuditEvent, Person
from db.reminders import Delivery, Occurrence, Reminder
from db.staff import StaffMember
from services import claims, reminders
from tests.deliveries import occurrences, person, promise

EVIL = '<script>alert("x")</script>'


@pytest.fixture
def settings(settings):
    """Never quiet, so that the tests may run at night."""
    return settings.model_copy(update={"quiet_from_hour": 24, "quiet_to_hour": 0})


@pytest.fixture
async def nurse(browser, cast):
    await browser.sign_in("charos")
    return browser


@pytest.fixture
async def boss(browser, cast):
    await browser.sign_in("aziz")
    return browser


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


async def claimed(database) -> list[object]:
    """What a worker would begin now."""
    return list(await claims.claim(database, "w", moment(), 10, 60, hours=Hours(24, 0)))


def moment() -> datetime:
    return datetime.now(UTC)


async def a_reminder(database, *, plan: bool = True, **more) -> int:
    one = await person(database, moment(), **({"chat_id": 1001} | more))
    reminder_id = await promise(database, moment(), one)
    if plan:
        await reminders.plan(database, moment(), hours=Hours(24, 0))
    return reminder_id


async def failed(database, reminder_id: int, error: str = "telegram: forbidden") -> int:
    (one,) = await occurrences(database)
    async with database.transaction() as session:
        await session.execute(update(Occurrence).values(state="failed", reason="failed", lead_id=one.id))
        session.add(
            Delivery(
                key="k",
                occurrence_id=one.id,
                person_id=one.person_id,
                channel="telegram",
                address="1001",
                state="failed",
                error=error,
                created_at=moment(),
            )
        )
    return one.id


async def actions(database) -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.actor == "staff").order_by(AuditEvent.id)
    async with database.transaction() as session:
        return [one for one in await session.scalars(query) if not one.startswith("staff.")]


@pytest.mark.parametrize(
    ("language", "waits", "failed_words", "why"),
    [
        ("uz", "Kutmoqda", "Yetib bormagan", "botni bloklagan"),
        ("ru", "Ждёт", "Не дошли", "заблокировал бота"),
    ],
)
async def test_the_board_counts_lists_and_says_why_in_words(
    nurse, database, language, waits, failed_words, why
):
    await nurse.submit("/language", {"language": language, "next": "/admin/"})
    reminder_id = await a_reminder(database)
    await nurse.open("/reminders")
    assert waits in nurse.text
    assert "Aziza Karimova" in nurse.text
    await failed(database, reminder_id)
    await nurse.open("/reminders?state=failed&kind=vaccination&channel=telegram&page=1")
    assert failed_words in nurse.text
    assert why in nurse.text
    assert "forbidden" not in nurse.text
    async with database.transaction() as session:
        await session.execute(update(Occurrence).values(state="unknown", reason="unknown"))
        await session.execute(update(Delivery).values(state="unknown", error="telegram: no answer"))
    await nurse.open("/reminders?state=unknown")
    assert nurse.text.lower().count(failure_words.why("no answer").render(language)) == 1
    await nurse.open("/reminders?state=failed&kind=screening")
    assert "Aziza" not in nurse.text
    assert "reminder.list" in await actions(database)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", Asked()),
        (
            "state=held&kind=screening&channel=sms&clinic=3&page=2",
            Asked("held", "screening", "sms", 3, None, 2),
        ),
        ("state='; DROP&kind=x&channel=pigeon&clinic=-1&day=31.12&page=0", Asked()),
        ("clinic=99999999999999999999&day=0001-01-01&page=" + "9" * 30, Asked()),
        ("page=999999", Asked(page=pages.MOST_PAGES)),
    ],
)
def test_the_address_of_the_board_is_read_with_care(query, asked):
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    assert pages.asked_for(request) == asked
    assert pages.address(asked, state="due").startswith("/admin/reminders?state=due")


async def test_a_day_narrows_the_board_and_a_page_too_far_is_empty(nurse, database):
    await a_reminder(database)
    answer = await nurse.open("/reminders?day=2020-01-01")
    assert answer.status_code == 200
    assert "Aziza" not in nurse.text
    assert (await nurse.open("/reminders?page=7")).status_code == 200


async def test_holding_asks_first_is_shown_and_is_released_again(nurse, database):
    one = await a_reminder(database)
    assert (await nurse.open(f"/reminders/{one}/hold")).status_code == 200
    async with database.transaction() as session:
        assert (await session.get_one(Reminder, one)).held_at is None
    for _press in range(2):
        assert (await nurse.submit(f"/reminders/{one}/hold")).status_code == 303
    await nurse.open(f"/reminders/{one}")
    assert "Charos" in nurse.text
    await nurse.open("/reminders?state=held")
    assert "Aziza Karimova" in nurse.text
    assert await claimed(database) == []
    await nurse.submit(f"/reminders/{one}/release")
    assert len(await claimed(database)) == 1
    assert [a for a in await actions(database) if a in ("reminder.hold", "reminder.release")] == [
        "reminder.hold",
        "reminder.release",
    ]


async def test_a_button_that_makes_no_sense_now_leads_back(nurse, database):
    one = await a_reminder(database)
    for act in ("release", "retry"):
        answer = await nurse.open(f"/reminders/{one}/{act}")
        assert answer.headers["location"] == f"/admin/reminders/{one}"
    await nurse.submit(f"/reminders/{one}/hold")
    assert (await nurse.open(f"/reminders/{one}/send")).headers["location"] == f"/admin/reminders/{one}"
    assert (await nurse.open(f"/reminders/{one}/explode")).status_code == 404
    assert (await nurse.submit(f"/reminders/{one}/explode")).status_code == 404
    assert (await nurse.submit("/reminders/999/hold")).status_code == 404


async def test_send_now_shows_the_words_and_sends_once(nurse, database):
    one = await a_reminder(database, plan=False)
    await nurse.open(f"/reminders/{one}/send")
    assert "Rejalashtirilgan tashrif vaqti keldi" in nurse.text or "🔔" in nurse.text
    for _press in range(2):
        assert (
            await nurse.submit(f"/reminders/{one}/send", {"step": "day-1", "any_hour": "yes"})
        ).status_code == 303
    (moment_row,) = await occurrences(database)
    assert moment_row.urged_at is not None
    assert (await actions(database)).count("reminder.send_now") == 1


async def test_who_stopped_reminders_gets_nothing_and_the_nurse_reads_why(nurse, database):
    one = await a_reminder(database, reminders_paused_at=moment())
    page = await nurse.open(f"/reminders/{one}/send")
    assert CannotSend("paused").text.render("uz") in nurse.text
    assert 'class="btn btn-lg btn-primary"' not in page.text
    await nurse.submit(f"/reminders/{one}/send", {"step": "day-1", "any_hour": "yes"})
    await nurse.open(f"/reminders/{one}")
    assert CannotSend("paused").text.render("uz") in nurse.text
    assert [row.urged_at for row in await occurrences(database)] == [None]


async def test_a_reminder_with_nothing_to_come_is_not_sent(nurse, database):
    one = await a_reminder(database)
    async with database.transaction() as session:
        await session.execute(update(Occurrence).values(state="sent"))
        await session.execute(update(Reminder).values(next_step=None, next_at=None))
    assert (await nurse.open(f"/reminders/{one}/send")).status_code == 303
    await nurse.submit(f"/reminders/{one}/send", {"step": "day+3"})
    await nurse.open(f"/reminders/{one}")
    assert CannotSend("changed").text.render("uz") in nurse.text


async def test_a_failed_one_is_tried_again_and_a_forged_moment_changes_nothing(nurse, database):
    one = await a_reminder(database)
    moment_id = await failed(database, one)
    assert f'value="{moment_id}"' in (await nurse.open(f"/reminders/{one}/retry")).text
    for forged in ("999999", "x", ""):
        await nurse.submit(f"/reminders/{one}/retry", {"moment": forged})
        assert [row.state for row in await occurrences(database)] == ["failed"]
    await nurse.submit(f"/reminders/{one}/retry", {"moment": str(moment_id)})
    assert [row.state for row in await occurrences(database)] == ["due"]


async def test_nothing_changes_without_the_token(nurse, visitor, database, clinics):
    one = await a_reminder(database)
    cookies = dict(nurse.cookies)
    async with visitor() as thief:
        thief.cookies.update(cookies)
        for path in (
            f"/reminders/{one}/hold",
            f"/reminders/{one}/send",
            f"/reminders/clinics/{clinics[0]}/hold",
            "/reminders/trial/switch/on",
            "/reminders/trial/people",
        ):
            assert (await thief.post(f"/admin{path}", data={"step": "day-1"})).status_code == 403, path
    async with database.transaction() as session:
        assert (await session.get_one(Reminder, one)).held_at is None


async def test_a_nurse_of_one_clinic_sees_and_touches_her_own_only(nurse, database, clinics):
    async with database.transaction() as session:
        await session.execute(update(StaffMember).values(clinic_id=clinics[0]))
    own = await a_reminder(database, clinic_id=clinics[0])
    other = await a_reminder(database, name="Boris", chat_id=1002, clinic_id=clinics[1])
    await nurse.open("/reminders")
    assert "Aziza" in nurse.text
    assert "Boris" not in nurse.text
    await nurse.open("/reminders/ahead?span=day")
    assert "Boris" not in nurse.text
    assert (await nurse.open(f"/reminders/{own}")).status_code == 200
    for path in (
        f"/reminders/{other}",
        f"/reminders/{other}/send",
        "/reminders/people/2",
        f"/reminders/clinics/{clinics[1]}/hold",
    ):
        assert (await nurse.open(path)).status_code == 404, path
    for path in (f"/reminders/{other}/hold", f"/reminders/clinics/{clinics[1]}/hold"):
        assert (await nurse.submit(path)).status_code == 404, path
    await nurse.open("/reminders/clinics")
    assert "12-poliklinika" in nurse.text
    assert "34-poliklinika" not in nurse.text


async def test_a_whole_clinic_is_held_and_released_in_two_steps_each(nurse, database, clinics):
    await a_reminder(database, clinic_id=clinics[0])
    path = f"/reminders/clinics/{clinics[0]}"
    assert (await nurse.open(f"{path}/release")).status_code == 303
    assert (await nurse.open(f"{path}/hold")).status_code == 200
    for _press in range(2):
        await nurse.submit(f"{path}/hold")
    for page in ("/reminders", "/reminders/1", "/reminders/people/1", "/reminders/ahead"):
        await nurse.open(page)
        assert "12-poliklinika" in nurse.text, page
    assert await claimed(database) == []
    await nurse.open("/reminders/clinics")
    assert "Charos" in nurse.text
    await nurse.submit(f"{path}/release")
    assert len(await claimed(database)) == 1
    assert (await nurse.open(f"{path}/explode")).status_code == 404


async def test_the_trial_is_switched_listed_and_shown_on_every_page_of_reminders(boss, database):
    await a_reminder(database, phone="+998901234567")
    await boss.open("/reminders/trial/switch/on")
    for _press in range(2):
        await boss.submit("/reminders/trial/switch/on")
    await boss.open("/reminders")
    assert "Sinov ketmoqda" in boss.text
    assert await claimed(database) == []
    await boss.submit("/reminders/trial/people", {"number": "12"})
    await boss.open("/reminders/trial")
    assert "+998" in boss.text
    for _press in range(2):
        answer = await boss.submit("/reminders/trial/people", {"number": "90 123 45 67"})
        assert "901234567" not in answer.headers["location"]
    await boss.open("/reminders/trial")
    assert "Aziza Karimova" in boss.text
    assert len(await claimed(database)) == 1
    for _press in range(2):
        await boss.submit("/reminders/trial/people/1/remove")
    await boss.submit("/reminders/trial/switch/off")
    await boss.open("/reminders")
    assert "Sinov ketmoqda" not in boss.text
    assert (await boss.open("/reminders/trial/switch/maybe")).status_code == 404
    done = [one for one in await actions(database) if one.startswith("trial.") and one != "trial.look"]
    assert done == ["trial.on", "trial.add", "trial.remove", "trial.off"]


async def test_the_dry_run_shows_words_as_their_reader_will_see_them_and_changes_nothing(nurse, database):
    await a_reminder(database, plan=False)
    await a_reminder(
        database, plan=False, name="Gulnora", chat_id=None, phone="+998935557788", language="uz_Cyrl"
    )
    await nurse.open("/reminders/ahead")
    assert "🔔" in nurse.text
    assert "To'xtatish: STOP" in nurse.text
    assert await occurrences(database) == []
    assert (await nurse.open("/reminders/ahead?span=century")).status_code == 200


async def test_a_message_no_words_can_be_made_of_does_not_close_the_page(nurse, database, monkeypatch):
    await a_reminder(database)
    monkeypatch.setattr(pages.notice_words, "compose", lambda *_a, **_k: 1 / 0)
    answer = await nurse.open("/reminders/ahead")
    assert answer.status_code == 200


async def test_a_name_with_markup_stays_text_on_every_page_of_reminders(nurse, database, clinics):
    one = await a_reminder(database, name=EVIL)
    async with database.transaction() as session:
        await session.execute(update(Person).values(name=EVIL))
        await session.execute(update(Clinic).values(name_uz=EVIL, name_ru=EVIL))
    await nurse.submit(f"/reminders/clinics/{clinics[0]}/hold")
    for path in (
        "/reminders",
        "/reminders/list",
        f"/reminders/{one}",
        f"/reminders/{one}/hold",
        f"/reminders/{one}/send",
        "/reminders/people/1",
        "/reminders/ahead?span=day",
        "/reminders/ahead/forecast",
        "/reminders/clinics",
    ):
        answer = await nurse.open(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path


async def test_the_forecast_names_its_assumptions_and_makes_no_price_up(nurse, database, clinics):
    tomorrow = moment() + timedelta(days=1)
    aziza = await person(database, moment(), phone="+998901234567", clinic_id=clinics[0])
    await promise(database, moment(), aziza, at=tomorrow, due_on=(tomorrow + timedelta(days=1)).date())
    await nurse.open("/reminders/ahead/forecast")
    assert "narx kiritilmagan" in nurse.text
    assert "12-poliklinika" in nurse.text
    assert "Bu qanday hisoblangan" in nurse.text
    await nurse.open(f"/reminders/ahead/forecast?clinic={clinics[1]}")
    assert nurse.page.status_code == 200
    assert (await nurse.open("/reminders/ahead/forecast?clinic=999")).status_code == 200


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({}, None),
        ({"eskiz_email": "a@b.uz"}, None),
        ({"eskiz_email": "a@b.uz", "eskiz_segment_price": 12.5}, "1\u00a0250 (Eskiz)"),
        ({"eskiz_email": "a@b.uz", "eskiz_segment_price": 12.5, "twilio_account_sid": "AC1"}, None),
        ({"sms_providers": ("pigeon",)}, None),
    ],
)
def test_a_cost_is_shown_only_when_every_price_is_set(settings, database, more, shown):
    page = Ahead(database, settings.model_copy(update=more))
    cost = page.cost(Total(5, 60, 100))
    assert (cost.render("uz") if cost else None) == shown


def test_money_is_written_as_people_write_it_here():
    assert [money(Decimal(one)) for one in ("1234567.5", "12", "0.30")] == [
        "1\u00a0234\u00a0567,50",
        "12",
        "0,30",
    ]
