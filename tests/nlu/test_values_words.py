"""Kin, places, specialists, vaccines and examinations in whole messages, and words of another meaning that fold alike."""

from datetime import UTC, datetime

import pytest

from nlu.values import find_values

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def found(text: str, entity: str) -> list[object]:
    return [e.value for e in find_values(text, NOW) if e.entity == entity]


WORDS = [
    ("onamning bosimi baland", "person", ["mother"]),
    ("онамни кардиологга", "person", ["mother"]),
    ("bolamizga emlash", "person", ["child"]),
    ("kelinimizni yozing", "person", ["in_law"]),
    ("qaynonamga", "person", ["mother_in_law"]),
    ("qo'shnimning bolasi", "person", ["neighbour"]),
    ("ўғлимга 5 ёш", "person", ["son"]),
    ("углимни эмлатмокчиман", "person", ["son"]),
    ("erim uchun", "person", ["husband"]),
    ("эримнинг босими", "person", ["husband"]),
    ("xotinim homilador", "person", ["wife"]),
    ("dadomni olib boraman", "person", ["father"]),
    ("дядя жалуется", "person", ["uncle"]),
    ("dyadya zabolel", "person", ["uncle"]),
    ("тётю запишите", "person", ["aunt"]),
    ("отца к терапевту", "person", ["father"]),
    ("брату 30 лет", "person", ["brother"]),
    ("живу с братом", "person", ["brother"]),
    ("с дочерью пришли", "person", ["daughter"]),
    ("доченьке семь месяцев", "person", ["daughter"]),
    ("близнецам по году", "person", []),
    ("близнецы едят по-разному", "person", ["child"]),
    ("золовку добавить", "person", ["in_law"]),
    ("пасынка внести", "person", ["child"]),
    ("rebenku 3 goda", "person", ["child"]),
    ("babushke ploho", "person", ["grandmother"]),
    ("do4ke 5 let", "person", ["daughter"]),
    ("wnuka pokazat", "person", ["grandchild"]),
    ("dvoe detej", "person", ["child"]),
    ("хужайинимга", "person", ["husband"]),
    ("уртогим касал", "person", ["friend"]),
    ("Каттакургон шифохонаси", "place", ["kattaqorgon_city"]),
    ("v 4ilanzare", "place", ["chilonzor"]),
    ("k terapewtu", "specialist", ["therapist"]),
    ("u4astkovomu", "specialist", ["therapist"]),
    ("от бешенства куда", "vaccine", ["rabies"]),
    ("jene 40 let", "person", ["wife"]),
    ("Chilonzordagi poliklinika", "place", ["chilonzor"]),
    ("toshkentlikman", "place", ["1726"]),
    ("Toshkent viloyati", "place", ["1727"]),
    ("Тошкент вилояти", "place", ["1727"]),
    ("Ташкентская область", "place", ["1727"]),
    ("Andijon shahrida yashayman", "place", ["andijon_city"]),
    ("Andijonda yashayman", "place", ["1703"]),
    ("Kitob tumanida", "place", ["kitob"]),
    ("в Чиланзарском районе", "place", ["chilonzor"]),
    ("из Ферганы", "place", ["1730"]),
    ("v Samarkande", "place", ["1718"]),
    ("Qarshidan", "place", ["qarshi_city"]),
    ("в Коканде", "place", ["qoqon"]),
    ("Фарғонада", "place", ["1730"]),
    ("Фаргонадан", "place", ["1730"]),
    ("логопеду вопрос", "specialist", ["speech_therapist"]),
    ("к зубному", "specialist", ["dentist"]),
    ("zubnomu", "specialist", ["dentist"]),
    ("полио капали?", "vaccine", ["opv"]),
    ("ПАП результат", "screening", ["hpv_test"]),
    ("OITS testim", "screening", ["hiv_test"]),
    ("гастроскопию делали", "screening", ["gastroscopy"]),
    ("узи сердца", "screening", ["echocardiography"]),
]


@pytest.mark.parametrize(("text", "entity", "codes"), [w for w in WORDS if w[2]])
def test_a_word_of_a_message_has_our_code(text: str, entity: str, codes: list[str]):
    assert found(text, entity) == codes


@pytest.mark.parametrize(
    "text",
    [
        "какие документы брать",
        "kak brat bolnichniy",
        "оса ужалила",
        "terim quriydi",
        "yerim unumdor",
        "o'zim tetikman",
        "тётика",
        "что дадут упражнения",
        "вес набирает плохо",
        "xafa bo'laman",
        "kasal bo'lamanmi",
        "dushdan o'tsa bo'ladimi",
        "o'zbekchaga o'tamiz",
        "emizikli onaman",
        "men otaman",
        "на соседнем сиденье",
        "двойная запись",
        "родительское собрание",
        "помогите друг другу",
        "цинк в продуктах",
        "dadil bo'ling",
    ],
)
def test_words_that_only_look_like_kin_are_nobody(text: str):
    assert found(text, "person") == []


@pytest.mark.parametrize(
    "text",
    [
        "kitobda yozilgan",
        "Yaponiya poytaxti",
        "bir tomchi tomdi",
        "что носить в кармане",
        "карманные деньги",
        "narx-navo oshdi",
        "навоз во дворе",
        "после наводнения",
        "O'zbekistonda bormi",
        "комары в Узбекистане",
        "HIV testi",
        "kasanachilik",
        "shirindan ko'p yedim",
        "uzundan uzoq",
        "kasbida charchaydi",
        "Paxtakor o'yini",
        "marhamat qiling",
        "ertalab tuman bo'ladimi",
    ],
)
def test_words_that_only_look_like_places_are_nowhere(text: str):
    assert found(text, "place") == []


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("зубной камень", "specialist"),
        ("зубная боль", "specialist"),
        ("men o'zim hamshiraman", "specialist"),
        ("хирургическая маска", "specialist"),
        ("психологическая помощь", "specialist"),
        ("qo'shni gripp bo'ldi", "vaccine"),
        ("сын болел корью", "vaccine"),
        ("муж лечится от туберкулёза", "vaccine"),
        ("чеснок от гриппа", "vaccine"),
        ("автобус до Спутника", "vaccine"),
        ("qandli diabetmi bu", "screening"),
    ],
)
def test_words_of_another_meaning_have_no_code(text: str, entity: str):
    assert found(text, entity) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("bir bo'lak tort yedi", ["1"]),
        ("soat tort yarim", ["4"]),
        ("мама съела торт", []),
        ("из-за семьи", []),
        ("в семь", ["7"]),
        ("один дома лежу", []),
        ("двадцать один", ["21"]),
        ("он болеет", []),
        ("on besh kun", ["15"]),
        ("ун беш кун", ["15"]),
        ("un yemayman", []),
        ("туккиз кун", ["9"]),
    ],
)
def test_words_that_are_numbers_elsewhere_are_read_by_what_stands_beside_them(text: str, numbers: list[str]):
    from nlu import folded

    assert [word for word in folded.read(text).text.split() if word.isdigit()] == numbers
