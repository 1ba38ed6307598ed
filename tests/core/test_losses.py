"""What people write when somebody died or a pregnancy ended, in every written form; and what only sounds like it."""

from __future__ import annotations

import pytest

from core import losses, script, triage

TOLD = [
    ("farzandim vafot etdi", "child"),
    ("Bolam o'ldi", "child"),
    ("болам ўлди", "child"),
    ("o'g'limdan ayrildik, u vafot etdi, oʻgʻlim vafot etdi", "child"),
    ("qizim nobud bo'ldi", "child"),
    ("farzandimni yoʻqotdik", "child"),
    ("ребёнок умер", "child"),
    ("умер ребенок", "child"),
    ("у меня сын умер месяц назад, пожалуйста не пишите больше", "child"),
    ("наша дочь умерла в больнице, что теперь с прививками", "child"),
    ("я потеряла ребенка", "child"),
    ("rebenok umer", "child"),
    ("onam vafot etdi", "relative"),
    ("умерла мама", "relative"),
    ("homila tushib qoldi", "pregnancy"),
    ("homilamiz nobud boʻldi", "pregnancy"),
    ("bola o'lik tug'ildi", "pregnancy"),
    ("бола ўлик туғилди", "pregnancy"),
    ("у меня был выкидыш", "pregnancy"),
    ("u menya byl vykidysh", "pregnancy"),
    ("случился выкидыш на 8 неделе", "pregnancy"),
    ("замершая беременность", "pregnancy"),
    ("ребёнок родился мёртвым", "pregnancy"),
    ("после выкидыша когда можно беременеть", "pregnancy"),
    ("сделала аборт", "pregnancy"),
]
NOT_TOLD = [
    "",
    "bolam dori oldi",
    "bolam oldi",
    "ребенок не умер, слава богу",
    "говорят, ребёнок умер после прививки, это правда?",
    "сколько детей умирает от кори",
    "homilam tushib qolmasligi uchun nima qilay",
    "как избежать выкидыша",
    "угроза выкидыша что делать",
    "у меня не было выкидыша",
    "отец умер от инфаркта в 50 лет, какие обследования мне нужно пройти",
    "otam qandli diabetdan vafot etgan, menda ham bo'lishi mumkinmi, qanday tekshiruv kerak",
    "bolam telefonini yoʻqotgan",
    "bolamning pasportini yoʻqotdim",
    "потеряла паспорт ребенка",
    "потеряла карту прививок дочери",
    "bolam uxlayapti",
    "salom",
]


@pytest.mark.parametrize(("text", "loss"), TOLD)
def test_a_loss_is_understood_in_any_written_form(text, loss):
    assert losses.find(text) == loss
    assert losses.find(text.upper()) == loss
    if text.isascii() or "ʻ" in text:
        assert losses.find(script.to_cyrillic(text)) == loss or script.detect(text) == "ru-Latn"


@pytest.mark.parametrize("text", NOT_TOLD)
def test_what_only_sounds_like_a_loss_is_left_to_understanding(text):
    assert losses.find(text) is None


@pytest.mark.parametrize(
    "text", ["у меня выкидыш, сильно кровит", "qon ketyapti homilam tushib qoldi", "ребенок не дышит умер"]
)
def test_danger_comes_before_condolence(text):
    assert triage.find(text) is not None
