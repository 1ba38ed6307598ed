"""The command `salomat`: starts and operates everything. Each command's module is imported only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from core import logs
from core.errors import SalomatError

# name → module and attribute of its click command; the order of `salomat --help`.
COMMANDS = {
    "demo": "cli.demo:demo",
    "bot": "cli.processes:bot",
    "reminders": "cli.reminders:reminders",
    "admin": "cli.processes:admin",
    "nlu": "cli.nlu:nlu",
    "db": "cli.db:db",
    "doctor": "cli.doctor:doctor",
    "keys": "cli.doctor:keys",
    "staff": "cli.staff:staff",
    "content": "cli.content:content",
    "due": "cli.due:due",
    "programmes": "cli.programmes:programmes",
}


class LazyGroup(click.Group):
    """Looks commands up by name, so that `salomat due` does not wait for aiogram."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup)
def salomat() -> None:
    """Salomat, the preventive-health companion: bot, reminders, admin and their operation."""
    logs.configure()  # to standard error: what a command answers stands alone on standard output


def main() -> None:
    """Exit status 2 for everything the caller can put right, with one clear sentence."""
    try:
        salomat(prog_name="salomat")
    except SalomatError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
