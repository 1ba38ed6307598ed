"""An article while it is being written: what stands in the fields of the form, the text they make, what to put right where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import yaml

from core import advice, content
from core.errors import ContentError, Refusal
from core.i18n import Text, _

Written = Literal["uz", "ru"]
WRITTEN: tuple[Written, ...] = ("uz", "ru")
FIELDS = ("title", "summary", "body", "source", "source_url", "standing", "reviewed_by", "reviewed_on")
MOST_CHARS = 20_000

LABELS: Mapping[str, Text] = {
    "title": _("Title"),
    "summary": _("In short"),
    "body": _("Text"),
    "source": _("Source"),
    "source_url": _("Address of the source"),
    "standing": _("Standing"),
    "reviewed_by": _("Checked by"),
    "reviewed_on": _("Checked on"),
}


class ChangedMeanwhile(Refusal):
    """Somebody else saved the same article after this form was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody saved this article while you were writing. Your text is still here; compare it with theirs below."
            )
        )


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of one language exactly as they were typed, right or wrong."""

    title: str = ""
    summary: str = ""
    body: str = ""
    source: str = ""
    source_url: str = ""
    standing: str = "to_verify"
    reviewed_by: str = content.PENDING
    reviewed_on: str = ""

    def tidy(self) -> Typed:
        """Without what no eye sees: carriage returns, blanks at the ends."""
        values = {
            name: getattr(self, name).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
            for name in FIELDS
        }
        if not values["reviewed_by"]:
            values["reviewed_by"] = content.PENDING
        return Typed(**values)

    @property
    def reviewed(self) -> bool:
        return self.reviewed_by not in ("", content.PENDING)


@dataclass(frozen=True, slots=True)
class Problem:
    """What to put right: in which field, and for the text on which line, counted from 1."""

    field: str
    line: int | None
    text: Text


def typed(source: str) -> Typed:
    """The fields of a stored text, whatever is wrong with it."""
    match = re.match(r"---\n(.*?\n)---\n(.*)", source.replace("\r\n", "\n"), re.DOTALL)
    if match is None:
        return Typed(body=source)
    try:
        meta = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError):
        meta = None
    if not isinstance(meta, dict):
        return Typed(body=match[2].strip())
    values = {name: _shown(meta[name]) for name in FIELDS if name in meta}
    return Typed(**values, body=match[2]).tidy()


def source(article_id: str, fields: Typed, updated_on: date) -> str:
    """The text of the article as it is stored: the inverse of `typed`."""
    fields = fields.tidy()
    summary = fields.summary + "\n" if "\n" in fields.summary else fields.summary
    meta: dict[str, object] = {
        "id": article_id,
        "title": fields.title,
        "summary": summary,
        "source": fields.source,
        "source_url": fields.source_url,
        "standing": fields.standing,
        "reviewed_by": fields.reviewed_by,
        "reviewed_on": _day(fields.reviewed_on),
        "updated_on": updated_on,
    }
    if not fields.source_url:
        del meta["source_url"]
    return content.compose(meta, fields.body)


def problems(article_id: str, fields: Typed, language: Written, today: date) -> list[Problem]:
    """Everything wrong, in the order of the form; empty when it may be published."""
    text = source(article_id, fields, today)
    if len(text) > MOST_CHARS:
        return [Problem("body", None, _("The text is too long for one message of Telegram."))]
    if language == "uz":
        text = advice.apostrophes(text)
    found: list[Problem] = []
    for problem in content.check(text):
        located = _located(text, problem)
        if located not in found:
            found.append(located)
    return sorted(found, key=lambda problem: (FIELDS.index(problem.field), problem.line or 0))


def preview(
    article_id: str, fields: Typed, language: Written, today: date
) -> tuple[advice.Article, advice.Article | None]:
    """How a citizen sees it, in Uzbek also in Cyrillic letters; what cannot be shown yet is left out."""
    try:
        shown = advice.parse(source(article_id, fields, today), language)
    except ContentError:
        shown = _rough(article_id, fields, language, today)
    return shown, advice.in_cyrillic(shown) if language == "uz" else None


def is_review_stale(before: Typed, after: Typed) -> bool:
    """Whether the words changed under the name of somebody who checked the old ones."""
    said = (before.title, before.summary, before.body) != (after.title, after.summary, after.body)
    same_review = (before.reviewed_by, before.reviewed_on) == (after.reviewed_by, after.reviewed_on)
    return said and after.reviewed and same_review


def without_review(fields: Typed) -> Typed:
    return replace(fields, standing="to_verify", reviewed_by=content.PENDING, reviewed_on="")


def _rough(article_id: str, fields: Typed, language: Written, today: date) -> advice.Article:
    from core import markdown

    fields = fields.tidy()
    said = advice.apostrophes if language == "uz" else str
    reviewed_on = _day(fields.reviewed_on)
    return advice.Article(
        id=article_id,
        language=language,
        title=said(fields.title),
        summary=said(fields.summary),
        body=said(fields.body),
        body_html=markdown.to_html(said(fields.body)),
        source=said(fields.source),
        source_url=None,
        standing=fields.standing,
        reviewed_by=fields.reviewed_by,
        reviewed_on=reviewed_on if isinstance(reviewed_on, date) else None,
        updated_on=today,
    )


def _located(text: str, problem: content.Problem) -> Problem:
    """From a line of the whole text to a field of the form."""
    lines = text.split("\n")
    end = lines.index("---", 1)
    body_starts = next((n for n in range(end + 1, len(lines)) if lines[n].strip()), end + 1)
    line = (problem.line or 1) - 1
    if line > end:
        return Problem("body", max(line - body_starts + 1, 1), problem.text)
    for number in range(min(line, end - 1), 0, -1):
        if match := re.match(r"([a-z_]+):", lines[number]):
            field = match[1] if match[1] in FIELDS else "title"
            return Problem(field, None, problem.text)
    return Problem("title", None, problem.text)


def _shown(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _day(text: str) -> date | str | None:
    """A date, None for nothing, or the words themselves when they are no date."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return text
