"""A campaign before and after: as each reader sees it, whom it reaches and what it costs, and which text did better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

import channels
from core import campaign_words, effect, segments
from core import campaigns as rules
from core.campaigns import Count, Variant
from core.i18n import Language, Text
from core.settings import Settings
from services import Database, campaign_people
from services.campaign_results import Result
from services.campaigns import Plan

SHOWN: tuple[Language, ...] = ("uz", "uz_Cyrl", "ru")


@dataclass(frozen=True, slots=True)
class Seen:
    """One text as one reader sees it; `parts` are the segments of its SMS."""

    variant: Variant
    language: Language
    html: Markup
    sms: str
    parts: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Whom it would reach now; `parts` are segments at most, `costs` what they cost by provider (see `costs`)."""

    count: Count
    parts: int
    costs: list[tuple[str, str | None]]


def seen(plan: Plan, *, cyrillic: bool) -> list[Seen]:
    found = []
    for of in rules.VARIANTS[: 1 + plan.split]:
        text, sms = rules.said(plan.texts, of)
        for language in SHOWN:
            short = "" if sms is None else sms.render("ru" if language == "ru" else "uz")
            if short:
                short = rules.sms_text(short, language, cyrillic=cyrillic)
            html = Markup(campaign_words.telegram_html(text, language))  # noqa: S704 – core.markdown escapes it
            found.append(Seen(of, language, html, short, segments.count(short) if short else 0))
    return found


async def counted(database: Database, settings: Settings, plan: Plan, now: datetime) -> Counted:
    count = await campaign_people.count(database, plan.audience, now, with_sms=plan.with_sms)
    parts = sum(
        people * rules.segments_of(plan.texts, plan.split, language, cyrillic=settings.sms_cyrillic)
        for language, people in (count.sms or {}).items()
    )
    return Counted(count, parts, costs(settings, parts))


def costs(settings: Settings, parts: int) -> list[tuple[str, str | None]]:
    """By provider, 12 345,50; None where its price is not set: none is ever guessed."""
    found = []
    for name in channels.sms_weights(settings):
        price = settings.segment_price(name)
        found.append((name, None if price is None else _shown(price * parts)))
    return found


def _shown(cost: float) -> str:
    whole = f"{cost:,.2f}".removesuffix(".00")
    return whole.replace(",", " ").replace(".", ",")


def compared(results: Mapping[Variant, Result]) -> Text:
    """The two texts by how many answered."""
    nothing = Result("a")
    a, b = results.get("a", nothing), results.get("b", nothing)
    return effect.in_words(effect.difference(a.answered, a.sent, b.answered, b.sent))
