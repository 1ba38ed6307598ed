"""A nurse at a person's record: doses, results, reasons not to vaccinate; slips told plainly and nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from core import chart as rules
from db.booking import Clinic
from db.people import AuditEvent, Person
from db.staff import StaffMember
from services import chart, programmes
from tests.deliveries import person

EVIL = '<script>alert("x")</script>'
BORN = datetime.now(UTC).date() - timedelta(days=430)
GIVEN = BORN + timedelta(days=70)


def written(day: date) -> str:
    return day.strftime("%d.%m.%Y")


@pytest.fixture
async def nurse(browser, cast):
    await browser.sign_in("charos")
    return browser


@pytest.fixture
async def madina(database):
    return await person(database, datetime.now(UTC), "Madina Karimova", born=BORN, consent=False)


async def read(database, person_id):
    found = await programmes.timeline(database, person_id, datetime.now(UTC))
    return await chart.read(database, person_id, found.verdicts)


async def actions(database):
    async with database.transaction() as session:
        return list(await session.scalars(select(AuditEvent.action).where(AuditEvent.actor == "staff")))


async def test_a_dose_is_recorded_with_lot_and_place_and_shown_with_its_verdict(nurse, madina, database):
    await nurse.open(f"/people/{madina}/doses?vaccine=penta")
    assert '<option value="penta" selected>' in nurse.page.text
    form = {
        "vaccine": "penta",
        "given_on": written(GIVEN),
        "lot": "A12",
        "site": "left_thigh",
        "place": "12-poliklinika",
    }
    answer = await nurse.submit(f"/people/{madina}/doses", form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/people/{madina}")
    (dose,) = (await read(database, madina)).doses
    assert (dose.vaccine, dose.on, dose.lot, dose.site, dose.entry.place, dose.entry.recorded_by) == (
        "penta",
        GIVEN,
        "A12",
        "left_thigh",
        "12-poliklinika",
        "Charos",
    )
    await nurse.open(f"/people/{madina}")
    for said in ("A12", "Chap son", "12-poliklinika", "Hisobga oʻtadi: ", "Gepatit B (1)"):
        assert said in nurse.text
    assert (await actions(database))[-2:] == ["person.look", "person.look"]
    assert "dose.record" in await actions(database)


async def test_a_dose_too_early_is_recorded_and_said_to_count_for_nothing(nurse, madina, database):
    form = {"vaccine": "penta", "given_on": written(BORN + timedelta(days=20))}
    assert (await nurse.submit(f"/people/{madina}/doses", form)).status_code == 303
    await nurse.open(f"/people/{madina}")
    assert "alert-warning" in nurse.page.text
    assert len((await read(database, madina)).doses) == 1


async def test_the_same_dose_again_is_a_word_and_another_lot_on_the_day_a_warning(nurse, madina, database):
    form = {"vaccine": "penta", "given_on": written(GIVEN), "lot": "A12"}
    for _n in range(2):
        assert (await nurse.submit(f"/people/{madina}/doses", form)).status_code == 303
    assert len((await read(database, madina)).doses) == 1
    await nurse.open(f"/people/{madina}")
    assert "ikki marta hisoblanmaydi" in nurse.text
    assert (await nurse.submit(f"/people/{madina}/doses", form | {"lot": "B7"})).status_code == 303
    await nurse.open(f"/people/{madina}")
    assert "ikki doza yozilgan" in nurse.text
    assert len((await read(database, madina)).doses) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"vaccine": ""}, "Vaksinani tanlang"),
        ({"vaccine": "smallpox"}, "Vaksinani tanlang"),
        ({"given_on": ""}, "15.03.2026"),
        ({"given_on": "kecha"}, "15.03.2026"),
        ({"given_on": "31.02.2026"}, "15.03.2026"),
        ({"given_on": "01.01.2099"}, "15.03.2026"),
        ({"given_on": "01.01.1999"}, "15.03.2026"),
        ({"site": "head"}, "roʻyxatdan"),
    ],
)
async def test_a_slip_in_a_dose_is_told_and_the_rest_stays(nurse, madina, database, wrong, said):
    form = {
        "vaccine": "penta",
        "given_on": written(GIVEN),
        "lot": "LOT<9>",
        "place": "Chilonzor \0 2",
    } | wrong
    answer = await nurse.submit(f"/people/{madina}/doses", form)
    assert answer.status_code == 422
    assert said in nurse.text
    assert 'value="LOT&lt;9&gt;"' in answer.text
    assert 'value="Chilonzor 2"' in answer.text
    if form["vaccine"] == "penta":
        assert '<option value="penta" selected>' in answer.text
    assert (await read(database, madina)).doses == ()


async def test_what_the_mother_told_is_confirmed_from_paper(nurse, madina, database):
    await programmes.record_dose(database, madina, "bcg", BORN, datetime.now(UTC), source="reported")
    (told,) = (await read(database, madina)).doses
    await nurse.open(f"/people/{madina}")
    assert "oʻz soʻzidan" in nurse.text
    path = f"/people/{madina}/doses/{told.entry.id}"
    await nurse.open(path)
    assert "Qogʻozda koʻrdingizmi" in nurse.text
    assert (await nurse.submit(path, {"site": "head", "lot": "B1"})).status_code == 422
    assert 'value="B1"' in nurse.page.text
    assert (await nurse.submit(path, {"lot": "B1", "site": "left_arm"})).status_code == 303
    (dose,) = (await read(database, madina)).doses
    assert (dose.entry.confirmed, dose.lot, dose.site) == (True, "B1", "left_arm")


async def test_a_slip_is_taken_back_in_two_steps_and_stays_visible(nurse, madina, database):
    await programmes.record_dose(database, madina, "bcg", BORN, datetime.now(UTC), source="confirmed")
    (dose,) = (await read(database, madina)).doses
    path = f"/people/{madina}/doses/{dose.entry.id}/mistaken"
    assert (await nurse.open(path)).status_code == 200
    assert not (await read(database, madina)).doses[0].entry.mistaken
    assert (await nurse.submit(path)).status_code == 303
    assert (await read(database, madina)).doses[0].entry.mistaken
    await nurse.open(f"/people/{madina}")
    assert "xato yozilgan" in nurse.text
    assert (await nurse.submit(path)).status_code == 303  # pressed twice: nothing more happens
    assert (await actions(database)).count("dose.take_back") == 1


@pytest.mark.parametrize("reason", rules.REASONS)
async def test_each_national_reason_is_recorded_shown_and_ended(nurse, madina, database, reason):
    until = written(datetime.now(UTC).date() + timedelta(days=60)) if reason == "OSTOCK" else ""
    form = {"vaccine": "mmr", "reason": reason, "until": until}
    assert (await nurse.submit(f"/people/{madina}/not-given", form)).status_code == 303
    (one,) = (await read(database, madina)).not_given
    assert one.reason == reason
    await nurse.open(f"/people/{madina}")
    assert f"({reason})" in nurse.text
    if reason == "OSTOCK":
        assert "vaksina tugagan" in nurse.text
        assert "Shifokor" not in nurse.text.split("Emlash va tekshiruvlar")[1]
    path = f"/people/{madina}/not-given/{one.id}/end"
    assert (await nurse.open(path)).status_code == 200
    assert (await nurse.submit(path)).status_code == 303
    assert (await read(database, madina)).not_given == ()
    assert (await nurse.open(path)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"vaccine": ""}, "Vaksinani tanlang"),
        ({"reason": ""}, "Nega emlanmasligini tanlang"),
        ({"reason": "OTHER"}, "Nega emlanmasligini tanlang"),
        ({"reason": "OSTOCK", "until": ""}, "15.03.2027"),
        ({"until": "01.01.2020"}, "15.03.2027"),
        ({"until": "ertaga"}, "15.03.2026"),
        ({"until": "01.01.2099"}, "boʻsh qoldiring"),
        ({"reason": "PATOBJ", "until": "01.01.2029"}, "boʻsh qoldiring"),
    ],
)
async def test_a_slip_in_a_reason_is_told_and_the_rest_stays(nurse, madina, database, wrong, said):
    form = {"vaccine": "mmr", "reason": "MEDPREC", "until": ""} | wrong
    answer = await nurse.submit(f"/people/{madina}/not-given", form)
    assert answer.status_code == 422
    assert said in nurse.text
    assert f'value="{form["until"]}"' in answer.text
    if form["vaccine"]:
        assert '<option value="mmr" selected>' in answer.text
    assert (await read(database, madina)).not_given == ()


async def test_a_result_is_recorded_and_one_that_was_told_is_confirmed(nurse, database):
    now = datetime.now(UTC)
    gulnora = await person(database, now, "Gulnora Saidova", born=date(1976, 3, 1))
    done = now.date() - timedelta(days=30)
    path = f"/people/{gulnora}/results"
    form = {"screening": "mammography", "done_on": written(done), "result": "", "place": "Oqtepa"}
    assert (await nurse.submit(path, form)).status_code == 422
    assert "Natijani tanlang" in nurse.text
    assert 'value="Oqtepa"' in nurse.page.text
    assert (await nurse.submit(path, form | {"screening": ""})).status_code == 422
    assert (await nurse.submit(path, form | {"result": "abnormal"})).status_code == 303
    await programmes.record_result(database, gulnora, "hpv_test", done, "unknown", now, source="reported")
    told = next(c for c in (await read(database, gulnora)).checks if c.screening == "hpv_test")
    one = f"{path}/{told.entry.id}"
    assert (await nurse.submit(one, {"result": "fine"})).status_code == 422
    assert (await nurse.submit(one, {"result": "normal"})).status_code == 303
    found = {c.screening: (c.result, c.entry.confirmed) for c in (await read(database, gulnora)).checks}
    assert found == {"mammography": ("abnormal", True), "hpv_test": ("normal", True)}
    assert (await nurse.open(f"{one}/mistaken")).status_code == 200
    assert (await nurse.submit(f"{one}/mistaken")).status_code == 303
    assert sum(c.entry.mistaken for c in (await read(database, gulnora)).checks) == 1


@pytest.mark.parametrize("rest", ["doses/999", "doses/999/mistaken", "results/999", "not-given/999/end"])
async def test_a_forged_number_is_a_friendly_404(nurse, madina, rest):
    assert (await nurse.open(f"/people/{madina}/{rest}")).status_code == 404
    assert (await nurse.submit(f"/people/{madina}/{rest}")).status_code == 404
    assert (await nurse.open("/people/" + "9" * 30 + "/doses")).status_code == 404


async def test_what_somebody_wrote_is_shown_as_written(nurse, madina, database):
    form = {"vaccine": "penta", "given_on": written(GIVEN), "lot": EVIL, "place": EVIL}
    await nurse.submit(f"/people/{madina}/doses", form)
    (dose,) = (await read(database, madina)).doses
    for path in (f"/people/{madina}", f"/people/{madina}/doses/{dose.entry.id}"):
        answer = await nurse.open(path)
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;" in answer.text


async def test_a_nurse_of_another_clinic_records_only_for_whom_she_has_just_found(
    nurse, madina, database, cast
):
    now = datetime.now(UTC)
    async with database.transaction() as session:
        clinics = [
            Clinic(name_uz="1", name_ru="1", address_uz="", address_ru="", hours="", region="", district="")
            for _n in range(2)
        ]
        session.add_all(clinics)
        await session.flush()
        (await session.get_one(Person, madina)).clinic_id = clinics[1].id
        (await session.get_one(StaffMember, cast["charos"].id)).clinic_id = clinics[0].id
    form = {"vaccine": "penta", "given_on": written(GIVEN)}
    assert (await nurse.submit(f"/people/{madina}/doses", form)).status_code == 404
    aziza = await person(database, now, "Aziza Karimova", phone="+998901234567")
    async with database.transaction() as session:
        (await session.get_one(Person, aziza)).clinic_id = clinics[1].id
    answer = await nurse.submit("/people/find", {"number": "901234567"})
    seal = answer.headers["location"].split("?")[1]
    await nurse.open(f"/people/{aziza}?{seal}")
    assert f"/people/{aziza}/doses?{seal}" in nurse.page.text
    form["given_on"] = written(now.date())
    answer = await nurse.submit(f"/people/{aziza}/doses?{seal}", form)
    assert answer.headers["location"] == f"/admin/people/{aziza}?{seal}"
    assert (await nurse.submit(f"/people/{madina}/doses?{seal}", form)).status_code == 404


@pytest.mark.parametrize("login", ["dilshod", "charos", "aziz"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "uz",
            [
                "Tekshirish kerak",
                "uz-2019",
                "Manbada tasdiqlangan",
                "hali hech bir shifokor",
                "homilador",
                "2 oy",
            ],
        ),
        (
            "ru",
            [
                "Нужно проверить",
                "uz-2019",
                "Подтверждено источником",
                "пока ни один врач",
                "раз в 2 года",
                "Выйти",
            ],
        ),
    ],
)
async def test_everybody_reads_the_calendar_with_sources_and_standing(browser, cast, login, language, said):
    await browser.sign_in(login)
    await browser.submit("/language", {"language": language, "next": "/admin/calendar"})
    assert (await browser.open("/calendar")).status_code == 200
    for words in said:
        assert words in browser.text
    assert "hozir.org" in browser.text
    assert "CDC" in browser.text
    for english in ("from memory", "Planned at", "{n}", "{time}"):
        assert english not in browser.text


@pytest.mark.parametrize("form", ["doses", "results", "not-given"])
async def test_a_slip_is_told_in_our_words_and_not_in_those_of_the_browser(nurse, madina, form):
    """A browser would refuse first, in its own language."""
    await nurse.open(f"/people/{madina}/{form}")
    assert "novalidate" in nurse.page.text
