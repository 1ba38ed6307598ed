"""The page in a real browser: playing a citizen by clicking."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from sandbox.app import Settings, create_app

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=30_000)

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"),
]
HOSTILE = "<img src=x onerror=alert(1)> &lt;b&gt;"


@pytest.fixture
async def browser():
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser):
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="uz")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


async def update(sandbox, kind: str) -> dict:
    """The newest update of a kind, once it is there."""
    for _ in range(1500):
        updates = await sandbox.ok("getUpdates", offset=-1)
        if updates and kind in updates[0]:
            return updates[0][kind]
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {kind}")


async def said(sandbox, key: str) -> dict:
    for _ in range(1500):
        message = await update(sandbox, "message")
        if key in message:
            return message
        await asyncio.sleep(0.02)
    raise AssertionError(f"nobody sent a {key}")


async def test_a_citizen_starts_presses_shares_and_writes(sandbox, page):
    aziza = await sandbox.aziza(started=False)
    chat_id = aziza["telegram_id"]
    await page.goto(sandbox.url)
    chat = page.get_by_role("region", name="Aziza Karimova")
    await chat.get_by_role("button", name="Boshlash").click()
    assert (await update(sandbox, "message"))["text"] == "/start"

    inline = {"inline_keyboard": [[{"text": "Oʻzbekcha", "callback_data": "uz"}]]}
    await sandbox.ok(
        "sendMessage", chat_id=chat_id, text="<b>Salom</b>", parse_mode="HTML", reply_markup=inline
    )
    await expect(chat.locator("strong")).to_have_text("Salom")
    await chat.get_by_role("button", name="Oʻzbekcha").click()
    query = await update(sandbox, "callback_query")
    await sandbox.ok("answerCallbackQuery", callback_query_id=query["id"], text="Tanlandi", show_alert=True)
    await expect(chat.get_by_role("alertdialog")).to_contain_text("Tanlandi")
    await chat.get_by_role("button", name="Tushunarli").click()
    await expect(chat.get_by_role("alertdialog")).to_have_count(0)
    place = {"chat_id": chat_id, "message_id": query["message"]["message_id"]}
    await sandbox.ok("editMessageText", text="Til tanlandi", **place)
    await expect(chat.get_by_text("Til tanlandi")).to_be_visible()
    await expect(chat.get_by_text("tahrirlangan")).to_be_visible()
    await sandbox.ok("deleteMessage", **place)
    await expect(chat.get_by_text("Xabar oʻchirildi")).to_be_visible()

    share = {"keyboard": [[{"text": "Raqamni yuborish", "request_contact": True}]], "one_time_keyboard": True}
    await sandbox.ok("sendMessage", chat_id=chat_id, text="Raqamingiz?", reply_markup=share)
    await chat.get_by_role("button", name="Raqamni yuborish").click()
    contact = (await said(sandbox, "contact"))["contact"]
    assert (contact["user_id"], contact["phone_number"]) == (chat_id, "+998901112233")
    await expect(chat.get_by_role("button", name="Raqamni yuborish")).to_have_count(0)

    await chat.get_by_role("textbox").fill(HOSTILE)
    await chat.get_by_role("button", name="Yuborish").click()
    assert (await said(sandbox, "text"))["text"] == HOSTILE
    await expect(chat.get_by_text(HOSTILE)).to_be_visible()
    assert await chat.locator(".log img").count() == 0


async def test_attachments_blocking_and_protected_messages(sandbox, page):
    aziza = await sandbox.aziza()
    await page.goto(sandbox.url)
    chat = page.get_by_role("region", name="Aziza Karimova")
    await chat.get_by_role("button", name="Biriktirish").click()
    await chat.get_by_role("menuitem", name="Boshqa odamning raqami").click()
    assert "user_id" not in (await said(sandbox, "contact"))["contact"]
    for item, key in (("Stiker", "sticker"), ("Ovozli xabar", "voice")):
        await chat.get_by_role("button", name="Biriktirish").click()
        await chat.get_by_role("menuitem", name=item).click()
        await said(sandbox, key)
    await chat.get_by_role("button", name="Biriktirish").click()
    async with page.expect_file_chooser() as chooser:
        await chat.get_by_role("menuitem", name="Fayl").click()
    await (await chooser.value).set_files(
        {"name": "tahlil.txt", "mimeType": "text/plain", "buffer": b"qon tahlili"}
    )
    assert (await said(sandbox, "document"))["document"]["file_name"] == "tahlil.txt"

    await sandbox.ok("sendMessage", chat_id=aziza["telegram_id"], text="Pasport", protect_content=True)
    await expect(chat.locator(".protected")).to_have_css("user-select", "none")
    await chat.get_by_role("button", name="Amallar").click()
    await chat.get_by_role("menuitem", name="Botni bloklash").click()
    await expect(chat.get_by_role("button", name="Blokdan chiqarish")).to_be_visible()
    assert (await update(sandbox, "my_chat_member"))["new_chat_member"]["status"] == "kicked"


async def test_a_phone_shows_segments_and_answers(sandbox, page):
    await sandbox.post("citizens", name="Gulnora", phone="+998971234567", telegram=False)
    await page.goto(sandbox.url)
    phone = page.get_by_role("region", name="Telefonlar: SMS")
    form = {"To": "+998971234567", "From": "Salomat", "Body": "я" * 71}
    headers = {"Authorization": aiohttp.encode_basic_auth("AC1", "token")}
    await sandbox.session.post(
        f"{sandbox.url}/2010-04-01/Accounts/AC1/Messages.json", data=form, headers=headers
    )
    await expect(phone.get_by_text("UCS-2 · 71/134 · 2 qism")).to_be_visible()
    await expect(phone.get_by_text("yetkazildi")).to_be_visible()
    await phone.get_by_role("button", name="STOP").click()
    await expect(phone.locator(".from-citizen")).to_contain_text("STOP")
    assert (await sandbox.get("phones"))[0]["opted_out"]


async def test_people_and_faults_are_added_by_hand_in_russian(sandbox, page):
    await page.goto(sandbox.url)
    await page.get_by_role("combobox", name="Sahifa tili").select_option("ru")
    await page.get_by_role("banner").get_by_role("button", name="Новый человек").click()
    dialog = page.get_by_role("dialog", name="Новый человек")
    await dialog.get_by_label("Имя").fill("Борис")
    await dialog.get_by_label("Номер телефона").fill("+998935550011")
    await dialog.get_by_role("button", name="Добавить").click()
    await expect(page.get_by_role("region", name="Борис")).to_be_visible()
    await page.get_by_role("button", name="Сбои").click()
    dialog = page.get_by_role("dialog", name="Сбои")
    await dialog.get_by_label("Что сломать").select_option("telegram too_many_requests")
    await dialog.get_by_label("Кому").select_option("Борис")
    await dialog.get_by_role("button", name="Добавить").click()
    await expect(dialog.get_by_text("Telegram · Слишком часто (429) · Борис")).to_be_visible()
    assert [fault["kind"] for fault in await sandbox.get("faults")] == ["too_many_requests"]
    await dialog.get_by_role("button", name="Убрать").click()
    await expect(dialog.get_by_text("Сейчас сбоев нет")).to_be_visible()


async def test_on_a_phone_screen_there_is_one_chat_at_a_time(sandbox, page):
    await sandbox.aziza()
    boris = await sandbox.aziza(name="Boris", phone="+998935550011")
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(sandbox.url)
    await expect(page.get_by_role("region", name="Aziza Karimova")).to_be_visible()
    await expect(page.get_by_role("region", name="Boris")).to_be_hidden()
    await sandbox.ok("sendMessage", chat_id=boris["telegram_id"], text="Привет")
    await expect(page.get_by_role("tab", name="Boris")).to_contain_text("1")
    await page.get_by_role("tab", name="Boris").click()
    await expect(page.get_by_text("Привет")).to_be_visible()
    await expect(page.get_by_role("tab", name="Boris")).not_to_contain_text("1")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_a_lost_connection_is_said_and_mended_by_itself(page, tmp_path):
    first = TestServer(create_app(Settings(state_dir=tmp_path)))
    await first.start_server(shutdown_timeout=0.2)
    url, port = first.make_url("/"), first.port
    await page.goto(str(url))
    await expect(page.get_by_text("Hali hech kim yoʻq")).to_be_visible()
    await first.close()
    await expect(page.get_by_role("alert")).to_contain_text("Aloqa uzildi")
    second = TestServer(create_app(Settings(state_dir=tmp_path)), port=port)
    await second.start_server(shutdown_timeout=0.2)
    await expect(page.get_by_role("alert")).to_be_hidden()
    async with (
        aiohttp.ClientSession() as session,
        session.post(second.make_url("/api/citizens"), json={"name": "Davron"}),
    ):
        await expect(page.get_by_role("region", name="Davron")).to_be_visible()
    await page.close()
    await second.close()
