"""Words of the admin: one catalog for its own sentences and for those of starlette-admin, in the language of whoever looks."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from babel.support import LazyProxy, Translations
from markupsafe import Markup, escape
from starlette_admin import i18n

from core.i18n import CONTENT, Text, Words, _, n_

Written = Literal["uz", "ru"]
LANGUAGE_COOKIE = "salomat_language"
LANGUAGE_NAMES: dict[Written, str] = {"uz": "Oʻzbekcha", "ru": "Русский"}


class Catalog(Translations):
    """Our words first, then those that starlette-admin brings, then the sentence itself."""

    def __init__(self, language: Written, theirs: gettext.NullTranslations | None) -> None:
        super().__init__()
        self._ours = gettext.translation("messages", CONTENT, [language], fallback=True)
        self._theirs = theirs or gettext.NullTranslations()

    def merge(self, translations: Translations) -> Catalog:
        """starlette-admin adds what its themes say when it is built: to its own words, never in the place of ours."""
        if isinstance(self._theirs, Translations):
            self._theirs.merge(translations)
        else:
            self._theirs = translations
        return self

    def gettext(self, message: str) -> str:
        found = self._ours.gettext(message) if message else message
        return found if found != message else self._theirs.gettext(message)

    ugettext = gettext

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        found = self._ours.ngettext(msgid1, msgid2, n)
        return found if found not in (msgid1, msgid2) else self._theirs.ngettext(msgid1, msgid2, n)

    ungettext = ngettext


def install() -> None:
    """Teach starlette-admin Uzbek and our Russian. Twice is harmless."""
    if "uz" not in i18n.SUPPORTED_LOCALES:
        i18n.SUPPORTED_LOCALES.append("uz")
    for language in LANGUAGE_NAMES:
        if not isinstance(i18n.translations.get(language), Catalog):
            i18n.translations[language] = Catalog(language, i18n.translations.get(language))


def language() -> Written:
    """The language of the request being answered."""
    return "ru" if i18n.get_locale() == "ru" else "uz"


def speak(chosen: str | None) -> None:
    """Answer the rest of this request in that language."""
    i18n.set_locale("ru" if chosen == "ru" else "uz")


def say(text: Text | Words) -> str:
    """The sentence as plain text, for a flash message or a label."""
    return text.render(language())


def label(text: Text | Words) -> Any:
    """Like a `str`, but decided anew for each request: what starlette-admin takes for labels."""
    return LazyProxy(say, text, enable_cache=False)


def in_template(message: str, **values: object) -> Markup:
    """`{{ _("…") }}`: ours with {placeholders}, starlette-admin's with %(placeholders)s; values are escaped."""
    if "%(" in message:
        return Markup(_template(message, language())) % values  # noqa: S704 – a catalog's sentence
    if not values:
        return Markup(_template(message, language()))  # noqa: S704
    return Markup(_(message, **values).html(language()))  # noqa: S704


def many_in_template(singular: str, plural: str, n: int, **values: object) -> Markup:
    """`{{ ngettext("{n} …", "{n} …", count) }}`."""
    if "%(" in singular:
        return Markup(i18n.ngettext(singular, plural, n)) % {"num": n, **values}  # noqa: S704
    return Markup(n_(singular, plural, n, **values).html(language()))  # noqa: S704


def shown(value: Any) -> Any:
    """The filter `|t`: a Text or Words in the reader's language, escaped like any string; anything else as it is."""
    if isinstance(value, Text):
        return Markup(value.html(language()))  # noqa: S704 – values are escaped by html()
    if isinstance(value, Words):
        return escape(value.render(language()))
    return value


def into(env: Any) -> None:
    """Let the templates speak: `_`, `gettext`, `ngettext`, `|t`, `|when`, `|day`, `|capital`."""
    env.globals.update(_=in_template, gettext=in_template, ngettext=many_in_template, language=language)
    env.globals["language_names"] = LANGUAGE_NAMES
    filters: dict[str, Callable[..., Any]] = {"t": shown, "when": _when, "day": _day, "capital": _capital}
    env.filters.update(filters)


def moment(at: date | datetime) -> Text:
    """12.12.2026 or 12.12.2026 10:00."""
    return Text("{at}", values={"at": at})


def _when(at: Any) -> str:
    return "" if at is None else moment(at).render(language())


_day = _when


def _capital(shown_text: Any) -> Any:
    """With a large first letter; what is escaped stays escaped."""
    return shown_text[:1].upper() + shown_text[1:]


@lru_cache(maxsize=2048)
def _template(message: str, spoken: Written) -> str:
    return i18n.translations[spoken].gettext(message)
