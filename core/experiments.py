"""Experiments: half of the people read another inviting sentence in their reminders; what it may say, and who reads it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core import approval, campaign_words
from core.campaigns import Wording
from core.editing import WRITTEN, Written
from core.errors import Refusal
from core.halves import half
from core.i18n import Text, Words, _
from core.notices import Tried
from core.ports import ChannelKind
from core.reminders import Kind as ReminderKind

Kind = Literal["vaccination", "screening"]
State = Literal["draft", "waiting", "approved", "running", "ended"]
Action = Literal["ask", "approve", "send_back", "start", "end"]

KINDS: tuple[Kind, ...] = get_args(Kind)
USUAL: Mapping[ReminderKind, Text] = {"vaccination": _("It is free at your family clinic.")}
"""The first text: what stands below the lines of a reminder everybody gets. Of check-ups nothing does."""
FROM: Mapping[Action, tuple[State, ...]] = {
    "ask": ("draft",),
    "approve": ("waiting",),
    "send_back": ("waiting", "approved"),
    "start": ("approved",),
    "end": ("running",),
}
TO: Mapping[Action, State] = {
    "ask": "waiting",
    "approve": "approved",
    "send_back": "draft",
    "start": "running",
    "end": "ended",
}
"""Which states an action leads from and to. Words are changed in a draft only."""
MOST_TITLE, MOST_CHARS, MOST_SENTENCES = 80, 160, 2
_CYRILLIC = re.compile(r"[а-яёўқғҳ]", re.IGNORECASE)
_MARKS = re.compile(r"[*_`#<>\[\]{}|~\\]|://|@\w|\w\.[a-z]{2,}")
_END = re.compile(r"[.!?…]+(?=\s|$)")


class NotNow(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This cannot be done with the comparison now. Look at its state again."))


class Changed(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Somebody changed this comparison meanwhile. Look at it again."))


class OwnWords(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Who wrote a comparison does not approve it. Ask somebody else."))


class OneRuns(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Another comparison is running for this kind of reminder. End that one first, then start this one."
            )
        )


WAY = approval.Way(FROM, TO, NotNow, OwnWords)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which field of the form: `title`, `kind`, `uz`, `ru`."""

    field: str
    text: Text


@dataclass(frozen=True, slots=True)
class Running:
    """An experiment people are divided by; `words` are its second text."""

    id: int
    words: Words

    def tried(self, person_id: int) -> Tried:
        """The name keeps its halves apart from those of the campaign with the same id."""
        of = half(f"experiment {self.id}", person_id)
        return Tried(self.id, of, self.words if of == "b" else None)


def check(action: Action, state: State, *, writer: bool = False) -> State:
    """The state it leads to. `writer`: whoever acts wrote some of it. Raises NotNow, OwnWords."""
    return WAY.check(action, state, writer=writer)


def choose(
    running: Mapping[Kind, Running], way: ChannelKind, kinds: Collection[ReminderKind], person_id: int
) -> Tried | None:
    """What is tried on this message: by Telegram only, and only where everything in it is of one kind."""
    if way != "telegram" or len(set(kinds)) != 1:
        return None
    found = next((running[kind] for kind in KINDS if kind in kinds and kind in running), None)
    return found.tried(person_id) if found else None


def tidy(words: str, language: Written) -> str:
    """One line, in Uzbek with its own apostrophes."""
    return " ".join(Wording(words).tidy(language).text.split())


def problems(kind: Kind | None, title: str, words: Words) -> list[Problem]:
    """What keeps it from being approved; empty when nothing does."""
    found = []
    if not title:
        found.append(Problem("title", _("Give it a title, for yourselves; people do not see it.")))
    if kind is None:
        found.append(Problem("kind", _("Choose which reminders it is about.")))
    for language in WRITTEN:
        found += [Problem(language, text) for text in _of_text(kind, words.render(language), language)]
    return found


def _of_text(kind: Kind | None, text: str, language: Written) -> list[Text]:
    if not text:
        return [_("Write the text.")]
    found = []
    if len(text) > MOST_CHARS or len(_END.findall(text)) > MOST_SENTENCES:
        found.append(
            _("Too long: at most {sentences} sentences and {chars} characters.", sentences=MOST_SENTENCES, chars=MOST_CHARS)
        )  # fmt: skip
    if _MARKS.search(text):
        found.append(_("Plain words only: no address, no link, no signs such as * _ < >."))
    if language == "uz" and _CYRILLIC.search(text):
        found.append(_("Write Uzbek in Latin letters. The Cyrillic is made from it."))
    if language == "ru" and not _CYRILLIC.search(text):
        found.append(_("Write here in Russian."))
    told = campaign_words.private(text, first_line=False)
    if told:
        words = ", ".join(told)
        found.append(
            _("Everybody reminded gets it: name no disease, vaccine or result. Say it without: {words}", words=words)
        )  # fmt: skip
    if kind is not None and kind in USUAL and USUAL[kind].render(language) == text:
        found.append(_("This is the usual text already. Write another one."))
    return found
