"""Readings in whole messages as people write them, what only looks like one, and what no body can have."""

from datetime import UTC, datetime

import pytest

from nlu.values import find_values

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
READINGS = {"blood_pressure", "glucose", "weight", "pulse", "steps", "temperature"}


def readings(text: str) -> list[tuple[str, object]]:
    return [(e.entity, e.value) for e in find_values(text, NOW) if e.entity in READINGS]


IN_MESSAGES = [
    (
        "давление 140/90 утром, 150 на 95 вечером",
        [("blood_pressure", "140/90"), ("blood_pressure", "150/95")],
    ),
    ("bosim ertalab 130/85 kechqurun 140/90", [("blood_pressure", "130/85"), ("blood_pressure", "140/90")]),
    ("сто тридцать пять на восемьдесят пять", [("blood_pressure", "135/85")]),
    ("yuz o'ttizga sakson", [("blood_pressure", "130/80")]),
    ("бир юз элликка тўқсон", [("blood_pressure", "150/90")]),
    ("бир юз киркка туксон", [("blood_pressure", "140/90")]),
    ("bosim 13,5 ga 8", [("blood_pressure", "135/80")]),
    ("onamda 16 ga 9 ekan", [("blood_pressure", "160/90")]),
    ("17 на 10 было утром", [("blood_pressure", "170/100")]),
    ("yuqorisi 128, pastkisi 84", [("blood_pressure", "128/84")]),
    ("тепаси 150 пасти 100", [("blood_pressure", "150/100")]),
    ("верх 140 низ 90", [("blood_pressure", "140/90")]),
    ("davlenie 150 na 100", [("blood_pressure", "150/100")]),
    ("140 90 это сейчас", [("blood_pressure", "140/90")]),
    ("bugun soat 6 da 131/81", [("blood_pressure", "131/81")]),
    ("148/92, 80", [("blood_pressure", "148/92"), ("pulse", 80)]),
    ("120/80/72", [("blood_pressure", "120/80"), ("pulse", 72)]),
    ("144/92 п 80", [("blood_pressure", "144/92"), ("pulse", 80)]),
    ("АД 120/80 пульс 66", [("blood_pressure", "120/80"), ("pulse", 66)]),
    ("puls 88", [("pulse", 88)]),
    ("puls88", [("pulse", 88)]),
    ("bosim140/90", [("blood_pressure", "140/90")]),
    ("vaznim82kg", [("weight", 82.0)]),
    ("yuragim 96 marta uryapti", [("pulse", 96)]),
    ("пульс 72 уд/мин", [("pulse", 72)]),
    ("85 puls, kofe ichgandim", [("pulse", 85)]),
    ("чсс сто десять", [("pulse", 110)]),
    ("yurak urishim 70 ta", [("pulse", 70)]),
    ("qand 7,8 chiqdi", [("glucose", 7.8)]),
    ("och qoringa 5,4, ovqatdan keyin 8,9", [("glucose", 5.4), ("glucose", 8.9)]),
    ("сахар натощак 6.1 после еды 8.4", [("glucose", 6.1), ("glucose", 8.4)]),
    ("шакар олти бутун саккиз", [("glucose", 6.8)]),
    ("qand 7 yarim", [("glucose", 7.5)]),
    ("сахар шесть с половиной", [("glucose", 6.5)]),
    ("sahar 6.2 natoshak", [("glucose", 6.2)]),
    ("сах 6,7", [("glucose", 6.7)]),
    ("глюкометр 9,1", [("glucose", 9.1)]),
    ("6,3 ммоль", [("glucose", 6.3)]),
    ("yozing 6,4", [("glucose", 6.4)]),
    ("5,9", [("glucose", 5.9)]),
    ("сахар в 3 ночи 4.3", [("glucose", 4.3)]),
    ("вес девяносто два с половиной", [("weight", 92.5)]),
    ("bo'yim 170 vaznim 82", [("weight", 82.0)]),
    ("рост 165 вес 60", [("weight", 60.0)]),
    ("og'irligim 64 kg", [("weight", 64.0)]),
    ("tarozi 91 ko'rsatdi", [("weight", 91.0)]),
    ("весы показали 72,7", [("weight", 72.7)]),
    ("взвесилась, 66,4", [("weight", 66.4)]),
    ("yetmish besh kilo", [("weight", 75.0)]),
    ("вес сына 24,6", [("weight", 24.6)]),
    ("bolaning vazni 1 yoshda 8 kilo", [("weight", 8.0)]),
    ("chaqaloq 3 kilo 400 gramm", [("weight", 3.4)]),
    ("родился 3500 г", [("weight", 3.5)]),
    ("2 kilo tashladim, 68 bo'ldim", [("weight", 68.0)]),
    ("поправилась до 65", [("weight", 65.0)]),
    ("вазн 70.5 бугун", [("weight", 70.5)]),
    ("harorati 38,5", [("temperature", 38.5)]),
    ("tempratura 38.5", [("temperature", 38.5)]),
    ("температура тридцать восемь и два", [("temperature", 38.2)]),
    ("o'ttiz sakkiz yarim isitma", [("temperature", 38.5)]),
    ("37 va 5 chiqdi", [("temperature", 37.5)]),
    ("градусник 37,4", [("temperature", 37.4)]),
    ("t 38.2", [("temperature", 38.2)]),
    ("issig'i 38.9", [("temperature", 38.9)]),
    ("ҳарорат уттиз саккиз", [("temperature", 38.0)]),
    ("dadam qandli, isitmasi 39,5", [("temperature", 39.5)]),
    ("10 ming qadam", [("steps", 10000)]),
    ("5,2 ming qadam", [("steps", 5200)]),
    ("12 500 qadam yurdim", [("steps", 12500)]),
    ("10k qadam", [("steps", 10000)]),
    ("qadamim: 10 050", [("steps", 10050)]),
    ("6 минг қадам", [("steps", 6000)]),
    ("8,5 тыс шагов", [("steps", 8500)]),
    ("десять тысяч шагов", [("steps", 10000)]),
    (
        "132/84, вес 90, сахар 6,0, пульс 71",
        [("blood_pressure", "132/84"), ("weight", 90.0), ("glucose", 6.0), ("pulse", 71)],
    ),
]


@pytest.mark.parametrize(("text", "values"), IN_MESSAGES)
def test_the_readings_of_a_message_are_found(text: str, values: list[tuple[str, object]]):
    assert readings(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "1 tabletka ertalab",
        "500 mg paratsetamol",
        "таблетка 10/5 мг",
        "глюкофаж 500 пью",
        "1/2 таблетки на ночь",
        "menga 45 yosh",
        "мне 67 лет, давление",
        "qand kasalim 12 yildan beri",
        "+998 90 123 45 67",
        "телефон 90 120 80 70",
        "150 000 so'm",
        "кредит под 24 %",
        "ул. Навои 40/12",
        "Chilonzor 12 uy 45",
        "2019 yilda tug'ilgan",
        "5-sinf o'quvchisi",
        "3 kundan beri boshim og'riydi",
        "24/7 ishlaysizmi",
        "интервальное голодание 16 на 8",
        "перенесите с 12 на 8",
        "qanday qilib 5 kilo tashlayman",
        "10 kilo ozdim",
        "вес упал на 2 кг",
        "лишние 20 кг",
        "плюс 25 кг после родов",
        "bir kilo olma",
        "картошка 5 кг",
        "виноград по два килограмма",
        "прошёл 4 километра",
        "oxirgi hayzim 3-mart, qanday hisoblayman",
        "сахар 2 ложки",
        "мама съела торт, сахар высокий",
        "qandli diabet 2 tip",
        "холестерин 6.2",
        "на улице 40 градусов",
        "suv 37 gradus bo'lsin",
        "водка 40 градусов",
        "38 razmer poyabzal",
        "36 haftalik homilador",
        "bel 92 sm",
        "bir qadam orqada",
        "onam 48 yoshda qand bo'lgan, men 46 daman",
    ],
)
def test_doses_ages_prices_addresses_and_changes_are_no_readings(text: str):
    assert readings(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "bosimim 400/20",
        "давление 40 на 20",
        "qonbosim 120/115",
        "temperatura 60",
        "isitma 20",
        "puls 900",
        "пульс 10",
        "vaznim 900 kilo",
        "вес 650",
        "qand 72",
        "сахар 500",
        "500000 qadam",
    ],
)
def test_what_no_body_can_have_is_found_and_marked(text: str):
    assert [e.possible for e in find_values(text, NOW) if e.entity in READINGS] == [False]
