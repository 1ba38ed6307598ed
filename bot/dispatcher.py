"""The order in which a message meets the features: commands and menu, then the step one is in, then its meaning."""

from __future__ import annotations

from aiogram import Dispatcher, Router
from aiogram.fsm.storage.base import BaseStorage

from bot import forms
from bot.clock import Clock
from bot.emergency import RedFlagsFirst
from bot.features.advice import handlers as advice
from bot.features.booking import handlers as booking
from bot.features.booking import visits
from bot.features.campaigns import handlers as campaigns
from bot.features.family import handlers as family
from bot.features.passport import handlers as passport
from bot.features.privacy import handlers as privacy
from bot.features.questions import handlers as questions
from bot.features.reminders import endings
from bot.features.reminders import handlers as reminders
from bot.features.start import handlers as start
from bot.middlewares import OncePressed, Recognise
from bot.understanding import Interprets
from core.i18n import Language
from services import Database, people

ROUTERS: tuple[Router, ...] = (
    start.commands,
    booking.commands,
    visits.commands,
    passport.commands,
    reminders.commands,
    campaigns.commands,
    family.commands,
    questions.commands,
    privacy.commands,
    advice.commands,
    endings.commands,
    endings.words,  # before any step: grief is no answer to a question
    privacy.words,
    forms.router,
    visits.steps,
    booking.steps,
    start.intents,
    visits.intents,
    booking.intents,
    passport.intents,
    family.intents,
    questions.intents,
    privacy.intents,
    advice.intents,  # last: it also answers what nobody understood
)


def build(
    database: Database,
    interpreter: Interprets,
    storage: BaseStorage,
    clock: Clock,
    helplines: tuple[str, ...] = (),
) -> Dispatcher:
    """Routers are module-level, so one dispatcher a process (or a test) at a time owns them."""

    async def language_of(chat_id: int) -> Language | None:
        return (await people.visit(database, chat_id, clock())).language

    dispatcher = Dispatcher(storage=storage, database=database)
    recognise = Recognise(database, interpreter, clock)
    dispatcher.message.outer_middleware(RedFlagsFirst(language_of, helplines))
    dispatcher.message.outer_middleware(recognise)
    dispatcher.callback_query.outer_middleware(OncePressed())
    dispatcher.callback_query.outer_middleware(recognise)
    dispatcher.my_chat_member.outer_middleware(recognise)
    for router in ROUTERS:
        router._parent_router = None
        dispatcher.include_router(router)
    return dispatcher
