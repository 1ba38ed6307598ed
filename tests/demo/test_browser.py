"""The demo by clicking: chats and phones on the sandbox page, and the admin as nurse and editor, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from cli.cast import PASSWORD
from core import advice
from tests.demo.playing import PATIENCE_S, Demo, until

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
expect = playwright.expect
CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"),
    pytest.mark.usefixtures("bot_is_up"),
]


@pytest.fixture
async def browser():
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=PATIENCE_S * 1000
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser):
    """A page on which no script fails, with all the patience of a busy machine."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="uz")
    context.set_default_timeout(PATIENCE_S * 1000)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    expect.set_options(timeout=30_000)
    assert errors == []


async def test_aziza_sees_her_reminder_asks_why_and_gulnoras_phone_shows_the_sms(demo: Demo, page) -> None:
    await page.goto(demo.url)
    aziza = page.get_by_role("region", name="Aziza")
    reminder = aziza.locator(".message", has_text="🔔").first
    await expect(reminder).to_contain_text("Madina")
    await reminder.get_by_role("button", name="Nega keldi?").click()
    await expect(aziza.locator(".from-bot").last).not_to_contain_text("🔔")
    await expect(aziza.locator(".from-bot").last).to_contain_text("taqvim")
    phones = page.get_by_role("region", name="Telefonlar: SMS")
    await phones.get_by_role("button", name="Gulnora").click()
    await expect(phones.locator(".message").first).to_contain_text("Salomat")
    await expect(phones.locator(".counted").first).to_contain_text("GSM-7")
    await expect(phones.locator(".counted").first).to_contain_text("1 qism")


async def test_a_new_citizen_signs_up_by_clicking(demo: Demo, http: httpx.AsyncClient, page) -> None:
    person = {"name": "Sevara", "language_code": "uz", "phone": "+998901230011"}
    (await http.post("/api/citizens", json=person)).raise_for_status()
    await page.goto(demo.url)
    chat = page.get_by_role("region", name="Sevara")
    await chat.get_by_role("button", name="Boshlash").click()
    for button in ("Oʻzbekcha", "Roziman", "Raqamimni yuborish"):
        await chat.get_by_role("button", name=button, exact=True).last.click()
    for typed in ("14.05.1990", "Sevara Aliyeva"):
        await expect(chat.locator(".from-bot").last).to_contain_text("?")
        await chat.get_by_role("textbox").fill(typed)
        await chat.get_by_role("button", name="Yuborish", exact=True).click()
    for button in ("Ayol", "Toshkent shahri", "Chilonzor"):
        await chat.get_by_role("button", name=re.compile(button)).last.click()
    await expect(chat.locator(".from-bot", has_text="✅ ").last).to_contain_text("Sevara")
    await expect(chat.get_by_role("button", name="Yozilish", exact=True)).to_be_visible()


async def sign_in(page, demo: Demo, login: str) -> None:
    await page.goto(f"{demo.admin_url}/admin/")
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("form.card-body button.btn-primary").click()
    await expect(page.locator("h1")).to_contain_text(login.capitalize())


async def test_a_nurse_signs_in_and_finds_a_person_but_no_articles(demo: Demo, page) -> None:
    await sign_in(page, demo, "charos")
    await page.goto(f"{demo.admin_url}/admin/articles/sleep")
    await expect(page.locator("#article")).to_have_count(0)
    await page.goto(f"{demo.admin_url}/admin/people")
    await expect(page.locator("h1")).to_be_visible()


async def test_what_an_editor_publishes_the_bot_shows_at_once(demo: Demo, meet, page) -> None:
    """An article that no other test of this demo reads by its title."""
    await sign_in(page, demo, "dilshod")
    await page.goto(f"{demo.admin_url}/admin/articles/anaemia")
    before = advice.articles("uz")["anaemia"].title
    title = page.locator("#uz-title")
    await expect(title).to_have_value(before)
    await title.fill("Kamqonlikdan saqlanish")
    await page.locator("button[name=do][value=publish]").click()
    await expect(page.locator("body")).to_contain_text("Kamqonlikdan saqlanish")
    await expect(page.locator("body")).to_contain_text(re.compile("eʼlon qilindi|Eʼlon qilindi|Published"))

    aziza = await meet("Aziza", "uz", "+998901112233")

    async def shown() -> bool:
        await aziza.says("/advice")
        await aziza.presses("", "adv:show:anaemia")
        await aziza.sees("Kamqonlikdan saqlanish", within_s=30)
        return True

    assert await until(shown, "the new title in the bot")
