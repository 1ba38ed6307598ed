"""Written forms: transliteration both ways, what passes untouched, folding, detection."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import script

PARALLEL = Path(__file__).resolve().parents[2].parent / "shared" / "domain" / "data" / "translit"

WORDS = [
    ("тўғри", "toʻgʻri"),
    ("Йўқ", "Yoʻq"),
    ("эмлаш", "emlash"),
    ("ер", "yer"),
    ("шоир", "shoir"),
    ("чақалоқ", "chaqaloq"),
    ("Исҳоқ", "Isʼhoq"),
    ("маъно", "maʼno"),
    ("мўъжиза", "moʻjiza"),
    ("аэропорт", "aeroport"),
    ("акция", "aksiya"),
    ("конституция", "konstitutsiya"),
    ("цирк", "sirk"),
    ("сентябрь", "sentabr"),
    ("объект", "obyekt"),
    ("ёш", "yosh"),
    ("сингил", "singil"),
    ("ШИФОКОР", "SHIFOKOR"),
    ("Шифокор", "Shifokor"),
]


@pytest.mark.parametrize(("cyrillic", "latin"), WORDS)
def test_cyrillic_words_are_written_in_latin_by_the_rules(cyrillic: str, latin: str) -> None:
    assert script.to_latin(cyrillic) == latin


@pytest.mark.parametrize(
    ("cyrillic", "latin"), [pair for pair in WORDS if pair[0] not in ("мўъжиза", "сентябрь")]
)
def test_latin_words_are_written_in_cyrillic_by_the_rules(cyrillic: str, latin: str) -> None:
    assert script.to_cyrillic(latin) == cyrillic


@pytest.mark.parametrize("apostrophe", list("'`´ʻʼ‘’"))
def test_any_apostrophe_is_read(apostrophe: str) -> None:
    assert script.to_cyrillic(f"to{apostrophe}g{apostrophe}ri ma{apostrophe}no") == "тўғри маъно"


@pytest.mark.parametrize("text", ["tõğri şifokor keç", "töğri şifokor keç"])
def test_the_letters_of_the_reform_are_read(text: str) -> None:
    assert script.to_cyrillic(text) == "тўғри шифокор кеч"
    assert script.fold(text) == script.fold("toʻgʻri shifokor kech")


UNTOUCHED = [
    "https://t.me/salomat_bot",
    "t.me/salomat_bot",
    "info@salomat.uz",
    "@salomat_bot",
    "/start",
    "{name}",
    "%(count)s",
    '<a href="https://x.uz/yoʻl">',
    "</b>",
    "&laquo;",
    "12.12.2026",
    "180/120",
]


@pytest.mark.parametrize("kept", UNTOUCHED)
def test_what_is_no_word_passes_untouched(kept: str) -> None:
    assert script.to_cyrillic(f"yangi {kept} keldi") == f"янги {kept} келди"
    assert script.to_latin(f"янги {kept} келди") == f"yangi {kept} keldi"


SAME = [
    ["qoʻrqyapman", "qo'rqyapman", "qorqyapman", "қўрқяпман", "коркяпман", "куркяпман"],
    ["gʻalati ogʻriq", "g`alati og‘riq", "galati ogriq", "ғалати оғриқ", "галати огрик"],
    ["hushidan ketdi", "xushidan ketdi", "ҳушидан кетди", "хушидан кетди"],
    ["больница", "bolnica", "bolnitsa", "БОЛЬНИЦА"],
    ["ребёнок", "ребенок", "rebenok", "rebyonok"],
    ["болит живот", "bolit jivot", "bolit zhivot"],
    ["хочу", "hochu", "khochu", "xochu"],
    ["скорую", "skoruyu"],
    ["krasnyi", "krasniy", "красный"],
    ["щека", "scheka", "shcheka"],
    ["yaxshi", "yaxwi", "yax6i", "яхши"],
    ["boʻldi", "boldi", "buldi", "бўлди", "булди"],
    ["помогите", "помогитееее", "pomogite"],
]


@pytest.mark.parametrize("forms", [pytest.param(forms, id=forms[0]) for forms in SAME])
def test_every_written_form_of_a_message_folds_to_one(forms: list[str]) -> None:
    assert len({script.fold(form) for form in forms}) == 1


def test_blood_and_day_stay_apart() -> None:
    assert script.fold("qon") != script.fold("kun")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("qabulga yozilmoqchiman", "uz-Latn"),
        ("қабулга ёзилмоқчиман", "uz-Cyrl"),
        ("кабулга ёзилмокчиман", "uz-Cyrl"),
        ("запишите меня к врачу", "ru"),
        ("hochu k vrachu", "ru-Latn"),
        ("завтра qabulga yozilsam bo'ladimi", "mixed"),
    ],
)
def test_the_written_form_is_told(text: str, form: str) -> None:
    assert script.detect(text) == form


def test_screen_writes_the_letters_of_print() -> None:
    assert script.screen("to'g'ri ma'no O`zbek") == "toʻgʻri maʼno Oʻzbek"


def test_an_sms_stays_in_gsm_7() -> None:
    assert script.plain("«Oʻgʻil» – maʼno… “ha” —") == '"O\'g\'il" - ma\'no... "ha" -'


CONSONANTS = [*"bdfghjklmnpqrstvxz", "sh", "ch", "gʻ"]
syllables = st.builds(str.__add__, st.sampled_from(CONSONANTS), st.sampled_from([*"aiou", "oʻ"]))
native = st.lists(syllables, min_size=1, max_size=4).map("".join)
sentences = st.lists(native, min_size=1, max_size=6).map(" ".join)
anything = st.text(st.characters(codec="utf-8"), max_size=60) | st.text(
    "aeiouyкзбдстсцжшщьъyhkcdtsоаеёиыюяўқғҳ'ʻ -.46{}", max_size=30
)


@given(sentences)
def test_native_words_come_back_from_cyrillic(text: str) -> None:
    assert script.to_latin(script.to_cyrillic(text)) == text


@given(anything)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert script.fold(script.fold(text)) == script.fold(text)


@given(sentences)
def test_a_message_in_cyrillic_folds_as_in_latin(text: str) -> None:
    assert script.fold(script.to_cyrillic(text)) == script.fold(text)


@given(
    sentences, st.from_regex(r"\{[a-z_]{1,10}\}|%\([a-z]{1,6}\)s|</?[a-z]{1,4}>", fullmatch=True), sentences
)
def test_placeholders_survive(before: str, placeholder: str, after: str) -> None:
    assert placeholder in script.to_cyrillic(f"{before} {placeholder} {after}")
    assert placeholder in script.to_latin(f"{before} {placeholder} {after}")


@pytest.mark.parametrize(
    ("source", "target", "change", "least"),
    [("cyr", "lat", script.to_latin, 0.99), ("lat", "cyr", script.to_cyrillic, 0.985)],
)
def test_parallel_texts_come_out_right(source: str, target: str, change: object, least: float) -> None:
    if not PARALLEL.is_dir():
        pytest.skip("the parallel texts are not here")
    right = total = 0
    for path in PARALLEL.glob(f"*_{source}.txt"):
        got = re.split(r"\s+", script.plain(change(path.read_text(encoding="utf-8"))))  # type: ignore[operator]
        twin = path.with_name(path.name.replace(source, target)).read_text(encoding="utf-8")
        for ours, theirs in zip(got, re.split(r"\s+", script.plain(twin)), strict=True):
            right, total = right + (ours == theirs), total + 1
    assert right / total >= least


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("gepatit B ga qarshi", "гепатит B га қарши"),
        ("D vitamini", "D витамини"),
        ("Profilaktik koʻrik", "Профилактик кўрик"),
    ],
)
def test_a_letter_that_is_a_name_stays_and_prophylaxis_has_no_soft_sign(latin: str, cyrillic: str) -> None:
    assert script.to_cyrillic(latin) == cyrillic


def test_in_a_language_is_no_tilde():
    assert script.to_cyrillic("Qaysi tilda gaplashamiz?") == "Қайси тилда гаплашамиз?"
