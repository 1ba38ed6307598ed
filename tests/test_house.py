"""Facts about the house: words complete, names equal, limits kept, settings explained, nothing of one machine in the code."""

from __future__ import annotations

import ast
import re
import string
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from babel.messages.catalog import Message

from bot import dispatcher  # registers every form
from bot.forms import FORMS
from core import advice, booking, i18n, programmes
from core.intents import INTENTS
from core.settings import Settings
from tests import catalogs_are_fresh as catalogs

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "core",
    "db",
    "services",
    "channels",
    "nlu",
    "monitoring",
    "bot",
    "reminders",
    "admin",
    "sandbox",
    "cli",
)
LANGUAGES = catalogs.LANGUAGES


@lru_cache(maxsize=1)
def committed() -> tuple[Path, ...]:
    """Every file of the repository that is there; also those not committed yet, but not the ignored ones."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    if not listed:
        pytest.skip("this copy has no git: the list of files is not here")
    return tuple(path for name in listed if (path := ROOT / name).is_file())


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


# Words


def test_catalogs_hold_exactly_the_sentences_of_the_code() -> None:
    assert catalogs.differences() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_none_is_a_guess(language: str) -> None:
    messages = [message for message in catalogs.catalog(language) if message.id]
    assert [m.id for m in messages if m.fuzzy] == []
    assert [m.id for m in messages if not all(_forms(m))] == []
    wanted = {"uz": 2, "ru": 3}[language]
    assert [m.id for m in messages if m.pluralizable and len(_forms(m)) != wanted] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same_in_every_language(language: str) -> None:
    for message in catalogs.catalog(language):
        if not message.id:
            continue
        msgids = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = {name for msgid in msgids for name in _placeholders(msgid)}
        for form in _forms(message):
            # «1 oy» may be said without its number
            missing = wanted - _placeholders(form) - ({"n"} if message.pluralizable else set())
            assert not missing, message.id
            assert not _placeholders(form) - wanted, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_the_same_in_every_language(language: str) -> None:
    for message in catalogs.catalog(language):
        if isinstance(message.id, str):
            tags = re.findall(r"</?\w+>", message.id)
            assert sorted(re.findall(r"</?\w+>", str(message.string))) == sorted(tags), message.id


def test_uzbek_is_written_with_its_own_apostrophes() -> None:
    wrong = [
        m.id for m in catalogs.catalog("uz") if m.id for f in _forms(m) if re.search(r"[A-Za-z]['`’‘]", f)
    ]
    # a plain ' is right where an SMS is quoted word for word
    assert [msgid for msgid in wrong if not str(msgid).startswith("Salomat: ")] == []


def test_content_has_the_same_files_in_every_language() -> None:
    files = {
        language: {
            path.relative_to(i18n.CONTENT / language)
            for path in (i18n.CONTENT / language).rglob("*")
            if path.is_file() and path.suffix != ".mo"
        }
        for language in LANGUAGES
    }
    assert files["uz"] == files["ru"]


SAYS_SENTENCES = {
    "bot/features/start/views.py": "the greeting before a language is known, in both at once",
    "cli/cast.py": "names and addresses of the demo's clinics and people: data, not sentences",
    "sandbox/sms_eskiz.py": "Eskiz's own words, which it answers with",
}


def test_no_sentence_of_ours_stands_in_code() -> None:
    """Sentences are English msgids in code; Uzbek and Russian ones live in content/."""
    spoken = re.compile(r"[а-яёўқғҳ]{2,}\W+[а-яёўқғҳ]{2,}|\w*[ʻʼ]\w+\W+\w{3,}", re.IGNORECASE)
    found = {
        str(path.relative_to(ROOT))
        for path in modules()
        if any(spoken.search(text) and not re.search(r"[\\\[\]|]", text) for text in _strings(path))
    }
    assert found <= SAYS_SENTENCES.keys()


def test_the_main_menu_fits_its_buttons() -> None:
    from bot import keyboards

    for label in keyboards.MENU.values():
        for language in i18n.LANGUAGES:
            assert 1 <= len(label.render(language)) <= 24


# Names and limits


def test_intents_are_those_of_rasas_domain() -> None:
    domain = yaml.safe_load((ROOT / "nlu" / "domain.yml").read_text())
    assert sorted(domain["intents"]) == sorted(INTENTS)
    assert {
        entity if isinstance(entity, str) else next(iter(entity)) for entity in domain.get("entities", [])
    } <= {*i18n_entities()}


def i18n_entities() -> tuple[str, ...]:
    from typing import get_args

    from core.intents import EntityName

    return get_args(EntityName)


def test_buttons_carry_at_most_64_bytes() -> None:
    """Telegram's limit; with the longest codes there are, and numbers of ten digits: a hundred times the population."""
    assert dispatcher.ROUTERS
    longest = _longest_values()
    templates = [t for path in modules() if path.parts[-2] != "sandbox" for t in _button_data(path)]
    assert len(templates) > 30
    for template in templates:
        assert len(_filled(template, longest).encode()) <= 64, template
    for form in FORMS.values():
        for at, field in enumerate(form.fields):
            assert len(f"form:{at}:{longest['item']}".encode()) <= 64, field.key


def _longest_values() -> dict[str, str]:
    calendars = programmes.load(programmes.VACCINATION, programmes.SCREENING)
    series = [s for calendar in calendars.vaccination for s in calendar.series]
    products = [p for s in series for way in s.schedules for d in way.doses for p in _products(d)]
    checks = [c.code for calendar in calendars.screening for c in calendar.screenings]
    return {
        "item": max([*products, *checks], key=len),
        "service": max(booking.services(), key=len),
        "topic": max(advice.TOPICS, key=len),
        "intent": max(INTENTS, key=len),
        "programme": "vaccination",
        "number": "9" * 10,
    }


def _products(dose: object) -> list[str]:
    return re.findall(r"'([a-z_]{2,30})'", str(getattr(dose, "products", "")))


KINDS = (  # what a placeholder of a button's data is called → how long it can be
    (r"service|svc", "service"),
    (r"item$|item if|item or", "item"),
    (r"intent", "intent"),
    (r"programme", "programme"),
    (r"article\.id|^id_$|day\.isoformat|code$", "topic"),
    (r"id$|^one$|^at$", "number"),
    (r"^value$", "item"),
)


def _filled(template: ast.JoinedStr, longest: dict[str, str]) -> str:
    parts = []
    for part in template.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        assert isinstance(part, ast.FormattedValue)
        name = ast.unparse(part.value)
        kind = next((kind for pattern, kind in KINDS if re.search(pattern, name)), None)
        assert kind, f"how long can {{{name}}} of a button be? Say it in KINDS"
        parts.append(longest[kind])
    return "".join(parts)


BUTTON = re.compile(r"(adv|ap|bk|camp|fam|form|pp|q|rem|set|start):")


def _button_data(path: Path) -> list[ast.JoinedStr]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
        if isinstance(first, ast.Constant) and BUTTON.match(str(first.value)):
            found.append(node)
    return found


# Settings


def test_every_setting_is_in_the_example_with_a_comment() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    names = [line.split("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)]
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)
    for line, above in zip(lines[1:], lines, strict=False):
        assert not re.match(r"[A-Z_]+=", line) or above.startswith("# "), f"{line} has no comment"


def test_the_example_shows_the_defaults() -> None:
    shown = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
        if re.match(r"[A-Z_]+=.", line)
    )
    typed = Settings(_env_file=None, **{name.lower(): value for name, value in shown.items()})
    for name in shown:
        assert getattr(typed, name.lower()) == Settings.model_fields[name.lower()].default, name


# Code


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    for path in modules():
        text = path.read_text(encoding="utf-8")
        first = (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]
        assert not text.strip() or 5 < len(first) <= 140, path.relative_to(ROOT)


def test_nothing_of_one_machine_or_a_registry_is_committed() -> None:
    """No download address of a registry, no path of somebody's machine: what is fetched, the tools' own settings say."""
    hosts = [
        "files.pythonhosted" + ".org",
        "pypi" + ".org/simple",
        "registry.npmjs" + ".org",
        "--index" + "-url http",
    ]
    paths = ["/home" + "/", "/work" + "/", "/Users" + "/", "/tmp/salomat" + "/"]
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for wrong in (*hosts, *paths):
            assert wrong not in text, f"{wrong} in {path.relative_to(ROOT)}"


def test_nothing_is_left_to_do_later() -> None:
    later = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))
    found = [
        str(path.relative_to(ROOT))
        for path in committed()
        if path.suffix in {".py", ".js", ".html", ".css"} and later.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def _strings(path: Path) -> list[str]:
    """The string constants of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


def _forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string,)


def _placeholders(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name}
