"""The real libraries of the bot and of the worker, over HTTP, unchanged but for the base URL."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)
from telegram import InlineKeyboardButton as Button
from telegram import InlineKeyboardMarkup as Markup
from telegram.error import Forbidden, RetryAfter
from telegram.ext import ExtBot

TOKEN = "42:sandbox-test-token_0123456789abcdef"


@pytest.fixture
async def bot(sandbox):
    session = AiohttpSession(api=TelegramAPIServer.from_base(sandbox.url))
    bot = Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    yield bot
    await session._session.close() if session._session else None


async def seen(sandbox, citizen, count: int) -> list[dict]:
    """The chat, once it holds this many messages."""
    for _ in range(1500):
        messages = await sandbox.get(f"citizens/{citizen['id']}/messages")
        if len(messages) >= count:
            return [row["message"] for row in messages]
        await asyncio.sleep(0.02)
    raise AssertionError(f"{count} messages expected, the chat holds {messages}")


@pytest.fixture
async def conversation(sandbox, bot):
    """A small aiogram bot, polling."""
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart())
    async def greet(message: Message) -> None:
        keyboard = InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text="Oʻzbekcha", callback_data="language:uz")]]
        )
        await message.answer("<b>Assalomu alaykum!</b> Tilni tanlang", reply_markup=keyboard)

    @dispatcher.callback_query(F.data == "language:uz")
    async def choose(query: CallbackQuery) -> None:
        await query.answer("Tanlandi", show_alert=True)
        assert isinstance(query.message, Message)
        await query.message.edit_text("Til: oʻzbekcha")
        share = KeyboardButton(text="Raqamni yuborish", request_contact=True)
        await query.message.answer(
            "Raqam?", reply_markup=ReplyKeyboardMarkup(keyboard=[[share]], one_time_keyboard=True)
        )

    @dispatcher.message(F.contact)
    async def contact(message: Message) -> None:
        assert message.contact is not None
        assert message.from_user is not None
        own = message.contact.user_id == message.from_user.id
        await message.answer("own" if own else "other")

    polling = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
    )
    yield dispatcher
    await dispatcher.stop_polling()
    await polling


async def test_a_conversation_with_aiogram_runs_from_start_to_contact(sandbox, conversation):
    aziza = await sandbox.aziza(started=False)
    await sandbox.post(f"citizens/{aziza['id']}/messages", text="/start")
    greeting = (await seen(sandbox, aziza, 2))[1]
    assert greeting["text"] == "Assalomu alaykum! Tilni tanlang"
    assert greeting["entities"] == [{"type": "bold", "offset": 0, "length": 17}]

    pressed = await sandbox.post(
        f"citizens/{aziza['id']}/press", message_id=greeting["message_id"], data="language:uz", wait_s=30
    )
    assert pressed["answer"] == {"text": "Tanlandi", "show_alert": True}
    messages = await seen(sandbox, aziza, 3)
    assert messages[1]["text"] == "Til: oʻzbekcha"
    assert "reply_markup" not in messages[1]
    state = (await sandbox.get("citizens"))[0]
    assert state["keyboard"]["keyboard"][0][0]["request_contact"]

    await sandbox.post(f"citizens/{aziza['id']}/messages", contact=True, button="Raqamni yuborish")
    assert (await seen(sandbox, aziza, 5))[-1]["text"] == "own"
    assert (await sandbox.get("citizens"))[0]["keyboard_hidden"]
    other = {"phone_number": "+998935550011", "first_name": "Boshqa", "user_id": 77}
    await sandbox.post(f"citizens/{aziza['id']}/messages", contact=other)
    assert (await seen(sandbox, aziza, 7))[-1]["text"] == "other"


async def test_aiogram_sends_files_and_reads_them_back(sandbox, bot):
    aziza = await sandbox.aziza()
    sent = await bot.send_document(
        aziza["telegram_id"],
        BufferedInputFile(b"%PDF-1.4 passport", "passport.pdf"),
        caption="<i>Salomatlik pasporti</i>",
        protect_content=True,
    )
    assert sent.document is not None
    assert sent.document.file_name == "passport.pdf"
    assert sent.has_protected_content
    file = await bot.download(sent.document.file_id)
    assert file is not None
    assert file.read() == b"%PDF-1.4 passport"
    with pytest.raises(TelegramBadRequest, match="message can't be forwarded"):
        await bot.forward_message(aziza["telegram_id"], aziza["telegram_id"], sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message can't be copied"):
        await bot.copy_message(aziza["telegram_id"], aziza["telegram_id"], sent.message_id)


async def test_aiogram_meets_telegrams_own_refusals(sandbox, bot):
    aziza = await sandbox.aziza()
    sent = await bot.send_message(aziza["telegram_id"], "Salom")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await sent.edit_text("Salom")
    await sandbox.post("faults", target="telegram", kind="too_many_requests", retry_after_s=7, count=1)
    with pytest.raises(TelegramRetryAfter) as refused:
        await bot.send_message(aziza["telegram_id"], "Salom")
    assert refused.value.retry_after == 7
    await sandbox.post(f"citizens/{aziza['id']}/block")
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(aziza["telegram_id"], "Salom")


async def test_aiogram_sets_and_reads_the_menu(sandbox, bot):
    await bot.set_my_commands([BotCommand(command="start", description="Boshlash")], language_code="uz")
    assert (await bot.get_my_commands(language_code="uz"))[0].command == "start"
    await sandbox.aziza()
    state = await sandbox.get("state")
    assert state["citizens"][0]["commands"] == [{"command": "start", "description": "Boshlash"}]
    await bot.set_my_description("Yordamchi", language_code="uz")
    assert (await bot.get_my_description(language_code="uz")).description == "Yordamchi"
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert (await bot.me()).username == "salomat_bot"


async def test_python_telegram_bot_sends_and_meets_the_same_refusals(sandbox):
    aziza = await sandbox.aziza()
    async with ExtBot(TOKEN, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot") as bot:
        keyboard = Markup([[Button("Yozilish", callback_data="reminder:1:book")]])
        sent = await bot.send_message(aziza["telegram_id"], "<b>Eslatma</b>", "HTML", reply_markup=keyboard)
        assert sent.text == "Eslatma"
        document = await bot.send_document(aziza["telegram_id"], b"abc", filename="a.txt", caption="fayl")
        assert bytes(await (await document.document.get_file()).download_as_bytearray()) == b"abc"
        assert (await bot.get_chat(aziza["telegram_id"])).first_name == "Aziza"
        await sandbox.post("faults", target="telegram", kind="too_many_requests", retry_after_s=2, count=1)
        with pytest.raises(RetryAfter):
            await bot.send_message(aziza["telegram_id"], "yana")
        await sandbox.post(f"citizens/{aziza['id']}/block")
        with pytest.raises(Forbidden):
            await bot.send_message(aziza["telegram_id"], "yana")
        blocked = (await bot.get_updates())[0]
        assert blocked.my_chat_member.new_chat_member.status == "kicked"
