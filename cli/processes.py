"""`salomat bot` and `salomat admin`: one process each, configured by the environment or `.env`."""

from __future__ import annotations

import click


@click.command()
def bot() -> None:
    """Converse on Telegram (long polling)."""
    from bot.__main__ import main

    main()


@click.command()
def admin() -> None:
    """Serve the web admin and the webhooks."""
    from admin.__main__ import main

    main()
