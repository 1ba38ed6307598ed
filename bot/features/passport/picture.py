"""The timeline as a picture for a small screen: 720 pixels wide, so that letters are 15 points high on a 360 one."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from itertools import zip_longest

from PIL import Image, ImageDraw, ImageFont

from core.i18n import Language, Text, _, n_
from core.timeline import STATES, Row, State, Timeline

WIDTH, MARGIN, GAP = 720, 36, 20
RAIL, LEFT = 62, 112
RADIUS = 19
TITLE, HEAD, BODY, SMALL = 40, 31, 30, 26
LEADING = 1.3
# Dark enough to be read in the sun, each state with a sign of its own for who sees no colours.
COLOURS: dict[State, str] = {"done": "#1b7f4b", "overdue": "#b3261e", "due": "#b25e00", "coming": "#4a5a70"}
PAPER, INK, QUIET, LINE = "#ffffff", "#16202c", "#4a5a70", "#cfd6de"
TODAY_PAPER = "#fff4e0"
_BOLD, _REGULAR, _FULL_WIDTH = 700, 400, 100


class Sheet:
    """A strip of paper that is measured first and drawn second, by the same steps."""

    def __init__(self, height: int | None = None) -> None:
        self.height = height
        self.image = Image.new("RGB", (WIDTH, height or 1), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.y = MARGIN

    def text(self, words: str, x: int, size: int, colour: str, weight: int = _REGULAR) -> None:
        """Lines from `x` to the right margin, and down."""
        font = _font(size, weight)
        for line in wrapped(words, font, WIDTH - MARGIN - x):
            self.pen.text((x, self.y), line, colour, font)
            self.y += round(size * LEADING)


def draw(timeline: Timeline, title: Text, subtitle: Text, today: date, language: Language) -> bytes:
    """A PNG. The same words in the same order as a person reads them: done, today, coming."""
    measured = Sheet()
    _paint(measured, timeline, title, subtitle, today, language)
    sheet = Sheet(measured.y + MARGIN)
    _paint(sheet, timeline, title, subtitle, today, language)
    out = io.BytesIO()
    sheet.image.quantize(64, Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def _paint(
    sheet: Sheet, timeline: Timeline, title: Text, subtitle: Text, today: date, language: Language
) -> None:
    sheet.text(title.render(language), MARGIN, TITLE, INK, _BOLD)
    sheet.text(subtitle.render(language), MARGIN, SMALL, QUIET)
    sheet.y += GAP
    if timeline.earlier:
        before = n_("Before that, {n} more time", "Before that, {n} more times", timeline.earlier)
        sheet.text(before.render(language), LEFT, SMALL, QUIET)
        sheet.y += GAP // 2
    past = [row for row in timeline.rows if row.state == "done"]
    _rows(sheet, past, language)
    _today(sheet, today, language, quiet=len(past) == len(timeline.rows))
    _rows(sheet, [row for row in timeline.rows if row.state != "done"], language)


def _rows(sheet: Sheet, rows: Sequence[Row], language: Language) -> None:
    for row, following in zip_longest(rows, rows[1:]):
        top = sheet.y
        sheet.text(_heading(row, language), LEFT, HEAD, COLOURS[row.state], _BOLD)
        names = ", ".join(name.render(language) for name in row.names)
        sheet.text(names[:1].upper() + names[1:], LEFT, BODY, INK)
        sheet.y += GAP
        if following is not None:
            sheet.pen.line((RAIL, top + 46, RAIL, sheet.y), LINE, 4)
        _sign(sheet, row.state, top + 22)


def _heading(row: Row, language: Language) -> str:
    """Waiting: what to do; else the day, and how old the person is then."""
    if row.on is None:
        return STATES[row.state].render(language)
    day = Text("{on}", values={"on": row.on})
    whole = Text("{on}, {when}", values={"on": row.on, "when": row.when}) if row.when else day
    return whole.render(language)


def _today(sheet: Sheet, today: date, language: Language, *, quiet: bool) -> None:
    """The line between what was and what will be."""
    words = _("Today, {on}", on=today)
    if quiet:
        words = Text("{today}. {nothing}", values={"today": words, "nothing": _("Nothing is due now.")})
    top = sheet.y
    shown = words.render(language)
    lines = len(wrapped(shown, _font(SMALL, _BOLD), WIDTH - 2 * MARGIN - 24))
    sheet.pen.rounded_rectangle(
        (MARGIN - 12, top, WIDTH - MARGIN + 12, top + round(SMALL * LEADING) * lines + 20), 12, TODAY_PAPER
    )
    sheet.y += 8
    sheet.text(shown, MARGIN + 12, SMALL, INK, _BOLD)
    sheet.y += 12 + GAP


def _sign(sheet: Sheet, state: State, y: int) -> None:
    """A tick, an exclamation mark, a full dot, an empty ring."""
    pen, colour = sheet.pen, COLOURS[state]
    ring = (RAIL - RADIUS, y - RADIUS, RAIL + RADIUS, y + RADIUS)
    if state == "coming":
        pen.ellipse(ring, PAPER, colour, 5)
        return
    pen.ellipse(ring, colour)
    if state == "done":
        pen.line([(RAIL - 9, y), (RAIL - 2, y + 8), (RAIL + 10, y - 8)], PAPER, 5, joint="curve")
    elif state == "overdue":
        pen.line((RAIL, y - 11, RAIL, y + 3), PAPER, 6)
        pen.ellipse((RAIL - 3, y + 7, RAIL + 3, y + 13), PAPER)
    else:
        pen.ellipse((RAIL - 6, y - 6, RAIL + 6, y + 6), PAPER)


def wrapped(words: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Broken between words; a word longer than the line is broken inside."""
    lines: list[str] = [""]
    for word in words.split():
        for piece in _pieces(word, font, width):
            longer = f"{lines[-1]} {piece}".strip()
            if font.getlength(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def _pieces(word: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    while font.getlength(word) > width:
        fits = next(n for n in range(len(word) - 1, 0, -1) if font.getlength(word[:n]) <= width)
        yield word[:fits]
        word = word[fits:]
    yield word


@lru_cache(maxsize=8)
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    """Noto Sans (OFL-1.1), which has every letter of the three written languages."""
    path = files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"
    font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight, _FULL_WIDTH])  # the axes in the file's order
    return font
