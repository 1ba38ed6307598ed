"""What a message can mean: the 45 intents, the entities, and the Interpretation that every engine gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Intent = Literal[
    "greet",
    "goodbye",
    "thanks",
    "help",
    "affirm",
    "deny",
    "cancel",
    "change_language",
    "bot_challenge",
    "ask_doctor",
    "advice_nutrition",
    "advice_activity",
    "advice_weight",
    "advice_smoking",
    "advice_alcohol",
    "advice_stress",
    "advice_sleep",
    "advice_blood_pressure",
    "advice_diabetes",
    "advice_heart",
    "advice_vaccination",
    "advice_screening",
    "advice_child",
    "advice_pregnancy",
    "advice_infection",
    "advice_oral",
    "advice_anaemia",
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "my_appointments",
    "clinic_info",
    "view_passport",
    "view_vaccinations",
    "view_screenings",
    "log_measurement",
    "risk_check",
    "reminder_settings",
    "reminder_done",
    "add_family_member",
    "manage_data",
    "emergency",
    "symptom",
    "medication_question",
    "out_of_scope",
]
INTENTS: tuple[str, ...] = get_args(Intent)

EntityName = Literal[
    "date",
    "time",
    "blood_pressure",
    "glucose",
    "weight",
    "pulse",
    "steps",
    "temperature",
    "vaccine",
    "screening",
    "specialist",
    "person",
    "place",
]
ENTITIES: tuple[str, ...] = get_args(EntityName)

Form = Literal["uz-Latn", "uz-Cyrl", "ru", "ru-Latn", "mixed"]
EngineName = Literal["rasa", "embedded"]

# Probabilities are calibrated, so a threshold is the share of right answers one is content with. From UNDERSTOOD on the bot
# acts; below it shows the likeliest two as buttons, as long as they are likelier than SUGGESTED.
UNDERSTOOD = 0.5
SUGGESTED = 0.05
# An emergency missed costs a life, a false alarm one message: this much suspicion is enough, whatever else is likelier. Of
# messages neither rules nor model had seen the rules find 98 %, with this net all (docs/nlu-report.md).
EMERGENCY_SUSPECTED = 0.35


@dataclass(frozen=True, slots=True)
class Entity:
    """A value found in a message: `text` as written at `start`…`end`, `value` in normal form (see `nlu/values.py`).

    `possible` is false where a body cannot have it (a pressure of 400/20): ask again instead of keeping it.
    """

    entity: str
    text: str
    value: str | int | float
    start: int
    end: int
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a message means. `ranking`: all intents, likeliest first, calibrated; `red_flag`: an id of core.triage.

    A red flag makes the intent `emergency`, whatever the ranking says.
    """

    text: str
    intent: str
    confidence: float
    entities: tuple[Entity, ...]
    form: Form
    engine: EngineName
    red_flag: str | None = None
    ranking: tuple[tuple[str, float], ...] = ()

    @property
    def understood(self) -> bool:
        """Sure enough to act on without asking."""
        return self.confidence >= (EMERGENCY_SUSPECTED if self.intent == "emergency" else UNDERSTOOD)

    def suggestions(self, count: int = 2) -> tuple[str, ...]:
        """The likeliest intents to offer as buttons when not `understood`; never `out_of_scope`, which is nothing to choose."""
        likely = (intent for intent, p in self.ranking if p >= SUGGESTED and intent != "out_of_scope")
        return tuple(likely)[:count]

    def values(self, entity: str) -> tuple[str | int | float, ...]:
        """The possible values of one kind, in the order written."""
        return tuple(e.value for e in self.entities if e.entity == entity and e.possible)

    def value(self, entity: str) -> str | int | float | None:
        """The first of them."""
        return next(iter(self.values(entity)), None)
