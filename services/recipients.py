"""Who is to be told, as the record stands now: read for many people at once, each broken record for itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    LargeBinary,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from core import deliveries as rules
from core.errors import SettingsError
from core.i18n import Words
from core.notices import Visit
from db.booking import Appointment
from db.crypto import keyring
from db.holds import Trial, TrialMember
from db.people import Chat, Consent, Person
from db.reminders import Delivery, Occurrence, Reminder
from services.promises import personal_hours

BIRTHS = (date(1850, 1, 1), date(2200, 1, 1))
COUNTED = ("sending", "sent", "delivered", "unknown")


@dataclass(frozen=True, slots=True)
class About:
    """Whom a reminder is about; `name` is None when it or the birth date cannot be read."""

    name: str | None
    birth_date: date
    deceased: bool


def consent_of(person_id: Any) -> ColumnElement[bool]:
    """Whether somebody's consent is in force, as a condition."""
    return select(Consent.id).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None)).exists()


async def load(
    session: AsyncSession, person_ids: Collection[int], hours: rules.Hours, now: datetime
) -> dict[int, rules.Recipient]:
    """Everything `core.deliveries.decide` asks about each person. A phone that cannot be read counts as none.

    `language` is as it stands in the record, known to us or not.
    """
    found = await session.execute(_LOAD, {"ids": list(person_ids), "since": now - rules.WEEK})
    return {
        row.id: rules.Recipient(
            id=row.id,
            language=row.language,
            choice=row.channel,
            chat_id=row.chat_id,
            phone=_open(row.phone),
            hours=personal_hours(row.quiet_from_hour, row.quiet_to_hour, hours),
            consented=row.consented,
            paused=row.paused,
            deceased=row.deceased,
            sent=(
                *starmap(rules.Sent, zip(row.sent_at, row.sent_by, strict=True)),
                *(rules.Sent(now, way) for way in row.going_by),
            ),
            barred=row.barred,
            campaigns=row.campaigns,
        )
        for row in found
    }


# One statement for many people: each of its parts as a statement of its own costs as much again as the answer.
_IDS = select(func.unnest(bindparam("ids", type_=ARRAY(BigInteger))))
_CHAT = (
    select(Chat.id)
    .where(Chat.person_id == Person.id, Chat.gone_at.is_(None))
    .order_by(Chat.created_at.desc())
    .limit(1)
)
"""The newest living one."""
_COUNTED = (
    Delivery.person_id == Person.id,
    Delivery.capped,
    Delivery.state.in_([literal_column(f"'{state}'") for state in COUNTED]),
    Delivery.created_at > bindparam("since", type_=DateTime(timezone=True)),
)


def _sent(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return func.array(select(column).where(*_COUNTED).order_by(Delivery.id).scalar_subquery())


# By the person's own moments: a condition on state or lead would have the index of all that is claimed read for each of them.
_GOING = func.array(
    select(func.min(Occurrence.channel))
    .join(Reminder, Reminder.id == Occurrence.reminder_id)
    .where(
        Occurrence.person_id == Person.id,
        Occurrence.claimed_by.is_not(None),
        Reminder.kind != literal_column("'appointment'"),
        ~select(Delivery.id)
        .where(Delivery.occurrence_id == Occurrence.lead_id, Delivery.state == literal_column("'sending'"))
        .exists(),
    )
    .group_by(Occurrence.lead_id)
    .scalar_subquery()
)
"""The messages some worker has claimed and not begun: they count for the caps too."""
_LOAD = select(
    Person.id,
    Person.channel,
    Person.quiet_from_hour,
    Person.quiet_to_hour,
    Person.reminders_paused_at.is_not(None).label("paused"),
    Person.campaigns_refused_at.is_(None).label("campaigns"),
    Person.deceased_on.is_not(None).label("deceased"),
    type_coerce(Person.language, Text).label("language"),
    type_coerce(Person.phone, LargeBinary).label("phone"),
    _CHAT.scalar_subquery().label("chat_id"),
    consent_of(Person.id).label("consented"),
    _sent(Delivery.created_at).label("sent_at"),
    _sent(Delivery.channel).label("sent_by"),
    _GOING.label("going_by"),
    and_(
        select(Trial.on_at).where(Trial.on_at.is_not(None)).exists(),
        ~select(TrialMember.person_id).where(TrialMember.person_id == Person.id).exists(),
    ).label("barred"),
).where(Person.id.in_(_IDS))


async def about(session: AsyncSession, person_ids: Collection[int]) -> dict[int, About]:
    found = await session.execute(
        select(
            Person.id,
            case((Person.birth_date.between(*BIRTHS), Person.birth_date)).label("birth_date"),
            Person.deceased_on.is_not(None).label("deceased"),
            type_coerce(Person.name, LargeBinary).label("name"),
        ).where(Person.id.in_(_IDS)),
        {"ids": list(person_ids)},
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


def _open(token: bytes | None) -> str | None:
    if token is None:
        return None
    try:
        return keyring().decrypt(token)
    except SettingsError:
        return None
