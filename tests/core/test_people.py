"""Birth dates and names as people write them."""

from datetime import date

import pytest

from core import people
from core.errors import Refusal


@pytest.mark.parametrize(
    "typed",
    [
        "01.03.1958",
        "1 3 1958",
        "1 март 1958",
        "1-mart 1958",
        "1 mart 1958 yil",
        "1 mart, 1958-yil",
        "1 марта 1958 г.",
        "1 Марта 1958 года",
        "1958 yil 1 mart",
        "1958 йил 1-март",
        "1958-yil 1-martda",
    ],
)
def test_a_date_is_read_with_its_month_in_words_as_grandmothers_write_it(typed: str) -> None:
    assert people.parse_date(typed) == date(1958, 3, 1)


def test_every_month_is_known_in_both_languages_and_all_letters() -> None:
    uz = "yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr"
    cyrillic = "январ феврал март апрел май июн июл август сентябр октябр ноябр декабр"
    ru = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
    for names in (uz, cyrillic, ru):
        read = [people.parse_date(f"5 {name} 1990").month for name in names.split()]
        assert read == list(range(1, 13)), names


@pytest.mark.parametrize("typed", ["32 mart 1958", "30 февраля 1990", "1 salom 1958", "mart 1958", "1 mart"])
def test_what_is_no_date_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        people.parse_date(typed)
    assert "15.03.1990" in refused.value.text.html("uz")
