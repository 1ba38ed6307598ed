"""Times of day in whole messages as people write them, and hours that are no time of day."""

from datetime import UTC, datetime

import pytest

from nlu.values import find_values

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def times(text: str) -> list[object]:
    return [e.value for e in find_values(text, NOW) if e.entity == "time"]


IN_MESSAGES = [
    ("ertaga soat 3 larda kelaman", ["15:00"]),
    ("soat uch yarimga yozing", ["15:30"]),
    ("soat tort yarimda", ["16:30"]),
    ("soat 8:30 da", ["08:30"]),
    ("soat 14.00 ga", ["14:00"]),
    ("soat o'n birlarda", ["11:00"]),
    ("soat birda", ["13:00"]),
    ("9 larda boraman", ["09:00"]),
    ("uchlarda bo'sh vaqt bormi", ["15:00"]),
    ("ertalab 7 da ochiladimi", ["07:00"]),
    ("kechki 8 da eslating", ["20:00"]),
    ("kechqurun 6 yarimda", ["18:30"]),
    ("tushdan keyin 3 da", ["15:00"]),
    ("kechasi soat 2 da uyg'onaman", ["02:00"]),
    ("o'n birga yigirma minut qolganda", ["10:40"]),
    ("shanba kuni tushgacha", ["morning"]),
    ("tushlikdan oldin", ["morning"]),
    ("indinga erta bilan", ["morning"]),
    ("abeddan keyin boraman", ["afternoon"]),
    ("kechroq bo'lsa yaxshi", ["evening"]),
    ("ishdan keyin kelaman", ["evening"]),
    ("10 bilan 12 orasiga", ["10:00", "12:00"]),
    ("9 dan 12 gacha bo'shman", ["09:00", "12:00"]),
    ("soat10da kelaman", ["10:00"]),
    ("9:30 dan 11 gacha bo'lsa", ["09:30", "11:00"]),
    ("men ikkilarda kela olaman", ["14:00"]),
    ("14-16 oralig'ida", ["14:00", "16:00"]),
    ("9-10 larda boraman", ["09:00"]),
    ("kunning ikkinchi yarmida", ["afternoon"]),
    ("bomdoddan keyin", ["morning"]),
    ("asrdan keyin bo'shman", ["afternoon"]),
    ("эртага соат 3 ларда", ["15:00"]),
    ("соат тўртда", ["16:00"]),
    ("соат турт яримда", ["16:30"]),
    ("тушдан кейин булса", ["afternoon"]),
    ("эрталаб 8 да", ["08:00"]),
    ("через неделю в пол третьего", ["14:30"]),
    ("давайте в полшестого", ["17:30"]),
    ("без двадцати три", ["14:40"]),
    ("без четверти пять", ["16:45"]),
    ("десять минут четвертого", ["15:10"]),
    ("четверть шестого", ["17:15"]),
    ("после пяти смогу", ["17:00"]),
    ("до шести вечера", ["18:00"]),
    ("в час дня", ["13:00"]),
    ("в 2 часа дня", ["14:00"]),
    ("в 3 дня", ["15:00"]),
    ("в 3 ночи проснулся", ["03:00"]),
    ("три часа ночи, не сплю", ["03:00"]),
    ("напомни в 7:15", ["07:15"]),
    ("приём в 14.30", ["14:30"]),
    ("сдвиньте на 11", ["11:00"]),
    ("запишите на 3 часа", ["15:00"]),
    ("10 часов устраивает", ["10:00"]),
    ("с 9 до 12 свободна", ["09:00", "12:00"]),
    ("поменяйте с 8 на 10", ["08:00", "10:00"]),
    ("в субботу до обеда", ["morning"]),
    ("в первой половине дня", ["morning"]),
    ("часов в 10 подойду", ["10:00"]),
    ("к часу успею", ["13:00"]),
    ("в районе 12", ["12:00"]),
    ("в 9-30", ["09:30"]),
    ("вечерком зайду", ["evening"]),
    ("zavtra v 10 utra", ["10:00"]),
    ("posle shesti mojno", ["18:00"]),
    ("vtornik posle obeda", ["afternoon"]),
    ("v poltretego", ["14:30"]),
    ("na we4er mojno", ["evening"]),
    ("w 10 utra", ["10:00"]),
    ("эртага туртларда", ["16:00"]),
    ("соат унга ёзинг", ["10:00"]),
    ("завтра soat 9 da", ["09:00"]),
]


@pytest.mark.parametrize(("text", "values"), IN_MESSAGES)
def test_the_times_of_a_message_are_found(text: str, values: list[str]):
    assert times(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "не писал 12 часов",
        "сплю по 5 часов",
        "раз в 8 часов",
        "каждые 4 часа",
        "через 3 часа дать ещё",
        "два часа назад упал",
        "перенос на 2 часа позже",
        "опоздаю минут на 20",
        "до роддома два часа",
        "плачет уже три часа",
        "5 soat uxlayman",
        "har 6 soatda",
        "8 soatda bir ichaman",
        "3 soatdan beri og'riyapti",
        "yarim soatga kechikaman",
        "2 soatlik yo'l",
        "считаю до десяти",
        "на три дня",
        "раз в три дня",
        "таблица умножения на 7",
        "qizim 14 da",
        "men 46 daman",
        "o'g'lim 18 da homilador emas",
        "лет с 20 мигрень",
        "в 6 лет опоздали с прививкой",
        "карате в 6 не рано?",
        "капли с 0",
        "xayrli tong",
        "доброе утро",
        "unda mayli",
        "унда бораман",
        "на вечеринке выпил",
        "24/7",
        "+998 93 100 11 30",
        "150/95",
        "подарок на 8 марта",
    ],
)
def test_hours_that_last_ages_and_counts_are_no_time_of_day(text: str):
    assert times(text) == []
