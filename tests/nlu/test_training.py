"""Training in a process of its own: its words come through, its failure is told, and it does not outlive whoever asked."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.settings import ROOT
from nlu import training


def pretending(tmp_path, body: str) -> str:
    """A program that stands in for Python in the command."""
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_progress_comes_through_line_by_line(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", pretending(tmp_path, "echo 3 of 9 rounds; echo trained in 2 s"))
    said: list[str] = []
    target = training.folder(tmp_path) / "embedded"
    target.mkdir(parents=True)
    training._train_embedded(target, said.append)
    assert said == ["in-process engine: 3 of 9 rounds", "in-process engine: trained in 2 s"]


def test_a_training_that_fails_is_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", pretending(tmp_path, "exit 3"))
    with pytest.raises(subprocess.CalledProcessError) as failed:
        training.embedded(tmp_path)
    assert failed.value.returncode == 3


def test_the_child_ends_when_its_parent_is_gone(tmp_path):
    command = [sys.executable, "-m", "nlu.training", str(tmp_path / "embedded")]
    child = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert child.stdin
    child.stdin.close()
    assert child.wait(timeout=60) == 1
    assert not (tmp_path / "embedded").exists()


def test_who_asks_for_the_engine_does_not_load_what_only_training_needs():
    code = (
        "import sys; from nlu import training; sys.exit(any(m in sys.modules for m in ('scipy', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
