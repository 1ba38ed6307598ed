"""The real Rasa: its own environment, a freshly trained model, a server on loopback; skipped where Python 3.10 is missing."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from core.intents import INTENTS
from core.settings import ROOT
from nlu import environment, server, training
from nlu.interpreter import Interpreter

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(1800), pytest.mark.xdist_group("rasa")]
VAR = ROOT / "var"
NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def rasa_python() -> Path:
    """Made once by the project's own code and kept under var/."""
    try:
        return environment.python(VAR, print)
    except environment.NoPython310 as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def rasa_url(rasa_python: Path) -> Iterator[str]:
    with server.running(VAR, print) as url:
        yield url


def test_our_components_pass_their_tests_inside_rasa(rasa_python: Path):
    tests = Path(__file__).parent / "components" / "folding_in_rasa.py"
    subprocess.run([str(rasa_python), str(tests)], env=environment.variables(), check=True, cwd=VAR)


def test_rasa_itself_finds_nothing_wrong_with_data_and_domain(rasa_python: Path):
    command = [str(rasa_python), "-m", "rasa", "data", "validate", "--domain", str(ROOT / "nlu/domain.yml")]
    command += ["--config", str(ROOT / "nlu/config.yml")]
    command += ["--data", str(ROOT / "nlu/data/uz"), str(ROOT / "nlu/data/ru")]
    done = subprocess.run(
        command, env=environment.variables(), check=False, capture_output=True, text=True, cwd=VAR
    )
    # There are no stories here, so Rasa misses every intent in them; nothing else may displease it.
    displeased = [
        w for w in re.findall(r"UserWarning: (.+)", done.stderr) if "not used in any story" not in w
    ]
    assert (done.returncode, displeased) == (0, []), done.stderr[-2000:]


def test_rasa_ranks_every_intent(rasa_url: str):
    answer = httpx.post(f"{rasa_url}/model/parse", json={"text": "салом"}, timeout=30, trust_env=False).json()
    assert {i["name"] for i in answer["intent_ranking"]} == set(INTENTS)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Assalomu alaykum", "greet"),
        ("спасибо большое", "thanks"),
        ("қабулга ёзилмоқчиман", "book_appointment"),
        ("hochu zapisatsya k vrachu", "book_appointment"),
    ],
)
async def test_the_bot_understands_through_rasa(rasa_url: str, text: str, intent: str):
    interpreter = Interpreter(rasa_url, training.embedded(VAR))
    meaning = await interpreter.interpret(text, NOW)
    await interpreter.close()
    assert (meaning.engine, meaning.intent) == ("rasa", intent)


def test_rasa_listens_on_loopback_only_and_sends_no_telemetry():
    assert server.LOOPBACK == "127.0.0.1"
    assert environment.variables()["RASA_TELEMETRY_ENABLED"] == "false"


def test_parse_reads_lines_and_writes_json_through_rasa(rasa_url: str):
    from click.testing import CliRunner

    from cli.nlu import nlu

    result = CliRunner(env={"NLU_URL": rasa_url}).invoke(
        nlu, ["parse", "--engine", "rasa"], input="salom\nxayr\n"
    )
    rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert [(row["text"], row["engine"]) for row in rows] == [("salom", "rasa"), ("xayr", "rasa")]
