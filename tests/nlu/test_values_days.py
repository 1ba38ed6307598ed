"""Days in whole messages as people write them, in all written forms. The day is Saturday 21.11.2026."""

from datetime import UTC, datetime

import pytest

from nlu.values import find_values

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def days(text: str) -> list[object]:
    return [e.value for e in find_values(text, NOW) if e.entity == "date"]


IN_MESSAGES = [
    # Uzbek, Latin
    ("keyingi dushanba kelsam bo'ladimi", ["2026-11-23"]),
    ("kelasi seshanbaga yozib qo'ying", ["2026-11-24"]),
    ("chorshamba kuni boraman", ["2026-11-25"]),
    ("payshamba bo'ladimi", ["2026-11-26"]),
    ("shanba kuni tushgacha", ["2026-11-28"]),
    ("yakshamba ochiqmisizlar", ["2026-11-22"]),
    ("ertaga tushdan keyin joy bormi", ["2026-11-22"]),
    ("ertan borsam maylimi", ["2026-11-22"]),
    ("indinga erta bilan qon topshiraman", ["2026-11-23"]),
    ("uch haftadan keyin eslatib qo'ying", ["2026-12-12"]),
    ("o'n kundan so'ng", ["2026-12-01"]),
    ("on kundan keyin kelaman", ["2026-12-01"]),
    ("yarim yildan keyin qayta tekshiruv", ["2027-05-21"]),
    ("5-dekabrga yozing", ["2026-12-05"]),
    ("dekabrning beshida", ["2026-12-05"]),
    ("27-noyabr soat 10 da", ["2026-11-27"]),
    ("28-chisi juma emasmi", ["2026-11-28", "2026-11-27"]),
    ("qabulni 28-ga o'tkazing", ["2026-11-28"]),
    ("uch kun oldin emlatgandik", ["2026-11-18"]),
    ("o'tgan chorshanba emlandik", ["2026-11-18"]),
    ("kechagi qabulga borolmadim", ["2026-11-20"]),
    ("bugunoq yozib bering", ["2026-11-21"]),
    ("keyingi oyda UZI bormi", ["2026-12-01"]),
    ("haftaga juma kelaman", ["2026-11-27"]),
    ("yigirma beshga yozing", ["2026-11-25"]),
    ("23 da boraman", ["2026-11-23"]),
    ("ertadan boshlab", ["2026-11-22"]),
    ("dekabr oxirida", ["2026-12-31"]),
    ("3-4 kundan keyin", ["2026-11-25"]),
    ("oy oxirida boraman", ["2026-11-30"]),
    # Uzbek, Cyrillic, and without ўқғҳ
    ("келаси чоршанба кунига", ["2026-11-25"]),
    ("эртага соат 3 ларда", ["2026-11-22"]),
    ("икки ҳафтадан кейин", ["2026-12-05"]),
    ("ун кундан кейин келамиз", ["2026-12-01"]),
    ("утган хафта эмлатдик", ["2026-11-09"]),
    ("шанба куни тушгача", ["2026-11-28"]),
    ("25-декабрга ёзинг", ["2026-12-25"]),
    # Russian
    ("через неделю в пол третьего", ["2026-11-28"]),
    ("через три дня", ["2026-11-24"]),
    ("через пару дней подойду", ["2026-11-23"]),
    ("через полгода на повтор", ["2027-05-21"]),
    ("полгода назад делали снимок", ["2026-05-21"]),
    ("в субботу до обеда", ["2026-11-28"]),
    ("можно на вторник после обеда", ["2026-11-24"]),
    ("в суботу есть приём?", ["2026-11-28"]),
    ("запишите на завтро", ["2026-11-22"]),
    ("на следующей неделе к лору", ["2026-11-23"]),
    ("двадцатого января", ["2027-01-20"]),
    ("на 28-е число", ["2026-11-28"]),
    ("28-го в девять", ["2026-11-28"]),
    ("с понедельника начну", ["2026-11-23"]),
    ("перенесите с пятницы на среду", ["2026-11-27", "2026-11-25"]),
    ("в конце ноября", ["2026-11-30"]),
    ("конец января подойдёт", ["2027-01-31"]),
    ("недели через две", ["2026-12-05"]),
    ("дня через три", ["2026-11-24"]),
    ("через 2-3 дня", ["2026-11-24"]),
    ("пару дней назад упал", ["2026-11-19"]),
    ("позапрошлую пятницу были", ["2026-11-06"]),
    ("последние месячные 3 марта", ["2026-03-03"]),
    ("позавчера сдала анализ", ["2026-11-19"]),
    ("прививку ставили 12.05.2024", ["2024-05-12"]),
    ("родился 03.02.22", ["2022-02-03"]),
    ("приду 03.12", ["2026-12-03"]),
    # Russian in Latin letters
    ("zavtra v 10 utra", ["2026-11-22"]),
    ("cherez 2 nedeli mojno", ["2026-12-05"]),
    ("vtornik posle obeda", ["2026-11-24"]),
    ("poslezavtra vecherom", ["2026-11-23"]),
    ("v pyatnicu k zubnomu", ["2026-11-27"]),
    ("na sleduyushey nedele", ["2026-11-23"]),
    ("mne by k loru zawtra", ["2026-11-22"]),
    ("v 4etverg mojno?", ["2026-11-26"]),
    ("dawayte na chetwerg", ["2026-11-26"]),
    ("4erez nedelyu", ["2026-11-28"]),
    ("na etoj nedele", ["2026-11-21"]),
    # both at once
    ("завтра qabulga yozilsam bo'ladimi", ["2026-11-22"]),
    ("пятницага ёзиб қўйинг", ["2026-11-27"]),
]


@pytest.mark.parametrize(("text", "values"), IN_MESSAGES)
def test_the_days_of_a_message_are_found(text: str, values: list[str]):
    assert days(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "5-sinfda o'qiydi",
        "o'g'lim 2-sinf",
        "3-kursman",
        "2-trimestr",
        "7-oilaviy poliklinika",
        "3-qavatdagi xona",
        "2-chi emlash qachon",
        "ikkinchi bolam",
        "ikki singlim bor",
        "besh sigaret chekaman",
        "1 сигарета в день",
        "пять сиропов выписали",
        "красные пятнышки на руке",
        "средний ребёнок кашляет",
        "среди ночи проснулся",
        "juma muborak",
        "джума мубарак",
        "с пятницей вас",
        "завтрак пропускаю",
        "xayrli erta",
        "rakni erta aniqlash",
        "juda erta turaman",
        "кунига 3 маҳал",
        "бир марта ичдим",
        "12/80",
        "1/2 таблетки",
        "vaqtim 24/7",
        "кредит 12.5 %",
        "вес 12.05 кг",
        "дом 5 кв 12",
        "+998 90 123 45 67",
        "99 010 12 20",
        "25 ga kirdim",
        "1 kun oldin eslating",
        "qabuldan bir hafta oldin xabar bering",
        "10-15 minut kutdim",
        "150 000 so'm",
        "50 yoshdaman",
        "3 kundan beri isitma",
        "раз в три дня",
    ],
)
def test_numbers_and_words_that_only_look_like_days_are_none(text: str):
    assert days(text) == []
