"""Rasa's own environment: Python 3.10 in `var/nlu/venv`, from the pinned requirements, made again when these change."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nlu.examples import fingerprint

PROJECT = Path(__file__).resolve().parent
REQUIREMENTS = PROJECT / "requirements.txt"
Say = Callable[[str], None]


class NoPython310(Exception):
    """Rasa 3.6 runs on Python 3.10 only, and none can be had here."""

    def __init__(self) -> None:
        super().__init__("Rasa needs Python 3.10 and none was found: the in-process engine answers instead")


def variables() -> dict[str, str]:
    """The environment of every Rasa process: no telemetry, quiet TensorFlow, and our components on the path."""
    return {
        **os.environ,
        "PYTHONPATH": str(PROJECT.parent),
        "PYTHONHASHSEED": "0",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
    }


def python(var_dir: Path, say: Say) -> Path:
    """The interpreter of a complete environment; makes it where it is missing or out of date (2–3 minutes).

    Raises:
        NoPython310
        subprocess.CalledProcessError: a package could not be installed; the tool's own words are on standard error.
    """
    # Absolute: Rasa runs in another folder.
    venv = var_dir.resolve() / "nlu" / "venv"
    inside = venv / "bin" / "python"
    done = venv / "requirements.hash"
    wanted = fingerprint(REQUIREMENTS)
    with locked(var_dir / "nlu" / "venv.lock"):
        if inside.exists() and done.exists() and done.read_text() == wanted:
            return inside
        base = find_python310()
        if base is None:
            raise NoPython310
        say("Rasa's environment: installing (2.7 GB, some minutes the first time)")
        shutil.rmtree(venv, ignore_errors=True)
        _install(base, venv)
        done.write_text(wanted)
        say("Rasa's environment: ready")
    return inside


def find_python310() -> Path | None:
    """A Python 3.10 of this machine; where there is only `uv`, it is asked to bring one."""
    attempts = [["python3.10", "-c", "import sys; print(sys.executable)"]]
    if uv := _uv():
        attempts += [[*uv, "python", "find", "--no-project", "3.10"]]
        attempts += [[*uv, "python", "install", "-q", "3.10"], attempts[-1]]
    for command in attempts:
        # In nlu/, where `.python-version` tells pyenv which one `python3.10` is.
        answer = _answer(command, PROJECT if command[0] == "python3.10" else PROJECT.parent)
        if answer and Path(answer).exists():
            return Path(answer)
    return None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time makes what is kept under `var/nlu`; the others wait and find it made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(base: Path, venv: Path) -> None:
    inside = str(venv / "bin" / "python")
    if uv := _uv():
        commands = [
            [*uv, "venv", "-q", "--python", str(base), str(venv)],
            [*uv, "pip", "install", "-q", "--python", inside, "--require-hashes", "-r", str(REQUIREMENTS)],
        ]
    else:
        commands = [
            [str(base), "-m", "venv", str(venv)],
            [inside, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(REQUIREMENTS)],
        ]
    for command in commands:
        subprocess.run(command, check=True, cwd=PROJECT.parent, stdin=subprocess.DEVNULL)  # noqa: S603 - ours


def _uv() -> list[str] | None:
    """`uv` beside our own Python or on the path, when it really runs (pyenv puts a shim there that may not)."""
    beside = Path(sys.executable).with_name("uv")
    for candidate in (str(beside), shutil.which("uv")):
        if candidate and _answer([candidate, "--version"], PROJECT.parent):
            return [candidate]
    return None


def _answer(command: list[str], folder: Path) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - our own words only
            command, cwd=folder, capture_output=True, text=True, timeout=180, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
