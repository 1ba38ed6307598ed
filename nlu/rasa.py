"""Rasa's own command line, without the deprecation warnings of the libraries it pins. Runs in Rasa's Python 3.10."""

from __future__ import annotations

import warnings
from typing import Any

from rasa.__main__ import main


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Some of those libraries switch warnings on again, so what is switched off is the showing."""


warnings.showwarning = _nothing
main()
