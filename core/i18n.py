"""One source of words: lazy texts, rendered in the person's language at the moment of sending.

Uzbek is written once, in Latin; the Cyrillic interface is derived from it (core/script.py). Catalogs are gettext's:
content/<language>/LC_MESSAGES/messages.po, compiled with `make words`.
"""

from __future__ import annotations

import gettext
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from core import script

Language = Literal["uz", "uz_Cyrl", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
CONTENT = Path(__file__).resolve().parent.parent / "content"
TASHKENT = ZoneInfo("Asia/Tashkent")


@dataclass(frozen=True, slots=True)
class Words:
    """One expression in both written languages: a clinic's name, an article's title."""

    uz: str
    ru: str

    def render(self, language: Language) -> str:
        if language == "uz_Cyrl":
            return _to_cyrillic(self.uz)
        return self.uz if language == "uz" else self.ru


@dataclass(frozen=True, slots=True)
class Html:
    """Text that is markup already and is not escaped again."""

    value: str


@dataclass(frozen=True, slots=True)
class Capital:
    """A name of something, at the beginning of a line."""

    value: Text | Words


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence not yet in any language. `str.format` placeholders take `values`.

    A `date` is shown as 12.12.2026, a `datetime` as 12.12.2026 10:00 Tashkent time, a `Text` or `Words` in the same language.
    """

    msgid: str
    plural: str | None = None
    n: int = 0
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, language: Language, *, escape: bool = False) -> str:
        """The sentence in `language`; with `escape`, every value is HTML-escaped (the template itself may be markup)."""
        template = _template(self.msgid, self.plural, self.n, language)
        return template.format_map({k: _show(v, language, escape) for k, v in self.values.items()})

    def html(self, language: Language) -> str:
        return self.render(language, escape=True)


def _(msgid: str, **values: object) -> Text:
    """Mark `msgid` for translation; the keywords fill its {placeholders} when rendered."""
    return Text(msgid, values=values)


def n_(msgid: str, plural: str, n: int, **values: object) -> Text:
    """The same with plural forms; `{n}` is the number."""
    return Text(msgid, plural, n, {"n": n, **values})


def join(separator: str, *parts: Text) -> Text:
    """Several texts as one, e.g. paragraphs: `join("\\n\\n", a, b)`."""
    names = [f"p{i}" for i in range(len(parts))]
    return Text(
        separator.replace("{", "{{").replace("}", "}}").join(f"{{{n}}}" for n in names),
        values=dict(zip(names, parts, strict=True)),
    )


def verbatim(text: str) -> Text:
    """A text that is the same in every language: a number, a name, what an editor wrote."""
    return Text("{text}", values={"text": text})


def markup(text: str) -> Text:
    """The same for finished markup."""
    return Text("{text}", values={"text": Html(text)})


def localize(language: str | None) -> Language:
    """The nearest language we speak to an IETF tag or to what was stored: uz, uz-Cyrl, ru, tg → Uzbek or Russian."""
    tag = (language or "").replace("-", "_")
    if tag in LANGUAGES:
        return tag
    if tag.lower().startswith("uz_cyrl"):
        return "uz_Cyrl"
    return "ru" if tag.split("_")[0] in {"ru", "be", "uk", "kk", "ky", "tg"} else "uz"


@lru_cache(maxsize=8)
def _catalog(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", CONTENT, [language], fallback=True)


@lru_cache(maxsize=4096)
def _template(msgid: str, plural: str | None, n: int, language: Language) -> str:
    catalog = _catalog("ru" if language == "ru" else "uz")
    if not msgid or (msgid.startswith("{") and re.fullmatch(r"(\W*\{\w+\}\W*)+", msgid)):
        return msgid
    template = catalog.ngettext(msgid, plural, n) if plural is not None else catalog.gettext(msgid)
    return _to_cyrillic(template) if language == "uz_Cyrl" else template


@lru_cache(maxsize=4096)
def _to_cyrillic(text: str) -> str:
    return script.to_cyrillic(text)


def _show(value: object, language: Language, escape: bool) -> object:
    if isinstance(value, Text):
        return value.render(language, escape=escape)
    if isinstance(value, Capital):
        shown = str(_show(value.value, language, escape))
        return shown[:1].upper() + shown[1:]
    if isinstance(value, Html):
        return value.value
    if isinstance(value, Words):
        value = value.render(language)
    elif isinstance(value, datetime):
        value = value.astimezone(TASHKENT).strftime("%d.%m.%Y %H:%M")
    elif isinstance(value, date):
        value = value.strftime("%d.%m.%Y")
    elif isinstance(value, float):
        value = f"{value:g}".replace(".", ",")
    if isinstance(value, str) and escape:
        return html.escape(value, quote=False)
    return value
