"""The admin in a real browser: an editor publishes with keyboard and mouse, on a wide screen and on a small phone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright, expect

from admin.app import create_app
from core.booking import day_of
from services import advice, chart, editing, programmes, reminders
from tests.deliveries import person, promise

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "toʻrt xil oddiy soʻz"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium: apt-get install chromium"),
]


@pytest.fixture
async def address(settings, database, cast) -> AsyncIterator[str]:
    """A real server on a port of the system's choosing."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(settings.model_copy(update={"public_url": url}), database)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 – uvicorn tells it no other way
        await asyncio.sleep(0.01)
    yield url
    server.should_exit = True
    await running


@pytest.fixture(params=[1280, 360])
async def page(request, address) -> AsyncIterator[Page]:
    """Fails on anything the browser complains about: a refused script, a missing file, an error of ours."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await chromium.new_page(viewport={"width": request.param, "height": 780}, base_url=address)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.complaints = complaints  # type: ignore[attr-defined]
        yield page
        await chromium.close()
    assert complaints == []


async def sign_in(page: Page, login: str) -> None:
    """With the keyboard alone: the cursor stands in the first field."""
    await page.goto("/admin/login")
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/")


async def show(page: Page, language: str) -> None:
    if page.viewport_size["width"] < 992:
        await page.click(f"#tab-{language}")


async def test_an_editor_changes_both_languages_sees_them_and_publishes(page, database):
    await sign_in(page, "dilshod")
    await page.goto("/admin/articles/child")
    await show(page, "uz")
    await page.fill("#uz-title", "Ona suti foydasi")
    await expect(page.locator("[data-preview-of=uz] .bubble").first).to_contain_text("Ona suti foydasi")
    await page.locator("[data-preview-of=uz] summary").click()
    await expect(page.locator("[data-preview-of=uz] .cyrillic .bubble").first).to_contain_text(
        "Она сути фойдаси"
    )
    await show(page, "ru")
    await page.fill("#ru-title", "Польза молока")
    await expect(page.locator("[data-preview-of=ru] .bubble").first).to_contain_text("Польза молока")
    await page.click("button[value=publish]")
    await page.wait_for_load_state()
    await expect(page.locator(".alert-success")).to_be_visible()
    assert (await advice.article(database, "child", "uz")).title == "Ona suti foydasi"
    assert (await advice.article(database, "child", "uz_Cyrl")).title == "Она сути фойдаси"
    assert (await advice.article(database, "child", "ru")).title == "Польза молока"


async def test_a_fault_is_told_while_typing_and_a_press_leads_to_its_line(page):
    await sign_in(page, "dilshod")
    await page.goto("/admin/articles/child")
    await show(page, "ru")
    body = await page.input_value("#ru-body")
    await page.fill("#ru-body", body + "\n\n<u>подчёркнуто</u>")
    line = body.count("\n") + 3
    jump = page.locator("#ru-body-problems .jump").first
    await expect(jump).to_have_attribute("data-line", str(line))
    await jump.click()
    chosen = await page.evaluate(
        "() => { const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd) }"
    )
    assert chosen == "<u>подчёркнуто</u>"
    await expect(page.locator("[data-count=ru]")).to_have_text("1")
    page.once("dialog", lambda dialog: dialog.accept())


async def test_text_that_was_never_saved_is_offered_again(page, database):
    await sign_in(page, "dilshod")
    await page.goto("/admin/articles/sleep")
    await show(page, "uz")
    await page.fill("#uz-title", "Yoʻqolmaydigan sarlavha")
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.goto("/admin/articles")
    await page.goto("/admin/articles/sleep")
    await page.click("#backup-use")
    await show(page, "uz")
    assert await page.input_value("#uz-title") == "Yoʻqolmaydigan sarlavha"
    await page.click("button[value=save]")
    await page.wait_for_load_state()
    edition = (await editing.editions(database, "sleep"))["uz"]
    assert (edition.fields.title, edition.draft) == ("Yoʻqolmaydigan sarlavha", True)
    await expect(page.locator("#backup")).to_be_hidden()


async def a_reminder(database) -> int:
    """Aziza is to be told of Madina's vaccination now."""
    now = datetime.now(UTC)
    aziza = await person(database, now, chat_id=1001)
    madina = await person(
        database, now, "Madina", born=day_of(now) - timedelta(days=360), guardian_id=aziza, consent=False
    )
    reminder_id = await promise(database, now, aziza, madina)
    await reminders.plan(database, now)
    return reminder_id


async def test_a_nurse_finds_a_reminder_holds_it_back_and_releases_it(page, database):
    await a_reminder(database)
    await sign_in(page, "charos")
    await page.goto("/admin/reminders")
    await page.locator(".board").get_by_role("link", name="Ochish").click()
    await page.get_by_role("link", name="Ushlab turish").click()
    await page.get_by_role("button", name="Ushlab turish").click()
    await expect(page.locator(".alert-success")).to_contain_text("ushlab turildi")
    await page.goto("/admin/reminders")
    await page.locator(".states").get_by_role("link", name="Ushlab turilgan").click()
    await expect(page.locator(".board")).to_contain_text("Hamkasbingiz ushlab turibdi")
    await page.locator(".board").get_by_role("link", name="Ochish").click()
    await page.get_by_role("link", name="Qoʻyib yuborish").click()
    await page.get_by_role("button", name="Qoʻyib yuborish").click()
    await expect(page.locator(".alert-success")).to_contain_text("qoʻyib yuborildi")


async def test_a_nurse_sees_the_message_before_it_goes_out_now(page, database):
    reminder_id = await a_reminder(database)
    await sign_in(page, "charos")
    await page.goto(f"/admin/reminders/{reminder_id}/send")
    await expect(page.locator(".bubble")).to_contain_text("Madina")
    box = page.get_by_role("checkbox")
    if await box.count():  # at night, and on a holiday
        await box.check()
    await page.get_by_role("button", name="Hozir yuborish").click()
    await expect(page.locator(".alert-success")).to_contain_text("joʻnaydi")


async def a_child(database) -> int:
    """Madina, 14 months old, with one dose told by her mother and one vaccine that has run out."""
    now = datetime.now(UTC)
    born = day_of(now) - timedelta(days=430)
    madina = await person(database, now, "Madina Karimova", born=born, consent=False)
    await programmes.record_dose(database, madina, "bcg", born, now, source="reported")
    until = day_of(now) + timedelta(days=90)
    await programmes.record_not_done(database, madina, "mmr", "OSTOCK", now, until=until)
    return madina


async def test_a_nurse_records_a_dose_and_confirms_one_that_was_told(page, database):
    madina = await a_child(database)
    await sign_in(page, "charos")
    await page.goto(f"/admin/people/{madina}")
    await page.get_by_role("link", name="Emlashni yozish").click()
    await page.select_option("#vaccine", "penta")
    await page.fill("#given_on", "kecha")
    await page.fill("#lot", "A12")
    await page.get_by_role("button", name="Yozish").click()
    await expect(page.locator(".alert-danger")).to_contain_text("15.03.2026")
    assert await page.input_value("#lot") == "A12"
    assert all("422" in said for said in page.complaints)  # the browser notes that the form came back
    page.complaints.clear()
    await page.fill("#given_on", datetime.now(UTC).strftime("%d%m%Y"))
    await page.get_by_role("button", name="Yozish").click()
    await expect(page.locator(".alert-success")).to_contain_text("Yozildi")
    await page.locator(".timeline").get_by_role("link").last.click()
    await page.fill("#lot", "B7")
    await page.get_by_role("button", name="Tasdiqlash").click()
    await expect(page.locator(".alert-success")).to_contain_text("Tasdiqlandi")
    found = await programmes.timeline(database, madina, datetime.now(UTC))
    doses = (await chart.read(database, madina, found.verdicts)).doses
    assert {(d.vaccine, d.lot, d.entry.confirmed) for d in doses} == {
        ("penta", "A12", True),
        ("bcg", "B7", True),
    }


@pytest.mark.parametrize(
    ("login", "paths"),
    [
        ("dilshod", ["/", "/articles", "/articles/child", "/articles/child/history"]),
        ("dilshod", ["/calendar"]),
        (
            "charos",
            [
                "/people/1",
                "/people/1/doses",
                "/people/1/doses/1",
                "/people/1/doses/1/mistaken",
                "/people/1/results",
                "/people/1/not-given",
                "/people/1/not-given/1/end",
            ],
        ),
        ("charos", ["/", "/people/list", "/appointments/list", "/reminders/list", "/questions"]),
        (
            "charos",
            [
                "/reminders",
                "/reminders?state=left_out&kind=screening",
                "/reminders/1",
                "/reminders/1/send",
                "/reminders/1/hold",
                "/reminders/people/1",
                "/reminders/ahead?span=day",
                "/reminders/ahead/forecast",
                "/reminders/clinics",
            ],
        ),
        ("aziz", ["/reminders/trial", "/reminders/trial/switch/on"]),
        ("aziz", ["/", "/staff/list", "/staff/new", "/staff/1", "/audit/list"]),
    ],
)
async def test_no_page_is_wider_than_the_screen_and_every_button_is_large_enough(
    page, database, login, paths
):
    if "/people/1" in paths:
        await a_child(database)
    if "/reminders/1" in paths:
        await a_reminder(database)
    await sign_in(page, login)
    for path in paths:
        await page.goto(f"/admin{path}")
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        small = await page.evaluate(
            """() => [...document.querySelectorAll('main a, main button, main input:not([type=hidden]), main select')]
                .filter(e => e.offsetParent && !e.closest('.bubble'))
                .map(e => [e.outerHTML.slice(0, 80), (e.closest('.choice') || e).getBoundingClientRect().height])
                .filter(([, height]) => height < 40)"""
        )
        assert small == [], path
        unnamed = await page.evaluate(
            """() => [...document.querySelectorAll('main input:not([type=hidden]), main textarea, main select')]
                .filter(e => !e.labels.length && !e.getAttribute('aria-label')).map(e => e.name)"""
        )
        assert unnamed == [], path
