"""People: who visits, language and consent, linking to a clinic's record, registering, being forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import people as rules
from core.i18n import Language
from db.advice import ArticleOpinion
from db.crypto import keyring
from db.engine import Database
from db.people import Chat, Consent, Kinship, Person
from services import audit, programmes


async def visit(database: Database, chat_id: int, now: datetime) -> rules.Visitor:
    """Who writes from this chat; a chat that was gone is alive again."""
    async with database.transaction() as session:
        chat = await session.get(Chat, chat_id)
        if chat is None:
            return rules.Visitor(chat_id)
        chat.gone_at = None
        consent = await _consent(session, chat_id, chat.person_id)
        person = await session.get(Person, chat.person_id) if chat.person_id else None
        return rules.Visitor(
            chat_id,
            chat.language,
            consent is not None,
            citizen(person, chat.language) if person else None,
            chat.misses,
        )


async def choose_language(database: Database, chat_id: int, language: Language, now: datetime) -> None:
    """Remember the chat's language, and the person's when they are known."""
    async with database.transaction() as session:
        chat = (
            await session.scalars(
                insert(Chat)
                .values(id=chat_id, language=language, created_at=now)
                .on_conflict_do_update(index_elements=[Chat.id], set_={"language": language})
                .returning(Chat)
                .execution_options(populate_existing=True)
            )
        ).one()
        if chat.person_id:
            await session.execute(update(Person).where(Person.id == chat.person_id).values(language=language))


async def count_miss(database: Database, chat_id: int, misses: int) -> None:
    """How many messages in a row were not understood; 0 after one that was."""
    async with database.transaction() as session:
        await session.execute(update(Chat).where(Chat.id == chat_id).values(misses=misses))


async def give_consent(database: Database, chat_id: int, language: Language, now: datetime) -> None:
    """Store the consent with the version and language of its wording. Giving it twice changes nothing."""
    async with database.transaction() as session:
        chat = await session.get(Chat, chat_id)
        person_id = chat.person_id if chat else None
        if await _consent(session, chat_id, person_id) is None:
            session.add(
                Consent(
                    chat_id=chat_id,
                    person_id=person_id,
                    version=rules.CONSENT_VERSION,
                    language=language,
                    given_at=now,
                )
            )


async def withdraw_consent(database: Database, chat_id: int, now: datetime) -> None:
    """Nothing is sent any more and the record opens to nobody in this chat; the record itself stays until it is deleted."""
    async with database.transaction() as session:
        chat = await session.get(Chat, chat_id)
        mine = Consent.chat_id == chat_id
        if chat and chat.person_id:
            mine = or_(mine, Consent.person_id == chat.person_id)
            await session.execute(
                update(Person).where(Person.id == chat.person_id).values(reminders_paused_at=now)
            )
            audit.write(
                session, now, "consent.withdraw", chat.person_id, actor="person", actor_id=chat.person_id
            )
        await session.execute(
            update(Consent).where(mine, Consent.withdrawn_at.is_(None)).values(withdrawn_at=now)
        )


async def is_known(database: Database, phone: str) -> bool:
    """Whether a clinic has a record with this phone that no chat has taken yet."""
    async with database.transaction() as session:
        return bool(await _unlinked(session, phone))


async def link(
    database: Database, chat_id: int, phone: str, birth_date: date, now: datetime
) -> rules.Citizen | None:
    """Tie the chat to the clinic's record with this phone and birth date; None when they do not match."""
    async with database.transaction() as session:
        matches = [person for person in await _unlinked(session, phone) if person.birth_date == birth_date]
        chat = await session.get(Chat, chat_id)
        if len(matches) != 1 or chat is None:
            return None
        person = matches[0]
        _settle_in(chat, person)
        await session.execute(update(Consent).where(Consent.chat_id == chat_id).values(person_id=person.id))
        audit.write(session, now, "person.link", person.id, actor="person", actor_id=person.id)
        await session.flush()
        await programmes.recompute_in(session, person.id, now)
        return citizen(person, chat.language)


async def register(
    database: Database, chat_id: int, phone: str | None, profile: rules.Profile, now: datetime
) -> rules.Citizen:
    """A new record for the person of this chat. A second press gives the record that is there."""
    async with database.transaction() as session:
        chat = await session.get(Chat, chat_id, with_for_update=True)
        if chat is None or await _consent(session, chat_id, chat.person_id) is None:
            raise rules.NotRegistered
        if chat.person_id and (there := await session.get(Person, chat.person_id)):
            return citizen(there, chat.language)
        person = row(profile, chat.language or "uz", now)
        if phone:
            person.phone, person.phone_hash = phone, keyring().lookup("phone", phone)
        session.add(person)
        await session.flush()
        _settle_in(chat, person)
        await session.execute(update(Consent).where(Consent.chat_id == chat_id).values(person_id=person.id))
        audit.write(session, now, "person.register", person.id, actor="person", actor_id=person.id)
        await session.flush()
        await programmes.recompute_in(session, person.id, now)
        return citizen(person, chat.language)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about a person: their data in words and how many records of each kind."""

    name: str
    phone: str | None
    birth_date: date
    region: str | None
    district: str | None
    consent_given_at: datetime | None
    consent_version: str | None
    counts: dict[str, int]


async def what_is_kept(database: Database, person_id: int, now: datetime) -> Kept:
    """Shown to the person themselves; audited. What was entered in error and taken back is not counted."""
    from db.booking import Appointment
    from db.passport import Observation
    from db.programmes import Immunization, ScreeningResult
    from db.questions import Question
    from db.reminders import Reminder

    mine: dict[str, tuple[ColumnElement[bool], ...]] = {
        "doses": (Immunization.person_id == person_id, Immunization.status == "completed"),
        "screenings": (ScreeningResult.person_id == person_id, ScreeningResult.status == "completed"),
        "readings": (Observation.person_id == person_id,),
        "appointments": (Appointment.person_id == person_id,),
        "reminders": (Reminder.person_id == person_id,),
        "questions": (Question.person_id == person_id,),
        "family": (Kinship.guardian_id == person_id,),
    }
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        consent = await session.scalar(
            select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None)).limit(1)
        )
        counts = {
            name: await session.scalar(select(func.count()).where(*conditions)) or 0
            for name, conditions in mine.items()
        }
        audit.write(session, now, "person.export", person_id, actor="person", actor_id=person_id)
        return Kept(
            person.name,
            person.phone,
            person.birth_date,
            person.region,
            person.district,
            consent.given_at if consent else None,
            consent.version if consent else None,
            counts,
        )


async def delete(database: Database, chat_id: int, now: datetime) -> None:
    """Erase the person of this chat and the wards only they care for; the chat keeps its language and nothing else.

    The audit keeps that it happened, without a name. Booked times become free.
    """
    async with database.transaction() as session:
        chat = await session.get(Chat, chat_id, with_for_update=True)
        if chat is None or chat.person_id is None:
            return
        person_id = chat.person_id
        for ward in await wards_in(session, person_id):
            others = await session.scalar(
                select(func.count()).where(Kinship.ward_id == ward.id, Kinship.guardian_id != person_id)
            )
            if not others and not ward.phone_hash:
                await session.delete(ward)
        chats = select(Chat.id).where(Chat.person_id == person_id)
        await session.execute(sql_delete(ArticleOpinion).where(ArticleOpinion.chat_id.in_(chats)))
        await session.execute(
            update(Consent)
            .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
        audit.write(session, now, "person.delete", person_id, actor="person", actor_id=person_id)
        person = await session.get_one(Person, person_id)
        await session.delete(person)


def row(profile: rules.Profile, language: Language, now: datetime) -> Person:
    return Person(
        name=profile.name,
        birth_date=profile.birth_date,
        sex=profile.sex,
        region=profile.region,
        district=profile.district,
        language=language,
        created_at=now,
    )


def _settle_in(chat: Chat, person: Person) -> None:
    chat.person_id = person.id
    if chat.language:
        person.language = chat.language


def citizen(person: Person, language: Language | None) -> rules.Citizen:
    return rules.Citizen(
        person.id,
        person.name,
        person.birth_date,
        person.sex,
        person.region,
        person.district,
        language or person.language,
        person.channel,
        person.quiet_from_hour,
        person.quiet_to_hour,
        person.reminders_paused_at is not None,
        person.campaigns_refused_at is None,
    )


async def _consent(session: AsyncSession, chat_id: int, person_id: int | None) -> Consent | None:
    mine = Consent.chat_id == chat_id
    if person_id:
        mine = or_(mine, Consent.person_id == person_id)
    query = select(Consent).where(mine, Consent.withdrawn_at.is_(None)).limit(1)
    return (await session.scalars(query)).first()


async def _unlinked(session: AsyncSession, phone: str) -> list[Person]:
    query = select(Person).where(
        Person.phone_hash == keyring().lookup("phone", phone),
        ~select(Chat.id).where(Chat.person_id == Person.id, Chat.gone_at.is_(None)).exists(),
    )
    return list(await session.scalars(query))


async def wards_in(session: AsyncSession, guardian_id: int) -> list[Person]:
    query = (
        select(Person).join(Kinship, Kinship.ward_id == Person.id).where(Kinship.guardian_id == guardian_id)
    ).order_by(Person.birth_date)
    return list(await session.scalars(query))
