"""Red flags: found in every written form, for oneself and others; not fired by what only looks like one."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core import red_flags, script, triage
from core.errors import ContentError
from core.i18n import CONTENT

DATA = Path(__file__).resolve().parents[1] / "data" / "red_flags"
KEYBOARD = str.maketrans("ўқғҳЎҚҒҲ", "укгхУКГХ")
RU_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфцыэ", "abvgdeziyklmnoprstufcye", strict=True))
    | {"ё": "yo", "ж": "j", "х": "h", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
GROUPS = {
    "heart_attack", "stroke", "breathing", "severe_breathlessness", "anaphylaxis", "unconscious", "seizure",
    "bleeding", "injury", "head_injury", "meningitis", "poisoning", "bite", "heat_stroke", "drowning_electricity",
    "low_sugar", "hypertensive_crisis", "pregnancy", "child_danger", "suicide",
}  # fmt: skip


def messages(half: str, part: str) -> list[tuple[str, str]]:
    data = yaml.safe_load((DATA / f"{half}.yml").read_text(encoding="utf-8"))
    return [(kind, text) for kind, texts in data[part].items() for text in texts]


def in_other_letters(text: str) -> list[str]:
    """The message as written, and in the forms that can be derived from it."""
    form = script.detect(text)
    if form == "uz-Latn":
        cyrillic = script.to_cyrillic(text)
        return [text, script.plain(text).replace("'", ""), cyrillic, cyrillic.translate(KEYBOARD)]
    if form == "uz-Cyrl":
        return [text, script.to_latin(text), text.translate(KEYBOARD)]
    return [text, text.lower().translate(RU_LATIN)] if form == "ru" else [text]


@pytest.mark.parametrize("half", ["develop", "held_out"])
def test_hardly_any_emergency_is_missed(half: str) -> None:
    said = messages(half, "red_flags")
    missed = [(group, text) for group, text in said if triage.find(text) is None]
    assert 1 - len(missed) / len(said) >= 0.99, missed


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("qornim juda qattiq ogʻriyapti, qorin taxtadek", "acute_abdomen"),
        ("qornim juda qattiq ogriyapti qorin taxtadek", "acute_abdomen"),
        ("қорним жуда қаттиқ оғрияпти, қорин тахтадек", "acute_abdomen"),
        ("корним каттик огрияпти, корин тахтадай", "acute_abdomen"),
        ("живот болит, твёрдый как доска", "acute_abdomen"),
        ("rangi oqarib ketdi, sovuq ter bosyapti", "shock"),
        ("рангим оқариб, совуқ тер босяпти", "shock"),
        ("побледнела, холодный пот, кружится голова", "shock"),
    ],
)
def test_a_belly_like_a_board_and_shock_are_named_as_such(text: str, flag: str) -> None:
    assert flag in {found.id for found in triage.find_all(text)}, text


@pytest.mark.parametrize("half", ["develop", "held_out"])
def test_look_alikes_rarely_raise_an_alarm(half: str) -> None:
    said = messages(half, "look_alikes")
    alarms = [(text, triage.find(text)) for _, text in said if triage.find(text)]
    assert len(alarms) / len(said) <= 0.03, alarms


def test_messages_written_since_are_read_as_they_were_mended() -> None:
    said = messages("fresh", "red_flags")
    missed = [text for _, text in said if triage.find(text) is None]
    assert 1 - len(missed) / len(said) >= 0.985, missed
    innocent = messages("fresh", "look_alikes")
    alarms = [text for _, text in innocent if triage.find(text)]
    assert len(alarms) / len(innocent) <= 0.025, alarms


def test_messages_never_used_to_mend_the_patterns_are_mostly_read() -> None:
    said, innocent = messages("unseen", "red_flags"), messages("unseen", "look_alikes")
    assert sum(triage.find(text) is not None for _, text in said) / len(said) >= 0.97
    assert sum(triage.find(text) is not None for _, text in innocent) / len(innocent) <= 0.03


def test_emergencies_are_found_in_every_written_form() -> None:
    forms = [form for _, text in messages("held_out", "red_flags") for form in in_other_letters(text)]
    missed = [form for form in forms if triage.find(form) is None]
    assert 1 - len(missed) / len(forms) >= 0.985, missed


def test_the_group_is_mostly_the_right_one() -> None:
    said = messages("held_out", "red_flags")
    right = sum(group in {flag.group for flag in triage.find_all(text)} for group, text in said)
    assert right / len(said) >= 0.95


def test_there_is_enough_of_every_group_to_count_on() -> None:
    develop, held_out = messages("develop", "red_flags"), messages("held_out", "red_flags")
    assert len(develop) + len(held_out) >= 400
    assert len(messages("develop", "look_alikes")) + len(messages("held_out", "look_alikes")) >= 600
    for half in (develop, held_out):
        assert {group for group, _ in half} == GROUPS
    assert not {text for _, text in develop} & {text for _, text in held_out}


def test_every_group_has_a_flag() -> None:
    assert {flag.group for flag in red_flags.book().flags} >= GROUPS


@pytest.mark.parametrize(
    ("text", "flag_id"),
    [
        ("bosimim 200/120 boshim yorilyapti", "hypertensive_crisis"),
        ("давление двести на сто двадцать, рвота", "hypertensive_crisis"),
        ("bosimi yuz to'qson, ko'z oldi qorong'ilashyapti", "hypertensive_crisis"),
        ("bosimim 200/120", None),
        ("давление 150 на 90 болит голова", None),
        ("2 oylik bolam isitmasi 38,4", "child_danger"),
        ("ребенку 5 недель, температура 38", "child_danger"),
        ("2 oylik bolam harorati 37,2", None),
        ("5 oylik bolam isitmasi 38,4 o'ynab yuribdi", None),
        ("сахар 2.1, не соображает", "low_sugar"),
        ("сахар 5.2", None),
        ("mama vypila 30 tabletok", "medicine_overdose"),
    ],
)
def test_numbers_decide_where_numbers_matter(text: str, flag_id: str | None) -> None:
    found = triage.find(text)
    assert (found.id if found else None) == flag_id


@pytest.mark.parametrize(
    ("real", "only_looks_so"),
    [
        ("у мамы инсульт", "что делать при инсульте?"),
        ("dadamga infarkt bo'ldi", "o'tgan yili infarkt bo'lganman"),
        ("ilon chaqdi", "ilon chaqsa nima bo'ladi"),
        ("hushidan ketdi", "hushidan ketmadi"),
        ("не дышит", "дышит хорошо"),
        ("сил нет боль в груди отдает в руку", "нет боли в груди и в руку не отдает"),
        ("o'lmoqchiman", "navbat olmoqchiman"),
        (
            "год назад был инфаркт, сейчас опять давит грудь и холодный пот",
            "год назад был инфаркт, давило грудь",
        ),
        ("не хочу жить", "не хочу жить в этом районе"),
    ],
)
def test_what_is_over_denied_or_only_asked_about_is_no_emergency(real: str, only_looks_so: str) -> None:
    assert triage.find(real) is not None
    assert triage.find(only_looks_so) is None


@pytest.mark.parametrize("language", ["uz", "uz_Cyrl", "ru"])
@pytest.mark.parametrize("flag", red_flags.book().flags, ids=lambda flag: flag.id)
def test_every_flag_says_what_to_do_in_every_language(flag: red_flags.Flag, language: str) -> None:
    aid = triage.first_aid(flag.id, language)  # type: ignore[arg-type]
    assert aid.sign
    assert 2 <= len(aid.steps) <= 4
    words = aid.sign + " ".join(aid.steps)
    assert script.screen(words) == words
    assert bool(script.detect(words) == "uz-Latn") == (language == "uz")


def test_no_number_but_103_and_112_is_ever_given_to_call() -> None:
    for flag in red_flags.book().flags:
        for language in ("uz", "ru"):
            aid = red_flags.book().aid[language][flag.id]
            digits = {
                word.strip(".,:")
                for word in f"{aid.sign} {' '.join(aid.steps)}".split()
                if word[:1].isdigit()
            }
            assert {number for number in digits if len(number) > 2} <= {"103", "112"}


def test_helplines_are_given_from_outside_and_only_for_thoughts_of_suicide() -> None:
    assert triage.first_aid("suicide", "ru").helplines == ()
    assert triage.first_aid("suicide", "ru", ["71 200 00 00"]).helplines == ("71 200 00 00",)
    assert triage.first_aid("bite", "ru", ["71 200 00 00"]).helplines == ()


@pytest.mark.parametrize(
    "text",
    [
        "папа перенес инфаркт, сейчас опять сильно давит в груди, холодный пот",
        "dadam 10 yildan beri diabet, hozir qandi tushib hushidan ketdi",
        "сколько ждать скорую муж без сознания",
        "nima qilay onam hushidan ketdi",
        "врача нет в деревне, змея укусила",
        "кровь немного остановилась но опять хлещет",
        "признаки такие: лицо перекошено, рука не поднимается",
        "bola tirishvotti",
        "nafs ololmayapman",
    ],
)
def test_nothing_said_around_it_hides_an_emergency(text: str) -> None:
    assert triage.find(text) is not None


def test_the_flag_is_a_value() -> None:
    assert triage.find("otam hushidan ketdi") == triage.RedFlag("unconscious", "unconscious", "immediate")
    assert triage.find("") is None
    assert triage.find("   \n") is None


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_looked_at(text: str) -> None:
    assert triage.find(text) is None or triage.find(text) in triage.find_all(text)


def copy_of_content(folder: Path) -> Path:
    for part in ("shared", "uz", "ru"):
        (folder / part).mkdir()
        text = (CONTENT / part / red_flags.FILE).read_text(encoding="utf-8")
        (folder / part / red_flags.FILE).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("part", "old", "new", "reason"),
    [
        ("shared", "urgency: immediate", "urgency: someday", "urgency is one of"),
        ("shared", "    source: ", "    origin: ", "`source` is missing"),
        ("shared", "      - electrocuted", "      - lightning_bolt", "no words for `lightning_bolt`"),
        ("shared", "  - id: bite", "  - id: choking", "stands twice"),
        ("uz", "  drowning:\n    sign:", "  drowned_person:\n    sign:", "flags differ from shared"),
        ("ru", "words:", "words: [", ""),
    ],
)
def test_a_broken_file_is_refused_with_file_line_and_reason(
    tmp_path: Path, part: str, old: str, new: str, reason: str
) -> None:
    path = copy_of_content(tmp_path) / part / red_flags.FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        red_flags.read(tmp_path)
    assert caught.value.file == f"{part}/{red_flags.FILE}"
    assert caught.value.line
    assert reason in caught.value.reason


@pytest.mark.parametrize("text", ["103", "112!", "103 kerak tez", "вызовите 103", "срочно 103"])
def test_the_number_alone_or_with_a_call_is_a_cry_for_help(text):
    assert triage.find(text) is not None


@pytest.mark.parametrize(
    "text",
    ["vaznim 103", "вес 112", "pulsim 103", "bugun 1103 qadam yurdim", "прошла 1112 шагов", "/help 1003"],
)
def test_a_reading_that_looks_like_the_number_is_none(text):
    assert triage.find(text) is None
