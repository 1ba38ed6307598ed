"""Making both engines from the data, once: kept in `var/nlu/<hash of data, config and code>/`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from core import script
from nlu import augment, environment, examples
from nlu.embedded import EmbeddedEngine

PROJECT = Path(__file__).resolve().parent
CONFIG = PROJECT / "config.yml"
Say = Callable[[str], None]
# The newest kept besides the current one, so that going back to yesterday's data costs nothing.
_KEPT_BEFORE = 1
_FOLDER = re.compile(r"[0-9a-f]{16}")


def folder(var_dir: Path) -> Path:
    """Where what is made from the present data and config is kept."""
    sources = (
        PROJECT / "data" / "uz",
        PROJECT / "data" / "ru",
        CONFIG,
        PROJECT / "domain.yml",
        PROJECT / "components",
        PROJECT / "data" / "lookups" / "concepts.yml",
        *(
            PROJECT / f"{name}.py"
            for name in ("augment", "concepts", "embedded", "examples", "features", "learning", "network")
        ),
        Path(str(script.__file__)),
        script.EXCEPTIONS_PATH,
    )
    return var_dir.resolve() / "nlu" / examples.fingerprint(*sources)


def embedded(var_dir: Path, say: Say = lambda _: None) -> EmbeddedEngine:
    """The in-process engine, from the cache or trained now (under a minute)."""
    target = folder(var_dir) / "embedded"
    if not (target / "about.json").exists():
        with environment.locked(var_dir / "nlu" / "embedded.lock"):
            if not (target / "about.json").exists():
                _train_embedded(target, say)
    return EmbeddedEngine.load(target)


def _train_embedded(target: Path, say: Say) -> None:
    """In a process of its own, which takes its gigabyte along when it ends; it ends too when this one does, however that ends.

    Raises:
        subprocess.CalledProcessError: it failed; what it said went to standard error.
    """
    command = [sys.executable, "-m", "nlu.training", str(target)]
    with subprocess.Popen(  # noqa: S603 - our own words only
        command, cwd=PROJECT.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                say(f"in-process engine: {line.rstrip()}")
            code = process.wait()
        finally:
            process.kill()
    if code != 0:
        raise subprocess.CalledProcessError(code, command)
    _forget_old(target.parent)


def _train_here(target: Path) -> None:
    """What the child does."""
    from nlu import learning

    began = time.monotonic()
    engine = learning.fit(learning.lines(examples.load()), _tell)
    making = target.with_name("embedded.new")
    shutil.rmtree(making, ignore_errors=True)
    engine.save(making)
    making.replace(target)
    _tell(f"trained in {time.monotonic() - began:.0f} s")


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """The pipe from the parent closes when it is gone, also by kill -9."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def rasa_model(
    var_dir: Path, python: Path, say: Say = lambda _: None, config: Path = CONFIG, part: int = 1
) -> Path:
    """Rasa's model file, from the cache or trained now (minutes); on every `part`th line only, for one that is tried.

    Raises:
        subprocess.CalledProcessError: Rasa refused; its own words are in `rasa-training.log` beside the model.
    """
    home = folder(var_dir)
    # What is only tried is kept by its own name.
    name = "rasa" if (config, part) == (CONFIG, 1) else f"rasa-{config.stem}-{part}"
    model = home / name / "model.tar.gz"
    with environment.locked(var_dir / "nlu" / f"{name}.lock"):
        if not model.exists():
            _train_rasa(home, python, model, config, part, say)
    return model


def _train_rasa(home: Path, python: Path, model: Path, config: Path, part: int, say: Say) -> None:
    began = time.monotonic()
    data = home / ("data" if part == 1 else f"data-{part}")
    making = home / f"{model.parent.name}.new"
    derived = augment.write(examples.load()[::part], data)
    say(f"Rasa's model: data written with {derived} derived lines")
    command = [
        str(python),
        "-m",
        "nlu.rasa",
        "train",
        "nlu",
        "--nlu",
        str(data),
        "--config",
        str(config),
    ]
    command += [
        "--domain",
        str(PROJECT / "domain.yml"),
        "--out",
        str(making),
        "--fixed-model-name",
        "model",
    ]
    log_path = home / f"{model.parent.name}-training.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own words only
            command, cwd=home, env=environment.variables(), stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            _wait(process, log_path, began, say)
        finally:
            process.kill()
    model.parent.mkdir(exist_ok=True)
    (making / "model.tar.gz").replace(model)
    say(f"Rasa's model: trained in {time.monotonic() - began:.0f} s")
    _forget_old(home)


def _wait(process: subprocess.Popen[bytes], log_path: Path, began: float, say: Say) -> None:
    """Says every ten seconds what Rasa is at."""
    while True:
        try:
            code = process.wait(timeout=10)
            break
        except subprocess.TimeoutExpired:
            at = re.findall(r"Starting to train component '(\w+)'", log_path.read_text(errors="replace"))
            say(f"Rasa's model: {time.monotonic() - began:.0f} s, {at[-1] if at else 'reading the data'}")
    if code != 0:
        raise subprocess.CalledProcessError(code, process.args)


def in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True, name="nlu-training")
    thread.start()
    return thread


def _forget_old(current: Path) -> None:
    others = [
        f for f in current.parent.iterdir() if f.is_dir() and _FOLDER.fullmatch(f.name) and f != current
    ]
    for old in sorted(others, key=lambda f: f.stat().st_mtime, reverse=True)[_KEPT_BEFORE:]:
        shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    in_background(_end_with_parent)
    _train_here(Path(sys.argv[1]))
