"""Every text reminders can be by SMS, made by the code that makes the real ones: what operators are asked to approve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from core import notice_words, segments, sms
from core import reminders as rules
from core.deliveries import Hours
from core.i18n import Language
from core.notices import Item, Notice
from core.reminders import Kind
from core.sms_templates import fingerprint, shape

NOW = datetime(2026, 1, 1, 7, 0, tzinfo=UTC)
BORN_LONG_AGO, BORN_LATELY = date(1960, 1, 1), date(2025, 6, 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """One text in one language as it would leave. `fixed`: nothing but digits varies in it."""

    language: Language
    text: str
    fixed: bool = True

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text)

    @property
    def segments(self) -> int:
        return segments.count(self.text)


@lru_cache(maxsize=16)
def samples(bot_name: str, cyrillic: bool) -> tuple[Sample, ...]:
    """Each text once, in every language an SMS is written in. With longer names and other days only digits may change."""
    languages: tuple[Language, ...] = ("uz", "uz_Cyrl", "ru") if cyrillic else ("uz", "ru")
    found: dict[str, Sample] = {}
    for language in languages:
        pairs = zip(
            _notices(language, "Ali", timedelta(days=3, hours=1)),
            _notices(language, "Muhammadaziz", timedelta(days=333, hours=5)),
            strict=True,
        )
        for one, other in pairs:
            text, again = (_text(notice, bot_name, cyrillic) for notice in (one, other))
            found.setdefault(shape(text), Sample(language, text, shape(text) == shape(again)))
    return tuple(found.values())


def of_campaign(words: Iterable[tuple[Language, str]], cyrillic: bool) -> Iterator[Sample]:
    """The same of what staff wrote for a campaign; `words` are without the frame around them."""
    from core import campaigns

    for language, text in words:
        yield Sample(language, campaigns.sms_text(text, language))
        if language == "uz" and cyrillic:
            yield Sample("uz_Cyrl", campaigns.sms_text(text, "uz_Cyrl", cyrillic=True))


def _text(notice: Notice, bot_name: str, cyrillic: bool) -> str:
    return sms.plain(notice_words.compose(notice, NOW, bot_name, cyrillic=cyrillic).text)


def _notices(language: Language, name: str, ahead: timedelta) -> list[Notice]:
    """Whom an SMS can be about, what for, and whether its day is still to come or over."""
    found = []
    for about, born in ((None, BORN_LONG_AGO), (name, BORN_LATELY), (name, BORN_LONG_AGO)):
        for kind in ("vaccination", "screening"):
            for on in (NOW + ahead, NOW - ahead):
                found.append(_notice(language, _item(kind, about, born, on)))
        found.append(_notice(language, _item("appointment", about, born, NOW + ahead, "hour-24")))
        found.append(_notice(language, _item("appointment", about, born, NOW - ahead, rules.MISSED)))
        for step in (rules.CANCELLED, rules.MOVED):
            found.append(_notice(language, _item("appointment", about, born, NOW + ahead, step)))
    family = [_item("vaccination", name, BORN_LATELY, NOW + ahead, about_id=n) for n in (2, 3)]
    return [*found, _notice(language, *family)]


def _item(
    kind: Kind, about: str | None, born: date, at: datetime, step: str = "day-1", about_id: int = 2
) -> Item:
    return Item(
        reminder_id=1,
        kind=kind,
        item="1",
        dose=1,
        step=step,
        due_on=at.date(),
        due_at=at if kind == "appointment" else None,
        about_id=about_id if about else 1,
        about=about,
        birth_date=born,
    )


def _notice(language: Language, *items: Item) -> Notice:
    until = NOW + timedelta(days=400)
    return Notice(1, len(items), 1, language, "sms", "", items, until, capped=True, hours=Hours())
