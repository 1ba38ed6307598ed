"""What can be booked by whom."""

from datetime import date

import pytest

from core import booking

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("born", "sex", "offered", "not_offered"),
    [
        (date(2025, 11, 15), "female", "paediatrician", {"gynaecologist", "mammography", "therapist"}),
        (date(2011, 3, 1), "female", "gynaecologist", {"mammography", "therapist"}),
        (date(1996, 5, 14), "female", "mammography", {"paediatrician"}),
        (date(1980, 3, 15), "male", "therapist", {"gynaecologist", "mammography", "paediatrician"}),
    ],
)
def test_the_menu_offers_what_makes_sense_at_this_age(
    born: date, sex: str, offered: str, not_offered: set[str]
) -> None:
    codes = {service.code for service in booking.offered_to(born, sex, TODAY)}
    assert {offered, "vaccination", "checkup", "dentist"} <= codes
    assert not codes & not_offered
