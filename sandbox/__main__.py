"""Starts the sandbox: `python -m sandbox --port 8081 --state-dir var/sandbox`."""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from sandbox.app import Settings, create_app

_SHUTDOWN_S = 1.0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 lets the system choose")
    parser.add_argument("--state-dir", type=Path, help="keep chats and SMS here across restarts")
    parser.add_argument("--token", help="accept this bot token only")
    parser.add_argument("--bot-name", default="Salomat")
    parser.add_argument("--bot-username", default="salomat_bot")
    parser.add_argument("--strict-limits", action="store_true", help="keep Telegram's sending limits")
    parser.add_argument("--inbound-url", help="where answers to SMS are posted, signed as Twilio signs")
    parser.add_argument("--twilio-account", help="accept this account SID only")
    parser.add_argument("--twilio-token", help="accept and sign with this auth token only")
    parser.add_argument("--eskiz-moderation", action="store_true", help="let approved texts pass only")
    parser.add_argument(
        "--sms-step-s", type=float, default=0.5, help="seconds from one SMS status to the next"
    )
    parser.add_argument("--seed", type=int, help="makes faults by chance repeatable")
    return parser.parse_args(argv)


def _announce(text: object) -> None:
    """aiohttp's own lines of start and end; the address is all anybody needs."""
    address = re.search(r"http://\S+", str(text))
    if address:
        logging.getLogger("sandbox").info("Sandbox: open %s", address.group())


def main(argv: Sequence[str] | None = None) -> None:
    arguments = _arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = Settings(
        token=arguments.token,
        bot_name=arguments.bot_name,
        bot_username=arguments.bot_username,
        state_dir=arguments.state_dir,
        strict_limits=arguments.strict_limits,
        seed=arguments.seed,
        inbound_url=arguments.inbound_url,
        twilio_account=arguments.twilio_account,
        twilio_token=arguments.twilio_token,
        eskiz_moderation=arguments.eskiz_moderation,
        sms_step_s=arguments.sms_step_s,
    )
    web.run_app(
        create_app(settings),
        host=arguments.host,
        port=arguments.port,
        shutdown_timeout=_SHUTDOWN_S,
        access_log=None,
        print=_announce,
    )


if __name__ == "__main__":
    main()
