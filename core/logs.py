"""Structured logs on standard error: JSON for machines or one readable line; never a person's words, name or number."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(form: str = "console") -> None:
    """`form` is console or json. Libraries' own loggers speak from WARNING on, without their arguments' secrets."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("httpx", "httpcore", "aiogram", "telegram", "twilio", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
