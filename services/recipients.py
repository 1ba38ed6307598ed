"""Who is to be told, as the record stands now: read for many people at once, each broken record for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import LargeBinary, Text, case, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from core import deliveries as rules
from core.errors import SettingsError
from core.i18n import Words
from core.notices import Visit
from db.booking import Appointment
from db.crypto import keyring
from db.holds import Trial, TrialMember
from db.people import Chat, Consent, Person
from db.reminders import Delivery
from services.promises import personal_hours

BIRTHS = (date(1850, 1, 1), date(2200, 1, 1))
COUNTED = ("sending", "sent", "delivered", "unknown")


@dataclass(frozen=True, slots=True)
class About:
    """Whom a reminder is about; `name` is None when it or the birth date cannot be read."""

    name: str | None
    birth_date: date
    deceased: bool


async def load(
    session: AsyncSession, person_ids: Collection[int], hours: rules.Hours, now: datetime
) -> dict[int, rules.Recipient]:
    """Everything `core.deliveries.decide` asks about each person. A phone that cannot be read counts as none.

    `language` is as it stands in the record, known to us or not.
    """
    columns = (Person.id, Person.channel, Person.quiet_from_hour, Person.quiet_to_hour)
    found = await session.execute(
        select(
            *columns,
            Person.reminders_paused_at,
            Person.campaigns_refused_at,
            Person.deceased_on.is_not(None).label("deceased"),
            type_coerce(Person.language, Text).label("language"),
            type_coerce(Person.phone, LargeBinary).label("phone"),
        ).where(Person.id.in_(person_ids))
    )
    chats = await _chats(session, person_ids)
    consented = await _consented(session, person_ids)
    sent = await _sent(session, person_ids, now)
    chosen = await _chosen(session, person_ids)
    return {
        row.id: rules.Recipient(
            id=row.id,
            language=row.language,
            choice=row.channel,
            chat_id=chats.get(row.id),
            phone=_open(row.phone),
            hours=personal_hours(row.quiet_from_hour, row.quiet_to_hour, hours),
            consented=row.id in consented,
            paused=row.reminders_paused_at is not None,
            deceased=row.deceased,
            sent=sent.get(row.id, ()),
            barred=chosen is not None and row.id not in chosen,
            campaigns=row.campaigns_refused_at is None,
        )
        for row in found
    }


async def about(session: AsyncSession, person_ids: Collection[int]) -> dict[int, About]:
    found = await session.execute(
        select(
            Person.id,
            case((Person.birth_date.between(*BIRTHS), Person.birth_date)).label("birth_date"),
            Person.deceased_on.is_not(None).label("deceased"),
            type_coerce(Person.name, LargeBinary).label("name"),
        ).where(Person.id.in_(person_ids))
    )
    return {
        row.id: About(
            None if row.birth_date is None else _open(row.name), row.birth_date or date.min, row.deceased
        )
        for row in found
    }


async def visits(session: AsyncSession, appointment_ids: Collection[int]) -> dict[int, Visit]:
    """Where each appointment takes place; a cancelled one is not among them."""
    if not appointment_ids:
        return {}
    query = select(Appointment).where(Appointment.id.in_(appointment_ids), Appointment.status != "cancelled")
    return {
        row.id: Visit(
            Words(row.slot.clinic.name_uz, row.slot.clinic.name_ru), row.slot.room, row.slot.service
        )
        for row in await session.scalars(query)
    }


def consent_of(person_id: object) -> object:
    """Whether somebody's consent is in force, as a condition."""
    return select(Consent.id).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None)).exists()


def _open(token: bytes | None) -> str | None:
    if token is None:
        return None
    try:
        return keyring().decrypt(token)
    except SettingsError:
        return None


async def _chats(session: AsyncSession, person_ids: Collection[int]) -> dict[int, int]:
    """The newest living chat of each."""
    query = select(Chat.person_id, Chat.id).where(Chat.person_id.in_(person_ids), Chat.gone_at.is_(None))
    return {
        person_id: chat_id
        for person_id, chat_id in (await session.execute(query.order_by(Chat.created_at))).all()
        if person_id is not None
    }


async def _consented(session: AsyncSession, person_ids: Collection[int]) -> set[int | None]:
    query = select(Consent.person_id).where(Consent.person_id.in_(person_ids), Consent.withdrawn_at.is_(None))
    return set(await session.scalars(query))


async def _chosen(session: AsyncSession, person_ids: Collection[int]) -> set[int] | None:
    """Who of these is on the list of the trial; None when no trial is on."""
    if await session.scalar(select(Trial.on_at).where(Trial.on_at.is_not(None))) is None:
        return None
    query = select(TrialMember.person_id).where(TrialMember.person_id.in_(person_ids))
    return set(await session.scalars(query))


async def _sent(
    session: AsyncSession, person_ids: Collection[int], now: datetime
) -> dict[int, list[rules.Sent]]:
    query = select(Delivery.person_id, Delivery.created_at, Delivery.channel).where(
        Delivery.person_id.in_(person_ids),
        Delivery.capped,
        Delivery.state.in_(COUNTED),
        Delivery.created_at > now - rules.WEEK,
    )
    found: dict[int, list[rules.Sent]] = defaultdict(list)
    for person_id, at, channel in await session.execute(query):
        found[person_id].append(rules.Sent(at, channel))
    return found
