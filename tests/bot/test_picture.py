"""The timeline as a picture: whole, readable on a small screen, every letter of three written languages in the font."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from bot.features.passport import picture
from core import programmes, timeline
from core.i18n import LANGUAGES, verbatim
from core.programme_words import at_age, short
from core.timeline import Row, Timeline

TODAY = date(2026, 11, 21)
NATIONAL = programmes.national()
CODES = sorted(NATIONAL.vaccine_codes | NATIONAL.screening_codes)
LONG = Timeline(
    (
        *(
            Row("done", date(2025, 1, day), (short("penta"), short("dtp")), at_age((2, 0)))
            for day in range(1, 9)
        ),
        Row("overdue", None, tuple(short(code) for code in CODES)),
        Row("due", None, (short("mmr"),)),
        *(Row("coming", date(2030, 1, day), (short("hpv"),)) for day in range(1, 6)),
    ),
    earlier=7,
)


def draw(line: Timeline, language, name: str = "Oʻgʻiloy Gʻulomova") -> Image.Image:
    data = picture.draw(line, verbatim(name), verbatim("20.11.2025, 12"), TODAY, language)
    assert len(data) < 300_000
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", [Timeline(()), LONG], ids=["nothing yet", "long"])
def test_a_picture_is_as_wide_as_two_small_screens_and_leaves_its_margins_free(line, language):
    image = draw(line, language)
    assert image.width == picture.WIDTH
    assert image.height < 20 * image.width
    paper = image.getpixel((1, 1))
    for x in (4, picture.WIDTH - 5):
        assert {image.getpixel((x, y)) for y in range(image.height)} == {paper}
    assert {image.getpixel((x, image.height - 8)) for x in range(image.width)} == {paper}


def test_letters_are_at_least_twelve_points_high_on_a_screen_of_360():
    sizes = (picture.TITLE, picture.HEAD, picture.BODY, picture.SMALL)
    assert min(sizes) * 360 / picture.WIDTH >= 12


def test_the_font_has_every_letter_of_the_three_written_languages():
    font = picture._font(picture.BODY, 400)
    missing = font.getmask("\ue000").getbbox(), bytes(font.getmask("\ue000"))
    letters = "ʻʼoʻgʻOʻGʻўқғҳЎҚҒҲёъыэЁ«»–—№!()0123456789"
    for letter in letters:
        mask = font.getmask(letter)
        assert (mask.getbbox(), bytes(mask)) != missing, letter


def test_states_differ_by_their_signs_not_only_by_colour():
    signs = {
        state: draw(Timeline((Row(state, None, (short("mmr"),)),)), "ru").convert("1").tobytes()
        for state in timeline.STATES
    }
    assert len(set(signs.values())) == len(signs)


def test_a_name_longer_than_the_line_is_broken_not_cut():
    font = picture._font(picture.TITLE, 700)
    lines = picture.wrapped("Abdu" * 30, font, 600)
    assert "".join(lines) == "Abdu" * 30
    assert all(font.getlength(part) <= 600 for part in lines)
