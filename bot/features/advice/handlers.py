"""Advice by topic and in free words; the last to be asked, so also what is said when nothing else fits."""

from __future__ import annotations

from datetime import datetime

import structlog
from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import emergency, keyboards
from bot.features.advice import views
from bot.filters import Means, MeansAnything, Menu
from bot.say import Say
from core import advice as rules
from core.i18n import _
from core.intents import INTENTS, Interpretation
from core.people import Visitor
from services import Database, advice, people

log = structlog.get_logger()
commands = Router(name="advice.commands")
intents = Router(name="advice.intents")

LONGEST_CHARS = 1000


@commands.message(Command("advice"))
@commands.message(Menu("advice"))
async def topics(message: Message, say: Say, database: Database) -> None:
    await say(*views.topics(await advice.titles(database, say.language)))


@commands.callback_query(F.data == "adv:topics")
async def topics_pressed(press: CallbackQuery, say: Say, database: Database) -> None:
    await say(*views.topics(await advice.titles(database, say.language)))


@commands.callback_query(F.data.startswith("adv:show:"))
async def show_pressed(press: CallbackQuery, say: Say, database: Database) -> None:
    await show((press.data or "").removeprefix("adv:show:"), say, database)


async def show(article_id: str, say: Say, database: Database) -> None:
    article = await advice.article(database, article_id, say.language)
    if article:
        await say(*views.short(article))
    else:  # taken back by its editor, or a button from long ago
        await say(*views.topics(await advice.titles(database, say.language)))


@commands.callback_query(F.data.startswith("adv:more:"))
async def more(press: CallbackQuery, say: Say, database: Database) -> None:
    article = await advice.article(database, (press.data or "").removeprefix("adv:more:"), say.language)
    if article:
        await say.edit(*views.whole(article))
    else:
        await say(*views.topics(await advice.titles(database, say.language)))


@commands.callback_query(F.data.startswith("adv:yes:") | F.data.startswith("adv:no:"))
async def opinion(press: CallbackQuery, say: Say, database: Database, now: datetime) -> None:
    _adv, verdict, article_id = (press.data or "").split(":", 2)
    if article_id in rules.TOPICS:
        await advice.opine(database, article_id, say.chat_id, say.language, verdict == "yes", now)
    await say.toast(_("Thank you!"))
    await say.without_buttons()


@intents.message(Means(*(intent for intent in INTENTS if rules.for_intent(intent))))
async def advise(
    message: Message, say: Say, database: Database, interpretation: Interpretation, visitor: Visitor
) -> None:
    await show(rules.for_intent(interpretation.intent) or "", say, database)
    await understood(database, visitor)


@intents.message(Means("emergency"))
async def suspected_emergency(message: Message, say: Say) -> None:
    """The second net: the model alone thinks so."""
    await say(emergency.suspected())


@intents.message(Means("symptom", "risk_check"))
async def symptom(message: Message, say: Say) -> None:
    await say(*views.no_doctor())


@intents.message(Means("medication_question"))
async def medicine(message: Message, say: Say) -> None:
    await say(*views.no_medicines())


@intents.message(Means("out_of_scope"))
async def out_of_scope(message: Message, say: Say, visitor: Visitor) -> None:
    await say(views.out_of_scope(), markup=keyboards.menu(visitor, say.language))


@intents.message(F.text.len() > LONGEST_CHARS)
async def too_long(message: Message, say: Say) -> None:
    await say(_("That is a lot at once. Please write the most important in one or two sentences."))


@intents.message(MeansAnything())
async def unsure(
    message: Message, say: Say, visitor: Visitor, database: Database, interpretation: Interpretation
) -> None:
    """First miss: two suggestions; the second in a row: the menu and a human. Never silence."""
    suggestions = interpretation.suggestions()
    log.info("not_understood", form=interpretation.form, engine=interpretation.engine, misses=visitor.misses)
    await people.count_miss(database, say.chat_id, visitor.misses + 1)
    if visitor.misses == 0 and suggestions:
        await say(*views.did_you_mean(suggestions, await advice.titles(database, say.language)))
    else:
        await say(*views.not_understood())


async def understood(database: Database, visitor: Visitor) -> None:
    if visitor.misses:
        await people.count_miss(database, visitor.chat_id, 0)


@intents.message(F.voice | F.audio | F.video_note)
async def voice(message: Message, say: Say) -> None:
    await say(
        _("I cannot listen to voice messages yet. Please write it in a few words. Danger to life? Call 103.")
    )


@intents.message(F.photo | F.document | F.video)
async def picture(message: Message, say: Say) -> None:
    await say(_("I cannot read pictures and files, and I do not keep them. Please write it in words."))


@intents.message()
async def anything_else(message: Message, say: Say, visitor: Visitor) -> None:
    """Stickers, places, other people's contacts, dice."""
    await say(
        _("Thank you! Write to me in words, or choose below."), markup=keyboards.menu(visitor, say.language)
    )


@intents.callback_query()
async def old_button(press: CallbackQuery, say: Say, visitor: Visitor) -> None:
    """A button that nobody knows any more."""
    await say.toast(_("This button is old. Here is the menu."))
    await say(_("Choose below, please."), markup=keyboards.menu(visitor, say.language))
