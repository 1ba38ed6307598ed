"""The bot's process: wires settings, database, interpreter and Telegram together and runs until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError
from aiogram.fsm.storage.base import BaseStorage
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import BotCommand

from bot import dispatcher as dispatching
from bot import watching
from bot.clock import clock
from bot.engine import Later
from bot.errors import is_outage
from bot.polling import Polling
from bot.spool import Spool
from bot.storage import DatabaseStorage
from bot.turns import InTurn
from core import logs, losses, triage
from core.errors import SettingsError
from core.i18n import LANGUAGES, _
from core.settings import Settings, load
from db.crypto import keyring
from db.engine import Database, connect
from monitoring import metrics
from monitoring.status import served
from nlu import training
from nlu.interpreter import Interpreter
from services import budget, dialogue, questions

log = structlog.get_logger()

COMMANDS = {
    "menu": _("Menu"),
    "book": _("Book a visit"),
    "advice": _("Advice"),
    "passport": _("My passport"),
    "language": _("Language"),
    "stop": _("Stop reminders"),
    "help": _("What can you do?"),
}
HOUSEKEEPING_S = 3600.0
BRING_ANSWERS_S = 5.0


def make_bot(settings: Settings) -> Bot:
    """Raises SettingsError without a token."""
    if settings.telegram_token is None:
        raise SettingsError("TELEGRAM_TOKEN is needed: @BotFather gives it")
    session = AiohttpSession(api=TelegramAPIServer.from_base(settings.telegram_api_url))
    return Bot(
        settings.telegram_token.get_secret_value(),
        session=session,
        default=DefaultBotProperties(parse_mode="HTML"),
    )


def make_storage(settings: Settings, database: Database) -> BaseStorage:
    return (
        RedisStorage.from_url(settings.redis_url) if settings.redis_url else DatabaseStorage(database, clock)
    )


async def introduce(bot: Bot) -> None:
    """The commands menu, in each language Telegram can tell apart."""
    for language in LANGUAGES:
        commands = [
            BotCommand(command=name, description=text.render(language)) for name, text in COMMANDS.items()
        ]
        await bot.set_my_commands(commands, language_code={"uz": "uz", "ru": "ru"}.get(language))
    await bot.set_my_commands(
        [BotCommand(command=name, description=text.render("uz")) for name, text in COMMANDS.items()]
    )


async def bring_answers(bot: Bot, database: Database) -> None:
    """Carry health workers' answers to the chats that asked, each once."""
    while True:
        await asyncio.sleep(BRING_ANSWERS_S)
        try:
            for answer in await questions.to_bring(database):
                await _bring(bot, answer)
                await questions.brought(database, answer.id)
        except Exception as error:  # noqa: BLE001 – tried again at the next round
            log.warning("answers_wait", error=type(error).__name__)


async def _bring(bot: Bot, answer: questions.Answer) -> None:
    text = _(
        "A health worker answers:\n\n{text}\n\n<i>You asked: {question}</i>",
        text=answer.text,
        question=answer.question,
    )
    with contextlib.suppress(TelegramForbiddenError):
        await bot.send_message(answer.chat_id, text.html(answer.language), protect_content=True)


async def keep_house(database: Database) -> None:
    while True:
        try:
            await dialogue.forget(database, clock())
        except Exception as error:
            if not is_outage(error):
                raise
        await asyncio.sleep(HOUSEKEEPING_S)


async def understand(interpreter: Later) -> None:
    """Ends the process, loudly, when no engine can be made."""
    ready = await interpreter.ready()
    metrics.show_engine(lambda: ready.engine)
    log.info("understands", engine=str(ready.engine))
    await asyncio.Event().wait()


async def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; what is being answered is answered first."""
    bot = make_bot(settings)
    database = connect(settings)
    interpreter = Later(
        lambda: training.embedded(settings.var_dir, log.info),
        lambda engine: Interpreter(settings.nlu_url, engine, settings.nlu_timeout_s),
    )
    helplines = tuple(line.strip() for line in settings.helplines.split(",") if line.strip())
    dispatcher = dispatching.build(database, interpreter, make_storage(settings, database), clock, helplines)
    spool = Spool(settings.var_dir / f"inbox-{bot.id}.spool", keyring())
    polling = Polling(bot, dispatcher, database, clock, spool, helplines)
    bot.session.middleware(InTurn(budget.answers_turns(database, settings)))
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    jobs: list[asyncio.Task[object]] = [
        asyncio.create_task(job)
        for job in (
            polling.run(),
            bring_answers(bot, database),
            keep_house(database),
            watching.watch(database, bot, settings, polling).run(),
            understand(interpreter),
            stop.wait(),
        )
    ]
    asyncio.create_task(_introduce_patiently(bot))  # noqa: RUF006 – a nicety; the process holds it long enough
    for rules in (
        triage,
        losses,
    ):  # a broken file refuses the start; and the first cry for help finds all loaded
        rules.find("salom")
    gc.collect()
    gc.freeze()  # what is loaded at the start stays: measured 1.8 times the updates a second (docs/adr)
    gc.set_threshold(20_000, 20, 50)
    log.info("bot_started")
    try:
        async with served(watching.status(database, clock, polling), settings, settings.bot_status_port):
            done, _pending = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        for job in done:
            job.result()
    finally:
        for job in jobs:
            job.cancel()
        await polling.finish()
        await interpreter.close()
        await dispatcher.storage.close()
        await bot.session.close()
        await database.close()
        log.info("bot_stopped")


async def _introduce_patiently(bot: Bot) -> None:
    for pause_s in (0, 2, 10, 60):
        await asyncio.sleep(pause_s)
        try:
            return await introduce(bot)
        except Exception as error:  # noqa: BLE001 – the bot converses without its commands menu too
            log.warning("introduction_failed", error=type(error).__name__)
    return None


def main() -> None:
    settings = load()
    logs.configure(settings.log_format)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
