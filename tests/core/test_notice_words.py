"""What a notice says: the first line and every SMS give nothing away, and an SMS stays within its segments."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from core import notice_words as views
from core import script, segments, sms
from core.deliveries import Hours
from core.i18n import LANGUAGES, Words
from core.notices import Item, Notice, Tried, Visit

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
SECRETS = re.compile(
    r"vaks|emla|qizamiq|\bsil\b|gepatit|rak|saraton|mammo|bachadon|papill|\bvich|\bqand|\bОПВ|OPV|IPV|QPQ|вакц|привив|эмла|"
    r"корь|кори|гепат|рак\b|саратон|маммо|шейк|папилл|диабет|сахар",
    re.IGNORECASE,
)
LONGEST_BOT = "s" * 32
CLINIC = Visit(Words("Oilaviy poliklinika 12", "Семейная поликлиника 12"), "3", "vaccination")


def item(
    kind: str = "vaccination", *, about: str | None = None, about_id: int = 1, step: str = "day-1", **more
):
    values = {
        "reminder_id": 10 + about_id,
        "kind": kind,
        "item": "mmr" if kind == "vaccination" else "mammography",
        "dose": 1,
        "step": step,
        "due_on": date(2026, 12, 12),
        "due_at": datetime(2026, 12, 12, 5, tzinfo=UTC) if kind == "appointment" else None,
        "about_id": about_id,
        "about": about,
        "birth_date": date(2025, 12, 12) if about else date(1980, 1, 1),
        "visit": CLINIC if kind == "appointment" else None,
    }
    return Item(**(values | more))


def notice(*items: Item, way: str = "telegram", language: str = "uz") -> Notice:
    return Notice(
        1, len(items), 1, language, way, "77", items, NOW + timedelta(days=7), capped=True, hours=Hours()
    )


MADINA = item(about="Madina", about_id=2)
ALI = item(about="Ali", about_id=3)
OVERDUE = {"due_on": date(2026, 11, 1), "step": "day+14"}
CASES = {
    "own vaccination": (item(),),
    "own check": (item("screening", step="day+0"),),
    "child": (MADINA,),
    "child, overdue": (item(about="Madina", about_id=2, **OVERDUE),),
    "child, two kinds": (MADINA, item("screening", about="Madina", about_id=2)),
    "family": (MADINA, ALI),
    "grandmother": (item("screening", about="Gulnora", about_id=4, birth_date=date(1958, 3, 1)),),
    "relative": (item(about="Gulnora", about_id=4, birth_date=date(1958, 3, 1)),),
    "relative, overdue": (item(about="Gulnora", about_id=4, birth_date=date(1958, 3, 1), **OVERDUE),),
    "own, overdue": (item(**OVERDUE),),
    "own check, overdue": (item("screening", **OVERDUE),),
    "child's check": (item("screening", about="Madina", about_id=2),),
    "child's check, overdue": (item("screening", about="Madina", about_id=2, **OVERDUE),),
    "appointment": (item("appointment", step="hour-24"),),
    "child's appointment": (item("appointment", step="hour-2", about="Madina", about_id=2),),
    "missed": (item("appointment", step="missed+3"),),
    "cancelled": (item("appointment", step="cancelled"),),
    "child's cancelled": (item("appointment", step="cancelled", about="Madina", about_id=2),),
    "moved": (item("appointment", step="moved"),),
    "child's moved": (item("appointment", step="moved", about="Madina", about_id=2),),
    "child's missed": (item("appointment", step="missed+3", about="Madina", about_id=2),),
}


@pytest.mark.parametrize(("case", "language"), list(product(CASES, LANGUAGES)))
def test_the_first_line_in_telegram_names_no_vaccine_illness_or_result(case, language):
    message = views.compose(notice(*CASES[case], language=language), NOW, "salomat_bot", cyrillic=True)
    first, *_rest = message.text.splitlines()
    assert not SECRETS.search(first)
    assert first.startswith("🔔 ")
    assert len([line for line in message.text.splitlines() if line]) <= 5
    assert all(len(b.data.encode()) <= 64 for row in message.buttons for b in row)


@pytest.mark.parametrize(("case", "language"), list(product(CASES, LANGUAGES)))
def test_an_sms_stays_in_its_segments_and_names_no_illness(case, language):
    """Uzbek in Latin letters: one segment; Russian and Cyrillic: at most two, also with the longest name of a bot."""
    message = views.compose(
        notice(*CASES[case], way="sms", language=language), NOW, LONGEST_BOT, cyrillic=True
    )
    text = sms.plain(message.text)
    assert segments.encoding(text) == ("GSM-7" if language == "uz" else "UCS-2")
    assert segments.count(text) <= (1 if language == "uz" else 2)
    assert f"t.me/{LONGEST_BOT}" in text
    planned = re.compile(r"rejali emlash|режали эмлаш|плановую прививку|emlash vaqti", re.IGNORECASE)
    assert not SECRETS.search(planned.sub("", text).replace("salomat", ""))
    assert not message.buttons


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_varies_in_an_sms_are_figures_and_our_address_only(language):
    """Operators let approved texts through, whose digits alone may differ: no name of a child or a clinic."""
    shapes = set()
    for name, day in product(("Madina", "Oʻgʻiloy", "Ali <b>"), (date(2026, 12, 1), date(2026, 12, 31))):
        one = notice(item(about=name, about_id=2, due_on=day), way="sms", language=language)
        text = views.compose(one, NOW, "salomat_bot", cyrillic=True).text
        shapes.add(re.sub(r"\d", "0", text))
    assert len(shapes) == 1


def test_names_are_escaped_in_telegram():
    text = views.compose(notice(item(about="<b>&", about_id=2)), NOW, "bot", cyrillic=True).text
    assert "&lt;b&gt;&amp;" in text


def test_what_is_due_says_until_when_and_what_is_overdue_says_in_the_coming_days():
    due = views.compose(notice(MADINA), NOW, "bot", cyrillic=True).text
    assert "12 oylik emlash, 12.12.2026 gacha." in due
    late = views.compose(notice(item(about="Madina", about_id=2, **OVERDUE)), NOW, "bot", cyrillic=True).text
    assert "yaqin kunlarda" in late
    assert "2026" not in late


def test_the_buttons_of_a_family_lead_to_each_childs_own_reminder():
    message = views.compose(notice(MADINA, ALI), NOW, "bot", cyrillic=True)
    assert [[b.data for b in row] for row in message.buttons] == [
        ["rem:book:12", "rem:done:12"],
        ["rem:book:13", "rem:done:13"],
        ["rem:later:12", "rem:why:12"],
        ["rem:stop:12"],
    ]


def test_cyrillic_readers_get_the_same_sentence_in_their_letters_or_latin_where_only_that_is_approved():
    one = notice(MADINA, way="sms", language="uz_Cyrl")
    cyrillic = views.compose(one, NOW, "salomat_bot", cyrillic=True).text
    latin = views.compose(one, NOW, "salomat_bot", cyrillic=False).text
    assert "эмлаш" in cyrillic
    assert "t.me/salomat_bot" in cyrillic
    assert "emlash" in latin
    assert script.to_latin(cyrillic.split(" t.me")[0]).startswith(latin.split(" ")[0])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_what_is_past_in_one_visit_the_latest_gives_the_name_whatever_the_order(order):
    flu = item(
        about="Madina", about_id=2, item="influenza", due_on=date(2026, 10, 1), birth_date=date(2025, 11, 15)
    )
    year = item(about="Madina", about_id=2, due_on=date(2026, 11, 15), birth_date=date(2025, 11, 15))
    said = views.compose(notice(*((flu, year)[i] for i in order)), NOW, "salomat_bot", cyrillic=False).text
    assert "12 oylik emlash, yaqin kunlarda." in said
    assert said.count("yaqin kunlarda") == 1


SECOND = Words("Bir necha daqiqa <oson>.", "Это несколько минут <легко>.")
VARIANTS = (Tried(1, "a", None), Tried(1, "b", SECOND))


@pytest.mark.parametrize(("case", "language"), list(product(CASES, LANGUAGES)))
def test_an_experiment_changes_neither_the_first_line_nor_a_button_nor_an_sms(case, language):
    plain = notice(*CASES[case], language=language)
    usual = views.compose(plain, NOW, "bot", cyrillic=True)
    first, second = (
        views.compose(replace(plain, tried=tried), NOW, "bot", cyrillic=True) for tried in VARIANTS
    )
    assert first == usual
    assert second.buttons == usual.buttons
    assert second.text.split("\n")[0] == usual.text.split("\n")[0]
    by_sms = [replace(plain, way="sms", tried=tried) for tried in (None, *VARIANTS)]
    assert len({views.compose(one, NOW, "bot", cyrillic=True).text for one in by_sms}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_text_stands_for_the_usual_one_below_the_visits_and_is_no_markup(language):
    usual = views.compose(notice(MADINA, ALI, language=language), NOW, "bot", cyrillic=True).text
    tried = replace(notice(MADINA, ALI, language=language), tried=VARIANTS[1])
    second = views.compose(tried, NOW, "bot", cyrillic=True).text
    assert second.split("\n")[:-1] == usual.split("\n")[:-1]
    shown = SECOND.render(language).replace("<", "&lt;").replace(">", "&gt;")
    assert second.split("\n")[-1] == shown
