"""Ages inside sentences and on their own, in the shape of the English message before it is translated."""

from __future__ import annotations

import pytest

from core import programme_words as words
from core.ages import parse


def _english(text) -> str:
    template = text.plural if text.plural and text.n != 1 else text.msgid
    return template.format(
        **{key: _english(v) if hasattr(v, "msgid") else v for key, v in text.values.items()}
    )


@pytest.mark.parametrize(
    ("span", "inside", "alone"),
    [
        ("0 days", "at birth", "birth"),
        ("2 days", "at 2 days", "2 days"),
        ("6 weeks", "at 6 weeks", "6 weeks"),
        ("1 month", "at 1 month", "1 month"),
        ("16 months", "at 16 months", "16 months"),
        ("2 years", "at 2 years", "2 years"),
        ("12 months - 4 days", "at 12 months", "12 months − 4 days"),
        ("5 months + 4 weeks", "at 5 months", "5 months + 4 weeks"),
    ],
)
def test_an_age_in_words(span, inside, alone):
    assert _english(words.at_age(parse(span))) == inside
    assert _english(words.length(parse(span))) == alone


@pytest.mark.parametrize("language", ["uz", "ru"])
@pytest.mark.parametrize("kind", words.KINDS)
def test_the_letters_of_polio_and_papilloma_vaccines_never_stand_alone(language, kind):
    names = {
        "vaccines": words.vaccine,
        "series": words.disease,
        "screenings": words.screening,
        "short": words.short,
    }[kind]
    for code in ("opv", "ipv", "hpv", "polio", "polio_injected", "hpv_test"):
        shown = names(code).render(language)
        if shown != code:
            assert not {"OPV", "IPV", "HPV", "ОПВ", "ИПВ", "ВПЧ"} & set(shown.replace("(", " ").split())
