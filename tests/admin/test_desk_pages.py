"""The pages of nurses and administrators, as they are used: find, mark, answer, add."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core import people as people_rules
from db.booking import Appointment, Clinic, Slot
from db.people import AuditEvent, Person
from db.reminders import Occurrence, Reminder
from db.staff import StaffMember
from services import people, questions

EVIL = '<script>alert("x")</script>'


@pytest.fixture
async def nurse(browser, cast):
    await browser.sign_in("charos")
    return browser


@pytest.fixture
async def aziza(database):
    now = datetime.now(UTC)
    await people.choose_language(database, 1001, "uz", now)
    await people.give_consent(database, 1001, "uz", now)
    profile = people_rules.Profile("Aziza Karimova", date(1990, 3, 15), "female", "1726", "chilonzor")
    return await people.register(database, 1001, "+998901234567", profile, now)


@pytest.fixture
async def visit_id(database, aziza):
    """An hour ago."""
    now = datetime.now(UTC)
    async with database.transaction() as session:
        clinic = Clinic(
            name_uz="12-poliklinika",
            name_ru="Поликлиника 12",
            address_uz="a",
            address_ru="a",
            hours="8–18",
            region="1726",
            district="chilonzor",
        )
        session.add(clinic)
        await session.flush()
        at = now - timedelta(hours=1)
        slot = Slot(
            clinic_id=clinic.id,
            service="therapist",
            room="3",
            starts_at=at,
            ends_at=at + timedelta(minutes=15),
        )
        session.add(slot)
        await session.flush()
        row = Appointment(
            slot_id=slot.id, person_id=aziza.id, status="booked", created_at=now, changed_at=now
        )
        session.add(row)
        await session.flush()
        return row.id


async def test_a_nurse_finds_a_person_by_phone_and_the_number_stands_in_no_address(nurse, aziza, database):
    answer = await nurse.submit("/people/find", {"number": "90 123 45 67"})
    assert answer.status_code == 303
    assert "901234567" not in answer.headers["location"]
    page = await nurse.get(answer.headers["location"])
    assert "Aziza Karimova" in page.text
    async with database.transaction() as session:
        looks = list(await session.scalars(select(AuditEvent.action).where(AuditEvent.actor == "staff")))
    assert looks[-2:] == ["person.search", "person.look"]


async def test_a_wrong_number_is_answered_with_how_to_write_it(nurse, aziza):
    await nurse.submit("/people/find", {"number": "12345"})
    await nurse.open("/people/list")
    assert "+998" in nurse.text


async def test_a_seal_of_a_search_opens_no_other_person_and_helps_no_colleague(
    nurse, visitor, cast, aziza, database
):
    async with database.transaction() as session:
        now = datetime.now(UTC)
        clinics = [
            Clinic(name_uz="1", name_ru="1", address_uz="", address_ru="", hours="", region="", district="")
            for _n in range(2)
        ]
        session.add_all(clinics)
        await session.flush()
        other = Person(
            name="Boris", birth_date=date(1980, 1, 1), sex="male", clinic_id=clinics[1].id, created_at=now
        )
        session.add(other)
        await session.execute(update(StaffMember).values(clinic_id=clinics[0].id))
        await session.execute(update(Person).where(Person.id == aziza.id).values(clinic_id=clinics[1].id))
        await session.flush()
        other_id = other.id
    answer = await nurse.submit("/people/find", {"number": "901234567"})
    seal = answer.headers["location"].split("found=")[1]
    assert (await nurse.open(f"/people/{aziza.id}?found={seal}")).status_code == 200
    assert (await nurse.open(f"/people/{aziza.id}")).status_code == 404
    assert (await nurse.open(f"/people/{other_id}?found={seal}")).status_code == 404
    assert (await nurse.open(f"/people/{aziza.id}?found={seal}x")).status_code == 404
    async with visitor() as colleague:
        await colleague.sign_in("aziz")
        assert (await colleague.open(f"/people/{aziza.id}?found={seal}")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/people/999", "/appointments/999", "/reminders/999", "/questions/999", "/people/" + "9" * 30]
)
async def test_a_forged_number_is_a_friendly_404(nurse, path):
    answer = await nurse.open(path)
    assert answer.status_code == 404
    assert "/admin/" in answer.text


async def test_a_name_with_markup_is_shown_as_written_everywhere(nurse, aziza, visit_id, database):
    async with database.transaction() as session:
        await session.execute(update(Person).values(name=EVIL))
    question_id = await questions.ask(database, 1001, aziza.id, EVIL, datetime.now(UTC))
    for path in (
        "/people/list",
        f"/people/{aziza.id}",
        "/appointments/list?show=past",
        f"/appointments/{visit_id}",
        f"/appointments/{visit_id}/fulfilled",
        "/questions",
        f"/questions/{question_id}",
        "/reminders/list",
    ):
        answer = await nurse.open(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text, path
    assert "&lt;script&gt;" in (await nurse.open(f"/people/{aziza.id}")).text


async def test_marking_a_visit_asks_first_and_says_what_happens(nurse, visit_id, database):
    page = await nurse.open(f"/appointments/{visit_id}/noshow")
    assert page.status_code == 200
    async with database.transaction() as session:
        assert (await session.get_one(Appointment, visit_id)).status == "booked"
    assert (await nurse.submit(f"/appointments/{visit_id}/noshow")).status_code == 303
    async with database.transaction() as session:
        assert (await session.get_one(Appointment, visit_id)).status == "noshow"


@pytest.mark.parametrize("outcome", ["deleted", "booked", "fulfilled; DROP TABLE"])
async def test_a_forged_outcome_changes_nothing(nurse, visit_id, outcome, database):
    assert (await nurse.submit(f"/appointments/{visit_id}/{outcome}")).status_code == 404
    async with database.transaction() as session:
        assert (await session.get_one(Appointment, visit_id)).status == "booked"


async def test_an_answer_reaches_the_chat_that_asked_and_only_the_first_one(nurse, aziza, database):
    question_id = await questions.ask(database, 1001, aziza.id, "Emlash kerakmi?", datetime.now(UTC))
    answer = await nurse.submit(f"/questions/{question_id}", {"answer": "  "})
    assert answer.status_code == 422
    assert (await nurse.submit(f"/questions/{question_id}", {"answer": "Ha, keling."})).status_code == 303
    assert [one.text for one in await questions.to_bring(database)] == ["Ha, keling."]
    late = await nurse.submit(f"/questions/{question_id}", {"answer": "Mening javobim"})
    assert late.status_code == 409
    assert "Mening javobim" in late.text  # what the second nurse wrote is not lost
    assert [one.text for one in await questions.to_bring(database)] == ["Ha, keling."]


async def test_an_administrator_adds_a_member_who_can_sign_in(browser, visitor, cast):
    await browser.sign_in("aziz")
    data = {"name": "Barno", "login": "barno", "role": "nurse", "language": "ru", "password": "qisqa"}
    answer = await browser.submit("/staff/new", data)
    assert answer.status_code == 422
    assert 'value="Barno"' in answer.text
    assert "qisqa" not in answer.text
    data["password"] = "uzun va gʻalati parcha"
    assert (await browser.submit("/staff/new", data)).status_code == 303
    async with visitor() as barno:
        await barno.sign_in("barno", "uzun va gʻalati parcha")
        page = await barno.open("/")
        assert '<html lang="ru"' in page.text


async def test_an_administrator_locks_a_member_out_at_once(browser, visitor, cast):
    async with visitor() as nurse:
        await nurse.sign_in("charos")
        assert (await nurse.open("/")).status_code == 200
        await browser.sign_in("aziz")
        await browser.submit(f"/staff/{cast['charos'].id}", {"do": "disable"})
        assert (await nurse.open("/")).status_code == 303


async def test_the_only_administrator_is_told_why_they_cannot_lock_themselves_out(browser, cast):
    await browser.sign_in("aziz")
    answer = await browser.submit(f"/staff/{cast['aziz'].id}", {"do": "disable"})
    assert answer.status_code == 422


async def test_the_language_is_chosen_by_a_press_and_remembered(browser, visitor, cast):
    await browser.sign_in("dilshod")
    assert '<html lang="uz"' in (await browser.open("/articles")).text
    answer = await browser.submit("/language", {"language": "ru", "next": "/admin/articles"})
    assert answer.headers["location"] == "/admin/articles"
    assert '<html lang="ru"' in (await browser.open("/articles")).text
    async with visitor() as elsewhere:
        await elsewhere.sign_in("dilshod")
        assert '<html lang="ru"' in (await elsewhere.open("/")).text


async def test_a_fault_of_ours_is_a_page_with_a_number_and_no_detail(browser, cast, monkeypatch, capsys):
    await browser.sign_in("dilshod")

    async def broken(*_args):
        raise RuntimeError("secret +998901234567")

    monkeypatch.setattr("services.editing.overview", broken)
    answer = await browser.open("/articles")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert 'class="reference"' in answer.text
    written = capsys.readouterr()
    assert "998901234567" not in written.out + written.err


async def test_health_says_whether_the_database_answers(browser):
    answer = await browser.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.fixture
async def coming_visit(database, aziza, visit_id):
    """The day after tomorrow, with another free time an hour later."""
    at = datetime.now(UTC).replace(minute=0) + timedelta(days=2)
    async with database.transaction() as session:
        row = await session.get_one(Appointment, visit_id)
        clinic = row.slot.clinic_id
        row.slot.starts_at, row.slot.ends_at = at, at + timedelta(minutes=15)
        later = Slot(
            clinic_id=clinic,
            service="therapist",
            room="4",
            starts_at=at + timedelta(hours=1),
            ends_at=at + timedelta(hours=2),
        )
        session.add(later)
    return visit_id, later.id


async def test_a_visit_is_moved_to_a_free_time_and_the_person_is_told(nurse, database, coming_visit):
    visit_id, slot_id = coming_visit
    await nurse.open(f"/appointments/{visit_id}")
    assert "Qabulni koʻchirish" in nurse.text
    page = await nurse.open(f"/appointments/move/{visit_id}")
    assert f'value="{slot_id}"' in page.text
    await nurse.submit(f"/appointments/move/{visit_id}", {"slot": "x"}, follow_redirects=True)
    assert "Vaqtlardan birini tanlang." in nurse.text
    await nurse.submit(f"/appointments/move/{visit_id}", {"slot": str(slot_id)}, follow_redirects=True)
    assert "Qabul koʻchirildi." in nurse.text
    async with database.transaction() as session:
        steps = list(await session.scalars(select(Occurrence.step)))
    assert steps == ["moved"]
    await nurse.open(f"/appointments/move/{visit_id}")
    assert nurse.page.headers["location"].endswith(f"/appointments/{visit_id}")


async def test_staff_are_asked_to_call_whom_no_message_reaches(nurse, database, aziza, coming_visit):
    visit_id, _slot_id = coming_visit
    await people.withdraw_consent(database, 1001, datetime.now(UTC))
    await nurse.open(f"/appointments/{visit_id}/cancelled")
    await nurse.submit(f"/appointments/{visit_id}/cancelled", follow_redirects=True)
    assert "Qoʻngʻiroq qiling" in nurse.text


async def test_that_a_person_died_is_written_down_in_two_steps_and_can_be_taken_back(nurse, database, aziza):
    await nurse.open(f"/people/{aziza.id}")
    assert "Vafot etgan" in nurse.text
    assert "Keyingi qadamlar" in nurse.text
    await nurse.open(f"/people/{aziza.id}/died")
    assert "Aziza Karimova" in nurse.text
    for _twice in range(2):
        await nurse.submit(f"/people/{aziza.id}/died", follow_redirects=True)
    async with database.transaction() as session:
        assert (await session.get_one(Person, aziza.id)).deceased_on is not None
        live = Reminder.stopped_at.is_(None)
        assert list(await session.scalars(select(Reminder).where(live))) == []
    await nurse.open(f"/people/{aziza.id}")
    assert "Keyingi qadamlar" not in nurse.text  # nothing is due to the dead
    await nurse.open(f"/people/{aziza.id}/died/mistake")
    await nurse.submit(f"/people/{aziza.id}/died/mistake", follow_redirects=True)
    async with database.transaction() as session:
        assert (await session.get_one(Person, aziza.id)).deceased_on is None
        assert list(await session.scalars(select(Reminder).where(Reminder.stopped_at.is_(None))))
