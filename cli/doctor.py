"""`salomat doctor` looks at every setting and service and names what is missing; `salomat keys` makes new keys."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Iterator

import click
import httpx
from cryptography.fernet import Fernet

from cli.doctor_watching import providers, texts, watching
from core import i18n, settings
from core.errors import SettingsError
from core.settings import Settings

NEEDED = {
    "DATABASE_URL": "the address of PostgreSQL",
    "TELEGRAM_TOKEN": "the bot's token from @BotFather",
    "ENCRYPTION_KEYS": "make one with `salomat keys`",
    "LOOKUP_KEY": "make one with `salomat keys`",
    "SESSION_KEY": "make one with `salomat keys`",
}
FOR_SMS = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")


@click.command()
def keys() -> None:
    """Print fresh keys for `.env`. To rotate, put the new ENCRYPTION_KEYS value before the old one, with a comma."""
    click.echo(f"ENCRYPTION_KEYS={Fernet.generate_key().decode()}")
    click.echo(f"LOOKUP_KEY={secrets.token_urlsafe(32)}")
    click.echo(f"SESSION_KEY={secrets.token_urlsafe(32)}")


@click.command()
def doctor() -> None:
    """Check every setting and every service it names. Exit status 2 when something needed is missing."""
    loaded = settings.load()
    findings = [*missing(loaded), *watching(loaded), *asyncio.run(services(loaded)), *catalogs()]
    for ok, text in findings:
        click.echo(f"{'ok  ' if ok else 'MISS'} {text}")
    sys.exit(0 if all(ok for ok, _ in findings) else 2)


def missing(loaded: Settings) -> Iterator[tuple[bool, str]]:
    """Each needed setting: is it there?"""
    for name, hint in NEEDED.items():
        there = bool(getattr(loaded, name.lower()))
        yield there, f"{name}{'' if there else f' is not set: {hint}'}"
    sms = [name for name in FOR_SMS if not getattr(loaded, name.lower())]
    if len(sms) < len(FOR_SMS):
        for name in sms:
            yield False, f"{name} is not set: Twilio needs it"
        if not (loaded.twilio_from or loaded.twilio_messaging_service_sid):
            yield False, "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is not set: Twilio needs a sender"
    elif not providers(loaded):
        yield True, "no SMS provider is set: people without Telegram hear nothing (TWILIO_ACCOUNT_SID …)"
    if loaded.public_url.startswith("http://") and "127.0.0.1" not in loaded.public_url:
        yield False, "PUBLIC_URL should be https://: sign-in cookies and webhooks travel through it"


async def services(loaded: Settings) -> list[tuple[bool, str]]:
    """PostgreSQL, its schema, Telegram and Rasa: do they answer?"""
    found = (
        [await database(loaded)]
        if loaded.database_url and loaded.encryption_keys and loaded.lookup_key
        else []
    )
    if found and found[0][0]:
        found += await texts(loaded)
    async with httpx.AsyncClient(timeout=5, trust_env=True) as client:
        if loaded.telegram_token:
            url = f"{loaded.telegram_api_url}/bot{loaded.telegram_token.get_secret_value()}/getMe"
            found.append(
                (await answers(client, url), f"Telegram at {loaded.telegram_api_url} knows the token")
            )
        if loaded.nlu_url:
            found.append(
                (await answers(client, f"{loaded.nlu_url}/status"), f"Rasa at {loaded.nlu_url} has a model")
            )
        else:
            found.append((True, "NLU_URL is not set: the in-process engine understands alone"))
    return found


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


async def database(loaded: Settings) -> tuple[bool, str]:
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Connection

    from db import migrate
    from db.engine import connect

    try:
        database = connect(loaded)
    except SettingsError as error:
        return False, str(error)
    head = (migrate.MIGRATIONS / "HEAD").read_text().split("_")[0]

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    try:
        if not await database.is_up():
            return False, "PostgreSQL does not answer at DATABASE_URL"
        async with database.engine.connect() as connection:
            current = await connection.run_sync(revision)
        if current != head:
            return False, f"the schema is at {current or 'nothing'}, {head} is needed: `salomat db upgrade`"
        return True, f"PostgreSQL answers, schema {head}"
    finally:
        await database.close()


def catalogs() -> Iterator[tuple[bool, str]]:
    """Compiled words of both languages."""
    for language in ("uz", "ru"):
        there = (i18n.CONTENT / language / "LC_MESSAGES" / "messages.mo").exists()
        yield there, f"words in {language}{'' if there else ' are not compiled: `make words`'}"
