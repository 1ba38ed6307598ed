"""The admin process: serves the pages of staff and the webhooks until it is told to stop."""

from __future__ import annotations

import sys

import uvicorn

from admin.app import create_app
from core import logs
from core import settings as all_settings
from core.errors import SettingsError
from core.settings import Settings
from db.engine import connect


def main(settings: Settings | None = None) -> None:
    """Runs until SIGTERM or Ctrl-C, then finishes the requests under way."""
    try:
        settings = settings or all_settings.load()
        logs.configure(settings.log_format)
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


if __name__ == "__main__":
    main()
