"""`salomat staff`: who may sign in to the admin."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from core import settings
from core import staff as rules
from core.errors import Refusal, SettingsError
from db.engine import Database, connect
from services import staff as service

T = TypeVar("T")
PASSWORD = click.option(
    "--password",
    prompt="Password",
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when left out.",
)


@click.group()
def staff() -> None:
    """Members of staff: add, change a password, list, lock out and let in."""


@staff.command()
@click.argument("login")
@click.option("--name", required=True, help="As colleagues know them.")
@click.option("--role", required=True, type=click.Choice(list(rules.ROLES)))
@click.option("--language", type=click.Choice(["uz", "ru"]), default="uz", show_default=True)
@click.option("--clinic", "clinic_id", type=int, help="Number of the clinic; left out: every clinic.")
@PASSWORD
def add(login: str, name: str, role: str, language: str, clinic_id: int | None, password: str) -> None:
    """A new member of staff."""
    made = _run(
        lambda database: service.add(
            database,
            login,
            name,
            next(known for known in rules.ROLES if known == role),
            password,
            datetime.now(UTC),
            language="ru" if language == "ru" else "uz",
            clinic_id=clinic_id,
        )
    )
    click.echo(f"{made.login} can sign in as {made.role}.")


@staff.command()
@click.argument("login")
@PASSWORD
def password(login: str, password: str) -> None:
    """A new password; ends every sign-in of this person."""
    _run(lambda database: service.set_password(database, login, password, datetime.now(UTC)))
    click.echo(f"{login} has a new password.")


@staff.command("list")
def list_() -> None:
    """Everybody who can or could sign in."""
    for member in _run(lambda database: service.members(database, datetime.now(UTC))):
        state = "locked out" if member.disabled else "waiting after wrong tries" if member.locked else ""
        click.echo(f"{member.login:20} {member.role:14} {member.name:30} {state}".rstrip())


@staff.command()
@click.argument("login")
@click.option("--undo", is_flag=True, help="Let this person in again.")
def lock(login: str, undo: bool) -> None:
    """Nobody signs in with this login any more; whoever is signed in with it is out at once."""
    change = service.enable if undo else service.disable
    _run(lambda database: change(database, login, datetime.now(UTC)))
    click.echo(f"{login} {'can sign in again' if undo else 'is locked out'}.")


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    async def whole() -> T:
        database = connect(settings.load(), pool_size=1)
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(whole())
    except Refusal as refusal:
        raise click.ClickException(refusal.text.msgid.format_map(refusal.text.values)) from None
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
