"""Campaigns: one text in both languages to a group of people; what may be done with it, and what its words may say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from core import approval, deliveries, halves, people, script, segments, sms
from core.editing import Written
from core.errors import Refusal
from core.i18n import Language, Text, Words, _

State = Literal["draft", "waiting", "approved", "running", "paused", "stopped", "done"]
Action = Literal["ask", "approve", "send_back", "start", "pause", "go_on", "stop"]
Variant = halves.Variant
Reach = Literal["any", "telegram", "sms"]
ItemState = Literal["due", "overdue"]

VARIANTS = halves.VARIANTS
FROM: Mapping[Action, tuple[State, ...]] = {
    "ask": ("draft",),
    "approve": ("waiting",),
    "send_back": ("waiting", "approved"),
    "start": ("approved",),
    "pause": ("running",),
    "go_on": ("paused",),
    "stop": ("approved", "running", "paused"),
}
TO: Mapping[Action, State] = {
    "ask": "waiting",
    "approve": "approved",
    "send_back": "draft",
    "start": "running",
    "pause": "paused",
    "go_on": "running",
    "stop": "stopped",
}
"""Which states an action leads from and to. Words and group are changed in a draft only."""
STEP = "campaign"
LOOK_AGAIN_AFTER, PAUSED = timedelta(minutes=10), "campaign_paused"
OLDEST_YEARS = people.OLDEST_YEARS
SMS_FRAME = _("Salomat: {text} To stop: STOP")
CONDITIONS = ("chronic_respiratory", "chronic_cardiovascular", "health_worker", "care_home_resident")


class NotNow(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This cannot be done with the campaign now. Look at its state again."))


class Changed(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Somebody changed this campaign meanwhile. Look at it again."))


class OwnWords(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Who wrote a campaign does not approve it. Ask somebody else."))


WAY = approval.Way(FROM, TO, NotNow, OwnWords)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a campaign is about; what is None does not matter. Ages in full years, both ends included.

    For a child and for whom nobody can reach, those who care for them are told. `item` is a series of the vaccination
    calendar or a check, `item_state` how it stands with the person; `reach` the channel the person would be told by.
    """

    region: str | None = None
    district: str | None = None
    age_from: int | None = None
    age_to: int | None = None
    sex: people.Sex | None = None
    pregnant: bool = False
    condition: str | None = None
    item: str | None = None
    item_state: ItemState = "due"
    reach: Reach = "any"

    @classmethod
    def stored(cls, data: Mapping[str, Any]) -> Audience:
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})

    def storable(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wording:
    """One variant in one language: Telegram's text (little Markdown) and, where wanted, the words of the SMS."""

    text: str = ""
    sms: str = ""

    def tidy(self, language: Written) -> Wording:
        from core import advice

        text = self.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
        short = sms.plain(" ".join(self.sms.replace("\0", "").split()))
        return Wording(advice.apostrophes(text) if language == "uz" else text, short)


Texts = Mapping[tuple[Variant, Written], Wording]


@dataclass(frozen=True, slots=True)
class Count:
    """How many would get it by each channel; those by SMS in each language they read."""

    telegram: int = 0
    sms: Mapping[Language, int] | None = None

    @property
    def by_sms(self) -> int:
        return sum((self.sms or {}).values())

    @property
    def people(self) -> int:
        return self.telegram + self.by_sms


def audience(typed: Mapping[str, str], items: Iterable[str]) -> Audience:
    """From the fields of the form; `items` are the series and checks there are. Raises Refusal."""
    region = next((r for r in people.regions() if r.code == typed.get("region")), None)
    district = typed.get("district") or None
    if district is not None and (region is None or district not in region.districts):
        raise Refusal(_("This district is not in this region. Choose the district again."))
    age_from, age_to = _age(typed.get("age_from", "")), _age(typed.get("age_to", ""))
    if age_from is not None and age_to is not None and age_from > age_to:
        raise Refusal(_("The first age is above the last. Write the smaller one first."))
    return Audience(
        region.code if region else None,
        district,
        age_from,
        age_to,
        _one_of(typed.get("sex"), ("female", "male")),
        typed.get("condition") == "pregnant",
        _one_of(typed.get("condition"), CONDITIONS),
        _one_of(typed.get("item"), tuple(items)),
        "overdue" if typed.get("item_state") == "overdue" else "due",
        _one_of(typed.get("reach"), ("telegram", "sms")) or "any",
    )


def _age(typed: str) -> int | None:
    if not typed.strip():
        return None
    if not typed.strip().isascii() or not typed.strip().isdigit() or int(typed) > OLDEST_YEARS:
        raise Refusal(_("Write the age in full years, for example: 40"))
    return int(typed)


def _one_of(typed: str | None, known: tuple[Any, ...]) -> Any:
    return typed if typed in known else None


def check(action: Action, state: State, *, writer: bool = False) -> State:
    """The state it leads to. `writer`: whoever acts wrote some of it. Raises NotNow, OwnWords."""
    return WAY.check(action, state, writer=writer)


def variant(campaign_id: int, person_id: int) -> Variant:
    """Which of two texts a person gets: always the same one, and half of the people each. The same as in SQL (VARIANT_SQL)."""
    return halves.half(str(campaign_id), person_id)


VARIANT_SQL = "CASE get_byte(decode(md5(CAST({campaign} AS text) || ':' || {person}), 'hex'), 0) & 1 WHEN 0 THEN 'a' ELSE 'b' END"


def step(of: Variant | None) -> str:
    """The name of the only step of a campaign's reminder; with two texts it says which."""
    return f"{STEP}-{of}" if of else STEP


def variant_of(step: str) -> Variant:
    return "b" if step == f"{STEP}-b" else "a"


def said(texts: Texts, of: Variant) -> tuple[Words, Words | None]:
    """The words of one variant: for Telegram and, where wanted, for SMS."""
    uz, ru = texts[of, "uz"], texts[of, "ru"]
    return Words(uz.text, ru.text), Words(uz.sms, ru.sms) if uz.sms and ru.sms else None


def with_sms(texts: Texts) -> bool:
    """Whether it goes out by SMS too; what is approved has words for one in every text, or in none."""
    return bool(texts["a", "uz"].sms)


def sms_text(words: str, language: Language, *, cyrillic: bool = False) -> str:
    """The SMS as it leaves, with who sends it and how to stop. `cyrillic`: readers of Cyrillic get it so."""
    if language == "uz_Cyrl" and cyrillic:
        words = script.to_cyrillic(words)
    if words and words[-1] not in ".!?":
        words += "."
    spoken: Language = language if language != "uz_Cyrl" or cyrillic else "uz"
    return sms.plain(Text(SMS_FRAME.msgid, values={"text": words}).render(spoken))


def segments_of(texts: Texts, split: bool, language: Language, *, cyrillic: bool = False) -> int:
    """Segments of the SMS in that language, of the longer variant; 0 when there is none."""
    written: Written = "ru" if language == "ru" else "uz"
    words = [texts[of, written].sms for of in VARIANTS[: 1 + split]]
    return max(
        (segments.count(sms_text(one, language, cyrillic=cyrillic)) for one in words if one), default=0
    )


def decide(
    state: State, due: deliveries.Due, to: deliveries.Recipient, now: datetime, *, with_sms: bool
) -> deliveries.Send | deliveries.Wait | deliveries.Drop:
    """The same questions as for any reminder, and whether the campaign goes on and the person wants any.

    Without words for an SMS it goes by Telegram only. What waits for a paused campaign is looked at again.
    """
    if state == "stopped":
        return deliveries.Drop("expired")
    if not to.campaigns:
        return deliveries.Drop("declined")
    if not with_sms:
        due = replace(due, way="telegram", only=True)
    found = deliveries.decide(due, to, now)
    if state == "paused" and isinstance(found, deliveries.Send):
        return deliveries.Wait(now + LOOK_AGAIN_AFTER, PAUSED)
    return found
