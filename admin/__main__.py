"""The admin process: serves the pages of staff and the webhooks until it is told to stop."""

from __future__ import annotations

import logging
import sys

import structlog
import uvicorn

from admin.app import create_app
from core import settings as all_settings
from core.errors import SettingsError
from core.settings import Settings
from db.engine import connect


def main(settings: Settings | None = None) -> None:
    """Runs until SIGTERM or Ctrl-C, then finishes the requests under way."""
    try:
        settings = settings or all_settings.load()
        log_to_stderr(settings.log_format)
        database = connect(settings)
        app = create_app(settings, database)
    except SettingsError as error:
        sys.exit(str(error))
    app.router.add_event_handler("shutdown", database.close)
    uvicorn.run(
        app,
        host=settings.admin_host,
        port=settings.admin_port,
        access_log=False,  # its lines hold whole addresses
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def log_to_stderr(log_format: str) -> None:
    """One line an event, as JSON or for the eye; also what libraries log through `logging`, from warnings up."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(processors=[*shared, last], logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.INFO)


if __name__ == "__main__":
    main()
