"""Rasa as a process: its environment and model made when missing, then the server on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from nlu import environment, training

Say = Callable[[str], None]
# Rasa is given nothing but texts and is to be reached by nobody but us.
LOOPBACK = "127.0.0.1"
# Loading TensorFlow takes most of it; a busy laptop takes several times longer.
_UP_WITHIN_S = 180


def command(var_dir: Path, port: int, say: Say, config: Path = training.CONFIG, part: int = 1) -> list[str]:
    """The command line of the server; makes environment and model first.

    Raises:
        environment.NoPython310
        subprocess.CalledProcessError: installing or training failed.
    """
    python = environment.python(var_dir, say)
    model = training.rasa_model(var_dir, python, say, config, part)
    return [
        str(python),
        "-m",
        "nlu.rasa",
        "run",
        "--enable-api",
        "-m",
        str(model),
        "-i",
        LOOPBACK,
        "-p",
        str(port),
    ]


def serve(var_dir: Path, port: int, say: Say) -> None:
    """Become the server: this process is replaced, so that a signal to it reaches Rasa itself."""
    arguments = command(var_dir, port, say)
    say(f"Rasa: starting on port {port}")
    os.chdir(_home(var_dir))
    os.execve(arguments[0], arguments, environment.variables())  # noqa: S606 - no shell is wanted


@contextmanager
def running(var_dir: Path, say: Say, config: Path = training.CONFIG, part: int = 1) -> Iterator[str]:
    """A server of one's own on a free port, for a report or a test; gives its address once it answers."""
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own words only
        command(var_dir, port, say, config, part),
        cwd=_home(var_dir),
        env=environment.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://{LOOPBACK}:{port}"
        _wait_until_up(url, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_up(url: str) -> bool:
    """Whether a model answers there."""
    try:
        return httpx.get(f"{url}/status", timeout=1.5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _UP_WITHIN_S
    while not is_up(url):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"Rasa did not start (exit code {process.poll()})")
        time.sleep(0.25)


def _home(var_dir: Path) -> Path:
    """Rasa writes `.rasa` where it runs, so it runs under `var`."""
    home = training.folder(var_dir)
    home.mkdir(parents=True, exist_ok=True)
    return home


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
