"""The words of a campaign looked at before anybody gets them: what must be put right, and what others should not see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from core import campaigns as rules
from core import markdown, segments, sms
from core.campaigns import VARIANTS, Texts
from core.editing import WRITTEN, Written
from core.i18n import CONTENT, Language, Text, Words, _

MOST_CHARS = 1200
MOST_LINES = 12
MOST_SEGMENTS: Mapping[Written, int] = {"uz": 1, "ru": 2}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which field of the form: `a.uz.text`, `b.ru.sms`."""

    field: str
    text: Text


def problems(texts: Texts, split: bool) -> list[Problem]:
    """What keeps a campaign from being approved; empty when nothing does."""
    found: list[Problem] = []
    used = VARIANTS[: 1 + split]
    with_sms = any(texts[of, language].sms for of in used for language in WRITTEN)
    for of in used:
        for language in WRITTEN:
            wording, field = texts[of, language], f"{of}.{language}"
            found += [Problem(f"{field}.text", text) for text in _of_telegram(wording.text)]
            if with_sms:
                found += [Problem(f"{field}.sms", text) for text in _of_sms(wording.sms, language)]
    return found


def _of_telegram(text: str) -> list[Text]:
    if not text:
        return [_("Write the text.")]
    if len(text) > MOST_CHARS or text.count("\n") >= MOST_LINES:
        return [
            _("The text is too long: at most {chars} characters and {lines} lines.", **_limits()),
        ]
    return [problem.text for problem in markdown.problems(text)]


def _limits() -> dict[str, object]:
    return {"chars": MOST_CHARS, "lines": MOST_LINES}


def _of_sms(words: str, language: Written) -> list[Text]:
    if not words:
        return [_("Write the SMS in both languages, or leave it out in both.")]
    text = rules.sms_text(words, language)
    if segments.count(text) > MOST_SEGMENTS[language]:
        over = segments.units(text) - _room(text, MOST_SEGMENTS[language])
        return [_("The SMS is too long: make it {n} characters shorter.", n=over)]
    if language == "uz" and segments.encoding(text) != "GSM-7":
        return [_("There is a letter here that an SMS in Latin letters cannot carry.")]
    return []


def _room(text: str, parts: int) -> int:
    single, part = (160, 153) if segments.encoding(text) == "GSM-7" else (70, 67)
    return single if parts == 1 else parts * part


def warnings(texts: Texts, split: bool) -> list[Problem]:
    """Words that tell others about somebody's health, in an SMS or in the first line of a Telegram message."""
    found: list[Problem] = []
    for of in VARIANTS[: 1 + split]:
        for language in WRITTEN:
            wording = texts[of, language]
            first = next((line for line in wording.text.split("\n") if line.strip()), "")
            for field, said, everywhere in (("text", first, False), ("sms", wording.sms, True)):
                told = private(said, first_line=not everywhere)
                if told:
                    found.append(Problem(f"{of}.{language}.{field}", _warning(field, told)))
    return found


def _warning(field: str, told: tuple[str, ...]) -> Text:
    words = ", ".join(told)
    if field == "sms":
        return _("Others may see an SMS. Say it without: {words}", words=words)
    return _("Others see the first line on a locked telephone. Say it below, not here: {words}", words=words)


def private(text: str, *, first_line: bool) -> tuple[str, ...]:
    """The words in `text` that name a disease, a vaccine, a result or a diagnosis, in either language."""
    plain = sms.plain(text).lower().replace("ё", "е")
    return tuple(dict.fromkeys(match.group() for match in _pattern(first_line).finditer(plain)))


@cache
def _pattern(first_line: bool) -> re.Pattern[str]:
    stems: list[str] = []
    for language in WRITTEN:
        data = yaml.safe_load((CONTENT / language / "private_words.yml").read_text(encoding="utf-8"))
        stems += data["everywhere"] + (data["first_line"] if first_line else [])
    # with $ at its end it is a whole word: «раку» is not in «ракурс»
    parts = [re.escape(s.removesuffix("$")) + (r"\b" if s.endswith("$") else r"[\w']*") for s in stems]
    return re.compile(rf"(?<![\w'])(?:{'|'.join(parts)})")


def empty() -> Texts:
    return {(of, language): rules.Wording() for of in VARIANTS for language in WRITTEN}


def telegram_html(words: Words, language: Language) -> str:
    """The text as Telegram takes it, for Uzbek in Cyrillic derived from the Latin one."""
    return markdown.to_html(words.render(language))
