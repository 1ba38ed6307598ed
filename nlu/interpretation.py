"""From a ranking of intents to an Interpretation: red flags first, then what the engine thinks, then the values in the text."""

from __future__ import annotations

from datetime import datetime

from core import script, triage
from core.intents import EMERGENCY_SUSPECTED, EngineName, Interpretation
from nlu import values

Ranking = tuple[tuple[str, float], ...]


def interpret(text: str, now: datetime, ranking: Ranking, engine: EngineName) -> Interpretation:
    """`now` is the message's moment, aware. Enough for `emergency`: a red flag, or the suspicion of the model, unless the
    message itself says that it is over, denied or only asked about.
    """
    flag = triage.find(text)
    suspicion = dict(ranking).get("emergency", 0.0)
    if flag is None and EMERGENCY_SUSPECTED <= suspicion < 1 and triage.excused(text):
        ranking = tuple((i, p / (1 - suspicion)) for i, p in ranking if i != "emergency")
        suspicion = 0.0
    intent, confidence = ranking[0]
    if flag is not None:
        intent, confidence = "emergency", 1.0
    elif suspicion >= EMERGENCY_SUSPECTED:
        intent, confidence = "emergency", suspicion
    return Interpretation(
        text=text,
        intent=intent,
        confidence=confidence,
        entities=values.find_values(text, now),
        form=script.detect(text),
        engine=engine,
        red_flag=None if flag is None else flag.id,
        ranking=ranking,
    )
