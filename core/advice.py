"""Articles of advice: what stands in content/*/advice, or what an editor put in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import MappingProxyType

from core import content, markdown, script
from core.errors import ContentError
from core.i18n import CONTENT, Language

# In the order of the menu: what most people ask for first.
TOPICS = (
    "nutrition",
    "activity",
    "weight",
    "blood_pressure",
    "heart",
    "diabetes",
    "child",
    "vaccination",
    "pregnancy",
    "anaemia",
    "screening",
    "infection",
    "oral",
    "sleep",
    "stress",
    "smoking",
    "alcohol",
    "carbon_monoxide",
)
# Topics of the menu that nobody asks for by an intent of their own.
WITHOUT_INTENT = frozenset({"carbon_monoxide"})
_PREFIX = "advice_"


@dataclass(frozen=True, slots=True)
class Article:
    """`summary` is plain text, sent first; `body` is Markdown and `body_html` the same as Telegram takes it."""

    id: str
    language: Language
    title: str
    summary: str
    body: str
    body_html: str
    source: str
    source_url: str | None
    standing: str
    reviewed_by: str
    reviewed_on: date | None
    updated_on: date

    @property
    def reviewed(self) -> bool:
        return self.reviewed_on is not None


def parse(text: str, language: Language, file: str = "text") -> Article:
    """An article from front matter and body; for `uz_Cyrl` the text is Uzbek in Latin letters.

    Uzbek may be typed with any apostrophe: ʻ and ʼ are put where they belong. Raises ContentError.
    """
    if language == "uz_Cyrl":
        return in_cyrillic(parse(text, "uz", file))
    document = content.parse(apostrophes(text) if language == "uz" else text, file)
    meta = document.meta
    reviewed_on, updated_on = meta["reviewed_on"], meta["updated_on"]
    assert isinstance(updated_on, date)
    assert reviewed_on is None or isinstance(reviewed_on, date)
    return Article(
        id=str(meta["id"]),
        language=language,
        title=str(meta["title"]).strip(),
        summary=str(meta["summary"]).strip(),
        body=document.body,
        body_html=markdown.to_html(document.body),
        source=str(meta["source"]).strip(),
        source_url=str(meta["source_url"]) if "source_url" in meta else None,
        standing=str(meta["standing"]),
        reviewed_by=str(meta["reviewed_by"]).strip(),
        reviewed_on=reviewed_on,
        updated_on=updated_on,
    )


def dump(article: Article) -> str:
    """The text `parse` would read the article from."""
    meta: dict[str, object] = {
        "id": article.id,
        "title": article.title,
        "summary": article.summary + "\n" if "\n" in article.summary else article.summary,
        "source": article.source,
        "source_url": article.source_url,
        "standing": article.standing,
        "reviewed_by": article.reviewed_by,
        "reviewed_on": article.reviewed_on,
        "updated_on": article.updated_on,
    }
    if article.source_url is None:
        del meta["source_url"]
    return content.compose(meta, article.body)


@cache
def articles(language: Language) -> Mapping[str, Article]:
    """Every topic's article as it stands in the files, in the order of the menu. Raises ContentError."""
    if language == "uz_Cyrl":
        return MappingProxyType({name: in_cyrillic(article) for name, article in articles("uz").items()})
    folder = CONTENT / language / "advice"
    found = {}
    for topic in TOPICS:
        path = folder / f"{topic}.md"
        name = f"content/{language}/advice/{topic}.md"
        if not path.is_file():
            raise ContentError(name, None, "the file is missing")
        found[topic] = parse(path.read_text(encoding="utf-8"), language, name)
        if found[topic].id != topic:
            raise ContentError(name, 2, f"the id must be the name of the file: {topic}")
    return MappingProxyType(found)


def for_intent(intent: str) -> str | None:
    """The id of the article that answers `intent` (advice_sleep → sleep), None for intents that are not advice."""
    topic = intent.removeprefix(_PREFIX)
    return topic if intent.startswith(_PREFIX) and topic in TOPICS and topic not in WITHOUT_INTENT else None


def in_cyrillic(article: Article) -> Article:
    """An Uzbek article in Cyrillic letters; the titles of foreign sources, in quotation marks, stay as they are."""
    body = script.to_cyrillic(article.body)
    return replace(
        article,
        language="uz_Cyrl",
        title=script.to_cyrillic(article.title),
        summary=script.to_cyrillic(article.summary),
        body=body,
        body_html=markdown.to_html(body),
        source="".join(
            part if part.startswith("“") else script.to_cyrillic(part)
            for part in re.split(r"(“[^”]*”)", article.source)
        ),
    )


def apostrophes(text: str) -> str:
    """Uzbek in Latin letters with ʻ after o and g, and ʼ between other letters, whichever sign was typed."""
    text = re.sub(r"(?<=[oOgG])['‘’`´ʼ]", "ʻ", text)
    return re.sub(r"(?<=[^\W\d_oOgG])['‘’`´ʻ](?=[^\W\d_])", "ʼ", text)
