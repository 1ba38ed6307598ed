"""A message read for red flags: words in any order, ages and durations, what is supposed, other spellings."""

from __future__ import annotations

import pytest

from core import triage


@pytest.mark.parametrize(
    "text",
    [
        "qo'lini umuman ko'tara olmayapti onam",
        "ko'tara olmayapti onam qo'lini",
        "не слушается у папы рука",
        "рука у папы не слушается",
    ],
)
def test_words_of_a_sign_may_stand_in_any_order(text: str) -> None:
    found = triage.find(text)
    assert found is not None
    assert found.id == "stroke"


@pytest.mark.parametrize(
    ("age", "duration"),
    [
        ("ребенку 3 недели, температура 38,5", "у ребенка 3 недели температура 38,5"),
        ("малышу 10 дней, 38.2", "5 дней держится 38.2"),
        ("bola 40 kun, isitma 38,4", "bolamning 4 kunlik isitmasi bor 38,4"),
        ("2 oylik bolam isitmasi 38,4", "2 oydan beri isitmam 38,4"),
        ("малышу пять недель и тридцать восемь и три", "пять недель насморк и тридцать семь и три"),
    ],
)
def test_a_fever_of_the_first_weeks_is_told_from_weeks_of_fever(age: str, duration: str) -> None:
    found = triage.find(age)
    assert found is not None
    assert found.id == "child_danger"
    assert triage.find(duration) is None


@pytest.mark.parametrize(
    ("real", "only_supposed"),
    [
        ("bola tiqilib qoldi", "bola tiqilib qolsa qanday yordam beriladi"),
        ("hushimdan ketyapman", "hushimdan ketishdan qo'rqaman"),
        ("ko'kragimni siqib og'rityapti", "mammografiyada ko'kragimni siqib og'ritadimi"),
        ("bolam tiqilib qoldi qanday yordam beray", "bola tiqilib qolganda qanday yordam berish kerak"),
        ("homiladorman qon ketishni boshladi", "homiladorlikda qon ketishi nimadan bo'ladi"),
        ("у мамы судороги", "что делать при судорогах у ребенка"),
        ("не помнит какой день, ударился головой", "какой врач смотрит голову"),
        ("мама бледная, болит сердце, пот", "какие симптомы инфаркта у женщин"),
    ],
)
def test_what_might_be_or_is_feared_is_no_emergency(real: str, only_supposed: str) -> None:
    assert triage.find(real) is not None
    assert triage.find(only_supposed) is None


@pytest.mark.parametrize(
    ("text", "flag_id"),
    [
        ("khochu pokonchit s soboi", "suicide"),
        ("zmeia ukusila rebenka", "bite"),
        ("papa poterial soznanie", "unconscious"),
        ("укам узини осмокчи", "suicide"),
        ("zmmeya ukusila", "bite"),
        ("otam hushdian ketdi", "unconscious"),
    ],
)
def test_other_spellings_and_slips_are_read(text: str, flag_id: str) -> None:
    found = triage.find(text)
    assert found is not None
    assert found.id == flag_id


@pytest.mark.parametrize(
    ("text", "flag_id"),
    [
        ("давление 70 на 30, жена белая, не встает", "shock"),
        ("bosimi 60/30, xotinim oqarib ketgan", "shock"),
        ("глюкометр показал 32, рвота, сонный", "low_sugar"),
        ("сатурация 82, дышит часто", "severe_breathlessness"),
        ("сатурация 98 пульс 84", None),
        ("выпила таблетку через час 138/84", None),
        ("сахар 2, путает слова", "low_sugar"),
        ("диабет 2 типа, какие фрукты можно", None),
        ("живот как доска, холодный пот", "acute_abdomen"),
    ],
)
def test_numbers_of_a_body_in_danger_are_read(text: str, flag_id: str | None) -> None:
    found = triage.find(text)
    assert (found.id if found else None) == flag_id


@pytest.mark.parametrize(
    "text", ["инсульт", "infarkt!!!", "103", "не реагирует", "tez yordam", "потерял речь"]
)
def test_a_cry_of_one_or_two_words_is_enough(text: str) -> None:
    assert triage.find(text) is not None


@pytest.mark.parametrize(
    "text",
    ["скорая помощь платная?", "103 bepulmi", "спасибо скорой", "risk infarkta", "tez yordamga rahmat"],
)
def test_the_name_of_the_ambulance_alone_is_no_cry(text: str) -> None:
    assert triage.find(text) is None


@pytest.mark.parametrize(
    "text", ["как умереть без боли", "qanday o'lish mumkin og'riqsiz", "если я исчезну всем легче"]
)
def test_a_question_about_dying_is_heard(text: str) -> None:
    found = triage.find(text)
    assert found is not None
    assert found.id == "suicide"


@pytest.mark.parametrize(
    ("text", "excused"),
    [
        ("судорог не было, сознание не терял", True),
        ("у меня порок сердца с рождения", True),
        ("insult belgilari qanday", True),
        ("bultur is gazidan zaharlangan edim", True),
        ("захлебываюсь слезами от сериала", True),
        ("bolam qo'ng'iz yutib yubordi", False),
        ("дочь засунула бусину в ухо", False),
        ("otam hushidan ketdi", False),
        ("", False),
    ],
)
def test_a_message_can_say_itself_that_nothing_is_happening_now(text: str, excused: bool) -> None:
    assert triage.excused(text) is excused
