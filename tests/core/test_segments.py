"""Parts of an SMS at their limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import segments


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Salomat: farzandingizga rejali emlash vaqti keldi. To'xtatish: STOP", "GSM-7"),
        ("Toʻxtatish", "UCS-2"),
        ("To‘xtatish", "UCS-2"),
        ("To`xtatish", "UCS-2"),
        ("Отказ: STOP", "UCS-2"),
        ("Narxi 5 € [bir marta]", "GSM-7"),
        ("", "GSM-7"),
    ],
)
def test_one_foreign_letter_turns_the_whole_message_to_ucs2(text, encoding):
    assert segments.encoding(text) == encoding


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),  # 76 to a part: the 153rd septet stays empty rather than half a sign
        ("€" * 153, 3),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("🔔" * 35, 1),
        ("🔔" * 36, 2),
        ("🔔" * 66, 2),  # 33 to a part, for the same reason
        ("🔔" * 67, 3),
    ],
)
def test_parts_are_counted_at_their_limits(text, parts):
    assert segments.count(text) == parts


@given(st.text(max_size=700), st.text(max_size=20))
def test_more_text_never_takes_fewer_parts(text, more):
    assert segments.count(text + more) >= segments.count(text)


@given(st.text(max_size=700))
def test_parts_hold_the_whole_text(text):
    single, part = {"GSM-7": (160, 153), "UCS-2": (70, 67)}[segments.encoding(text)]
    parts = segments.count(text)
    room = single if parts == 1 else parts * part
    assert segments.units(text) <= room
