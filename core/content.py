"""Words that stand in files: a front matter and a body, and what an editor must put right in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import yaml

from core import markdown
from core.errors import ContentError
from core.i18n import Text, _
from core.markdown import Problem as Problem

TITLE_MAX_CHARS = 60
SUMMARY_MAX_LINES = 5
SUMMARY_LINE_MAX_CHARS = 120
BODY_MIN_WORDS, BODY_MAX_WORDS = 80, 200
# Telegram takes 4096 characters a message; title, source and reviewer stand in the same one.
BODY_MAX_CHARS = 3500
STANDINGS = ("to_verify", "verified")
PENDING = "pending"

REQUIRED = ("id", "title", "summary", "source", "standing", "reviewed_by", "reviewed_on", "updated_on")
OPTIONAL = ("source_url",)


@dataclass(frozen=True, slots=True)
class Document:
    """A front matter (values and the line of each), and a body in Markdown starting at `body_line`."""

    meta: Mapping[str, object]
    lines: Mapping[str, int]
    body: str
    body_line: int


def parse(text: str, file: str = "text") -> Document:
    """Raises ContentError naming file, line and reason at the first thing wrong."""
    document, problems = _read(text)
    if document is not None:
        problems += _judge(document)
    if document is None or problems:
        raise ContentError(file, problems[0].line, problems[0].reason)
    return document


def check(text: str) -> list[Problem]:
    """Everything wrong with a document, in the order of its lines; empty when it may be published."""
    document, problems = _read(text)
    if document is not None:
        problems += _judge(document)
    return sorted(problems, key=lambda problem: problem.line or 0)


def compose(meta: Mapping[str, object], body: str) -> str:
    """The inverse of `parse`: front matter and body as one text."""
    head = yaml.dump(dict(meta), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{body.strip()}\n"


def words(body: str) -> int:
    """How many words a reader meets: runs with a letter or a digit, whatever stands around them."""
    visible = re.sub(r"\]\([^)]*\)", "]", body)
    return sum(1 for run in visible.split() if re.search(r"\w", run))


class _Dumper(yaml.SafeDumper):
    """Writes sentences of several lines as a block, the way people write them."""


def _text_node(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text_node)


def _read(text: str) -> tuple[Document | None, list[Problem]]:
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "---":
        return None, [Problem(1, _("The text must begin with a line of three hyphens: ---"))]
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return None, [Problem(len(lines), _("The second line of three hyphens is missing: ---"))]
    meta, places, problems = _read_head("\n".join(lines[1:end]))
    if not meta and problems:
        return None, problems
    first = next((n for n in range(end + 1, len(lines)) if lines[n].strip()), end)
    body = "\n".join(lines[first:]).strip() if first > end else ""
    return Document(meta, places, body, first + 1), problems


def _read_head(head: str) -> tuple[dict[str, object], dict[str, int], list[Problem]]:
    meta: dict[str, object] = {}
    places: dict[str, int] = {}
    problems: list[Problem] = []
    unreadable = _("This line cannot be read. It should look so: title: …")
    try:
        loader = yaml.SafeLoader(head)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return meta, places, [Problem(mark.line + 2 if mark else 2, unreadable)]
    if not isinstance(node, yaml.MappingNode):
        return meta, places, [Problem(2, unreadable)]
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 2
        if key in places:
            problems.append(Problem(line, _("“{key}” stands here twice.", key=key)))
        places[key] = line
        try:
            meta[key] = loader.construct_object(value_node, deep=True)
        except (yaml.YAMLError, ValueError):  # ValueError: a day that no calendar has
            meta[key] = value_node.value
    return meta, places, problems


def _judge(document: Document) -> list[Problem]:
    known = (*REQUIRED, *OPTIONAL)
    problems = [
        Problem(line, _("“{key}” is not known here. Known: {known}.", key=key, known=", ".join(known)))
        for key, line in document.lines.items()
        if key not in known
    ]
    problems += [
        Problem(2, _("“{key}” is missing.", key=key)) for key in REQUIRED if key not in document.meta
    ]
    if not problems:
        problems = [
            *(Problem(document.lines.get(key), text) for key, text in _judge_meta(document.meta)),
            *_judge_review(document),
        ]
    return problems + _judge_body(document)


def _judge_meta(meta: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    for key in ("id", "title", "summary", "source", "reviewed_by"):
        value = meta[key]
        if not isinstance(value, str) or not value.strip():
            yield key, _("“{key}” must be words.", key=key)
    title, summary, source = str(meta["title"]), str(meta["summary"]).strip(), str(meta["source"])
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(meta["id"])):
        yield "id", _("The id is small Latin letters, digits and _ only.")
    if len(title) > TITLE_MAX_CHARS or "\n" in title:
        yield "title", _("The title is one line of at most {n} characters.", n=TITLE_MAX_CHARS)
    if len(summary.splitlines()) > SUMMARY_MAX_LINES:
        yield "summary", _("The summary has at most {n} lines.", n=SUMMARY_MAX_LINES)
    if any(len(line) > SUMMARY_LINE_MAX_CHARS for line in summary.splitlines()):
        yield "summary", _("A line of the summary has at most {n} characters.", n=SUMMARY_LINE_MAX_CHARS)
    if not re.search(r"\b(19|20)\d\d\b", source):
        yield "source", _("Name the source with its title, publisher and year.")
    if "source_url" in meta and not re.fullmatch(r"https://[^\s/]+\.\S+", str(meta["source_url"])):
        yield "source_url", _("An address begins with https://")
    if not _is_day(meta["updated_on"]):
        yield "updated_on", _("Write the date so: 2026-11-30")


def _judge_review(document: Document) -> Iterator[Problem]:
    meta, line = document.meta, document.lines.get
    reviewed = meta["reviewed_by"] != PENDING
    if meta["standing"] not in STANDINGS:
        yield Problem(line("standing"), _("The standing is one of: {known}.", known=", ".join(STANDINGS)))
    if meta["reviewed_on"] is not None and not _is_day(meta["reviewed_on"]):
        yield Problem(line("reviewed_on"), _("Write the date so: 2026-11-30"))
    elif reviewed != (meta["reviewed_on"] is not None):
        yield Problem(line("reviewed_on"), _("Who reviewed it and the day of the review stand together."))
    if meta["standing"] == "verified" and not reviewed:
        yield Problem(line("standing"), _("Only a text that a clinician reviewed is verified."))


def _judge_body(document: Document) -> list[Problem]:
    problems = markdown.problems(document.body, document.body_line)
    count = words(document.body)
    if not BODY_MIN_WORDS <= count <= BODY_MAX_WORDS:
        text = _(
            "The text has {n} words; {low} to {high} are right.",
            n=count,
            low=BODY_MIN_WORDS,
            high=BODY_MAX_WORDS,
        )
        problems.append(Problem(document.body_line, text))
    if len(markdown.to_html(document.body)) > BODY_MAX_CHARS:
        problems.append(Problem(document.body_line, _("The text is too long for one message of Telegram.")))
    return problems


def _is_day(value: object) -> bool:
    return type(value) is date
