"""Reminders: what a person sees of them and does with them. Every change first asks whose the reminder is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import reminder_words as words
from core import reminders as rules
from core import sms
from core.booking import service_for
from core.deliveries import ChannelChoice, Hours, send_at
from core.i18n import Text
from core.passport import NextStep
from db.booking import Appointment
from db.crypto import keyring
from db.engine import Database
from db.people import Chat, Person
from db.programmes import Recommendation
from db.reminders import InboundSms, Occurrence, Reminder, StopReason
from services import audit, programmes
from services.planning import plan as plan
from services.promises import drop_appointment_in as drop_appointment_in
from services.promises import missed_appointment_in as missed_appointment_in
from services.promises import personal_hours, stop_in
from services.promises import promise_appointment_in as promise_appointment_in


async def mine(database: Database, person_id: int, now: datetime) -> list[rules.ReminderView]:
    """The person's live reminders, soonest first; what is done in one visit is one reminder."""
    query = (
        select(Reminder, Person)
        .join(Person, Person.id == Reminder.about_id)
        .where(Reminder.person_id == person_id, Reminder.stopped_at.is_(None), Reminder.kind != "campaign")
        .where(Reminder.dose >= 0)
        .order_by(Reminder.due_on, Reminder.id)
    )
    seen: dict[tuple[object, ...], rules.ReminderView] = {}
    async with database.transaction() as session:
        found = (await session.execute(query)).all()
        moments = await _moments(session, [row.id for row, _about in found])
    for row, about in found:
        if row.kind == "appointment" and row.due_at is not None and row.due_at <= now:
            continue
        visit = (about.id, row.kind, row.item if row.kind != "vaccination" else row.due_on)
        seen.setdefault(
            visit,
            rules.ReminderView(
                row.id,
                row.kind,
                row.item,
                words.title(row.kind, row.item, row.due_on, about.birth_date),
                None if about.id == person_id else about.name.split()[0],
                row.due_on,
                row.due_at,
                moments.get(row.id, row.next_at),
            ),
        )
    return list(seen.values())


async def done(database: Database, reminder_id: int, person_id: int, now: datetime) -> None:
    """It is done already: nothing more comes about this visit. Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await _own(session, reminder_id, person_id)
        together = [r for r in await _together(session, row) if r.about_id == row.about_id]
        await _end(session, together, "done", now)


async def stop(database: Database, reminder_id: int, person_id: int, now: datetime) -> None:
    """A no: nothing more comes about anything in this message. Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await _own(session, reminder_id, person_id)
        await _end(session, await _together(session, row), "declined", now)


async def about(database: Database, reminder_id: int, person_id: int) -> list[int]:
    """Whom the message with this reminder was about. Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await _own(session, reminder_id, person_id)
        return list(dict.fromkeys(one.about_id for one in await _together(session, row)))


async def later(database: Database, reminder_id: int, person_id: int, now: datetime, days: int = 3) -> None:
    """Not now: what is in this message comes again in `days` days, and not before. Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await _own(session, reminder_id, person_id)
        together = [r for r in await _together(session, row) if r.stopped_at is None]
        for one in together:
            times = await session.scalar(
                select(func.count()).where(
                    Occurrence.reminder_id == one.id, Occurrence.step.startswith("later")
                )
            )
            step = rules.later(1 + (times or 0), now, days)
            one.next_step, one.next_at, one.confirmed_at = step.name, step.at, now
        await session.execute(
            update(Occurrence)
            .where(Occurrence.reminder_id.in_([r.id for r in together]), Occurrence.state == "due")
            .values(state="skipped", reason="later")
        )


async def why(database: Database, reminder_id: int, person_id: int) -> Text:
    """Why this reminder came: the reason of everything in it. Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await _own(session, reminder_id, person_id)
        together = await _together(session, row)
        about_ids = list(dict.fromkeys(one.about_id for one in together))
        judged = await session.execute(
            select(Recommendation.person_id, func.max(Recommendation.computed_at))
            .where(Recommendation.person_id.in_(about_ids))
            .group_by(Recommendation.person_id)
        )
        as_of = dict(judged.all())
    if row.kind == "appointment":
        return words.why_appointment(row.due_at)
    due: list[NextStep] = []
    for about_id in about_ids:
        series = {one.item for one in together if one.about_id == about_id}
        line = await programmes.timeline(database, about_id, as_of.get(about_id, row.promised_at))
        due += (step for step in line.next_steps if step.series in series)
    return words.why(due)


async def book_for(
    database: Database, reminder_id: int, person_id: int, now: datetime
) -> tuple[int, str | None, str | None]:
    """Whom and what a reminder's «Book» button books: (person, item of the calendars, service). Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await _own(session, reminder_id, person_id)
        row.confirmed_at = row.confirmed_at or now
        if row.kind == "appointment":
            visit = await session.get(Appointment, int(row.item))
            return row.about_id, visit.item if visit else None, visit.slot.service if visit else None
        mine = (Recommendation.person_id == row.about_id, Recommendation.series == row.item)
        item = await session.scalar(select(Recommendation.item).where(*mine).limit(1))
        service = service_for(item or "")
        return row.about_id, item, service.code if service else None


async def pause(database: Database, person_id: int, now: datetime) -> None:
    """Nothing unasked is sent any more, from the next send on. Pausing twice is harmless."""
    await _set(database, person_id, "reminders.pause", now, reminders_paused_at=now)


async def resume(database: Database, person_id: int, now: datetime) -> None:
    """Reminders come again, from the next step on."""
    await _set(database, person_id, "reminders.resume", now, reminders_paused_at=None)
    await programmes.recompute(database, person_id, now)


async def set_channel(database: Database, person_id: int, channel: ChannelChoice, now: datetime) -> None:
    await _set(database, person_id, "reminders.channel", now, channel=channel)


async def set_hours(
    database: Database, person_id: int, quiet_from: int | None, quiet_to: int | None, now: datetime
) -> None:
    """Personal quiet hours (0–24, Tashkent), or None for the usual ones; what is planned moves with them."""
    hours = {"quiet_from_hour": quiet_from, "quiet_to_hour": quiet_to}
    await _set(database, person_id, "reminders.hours", now, **hours)
    query = (
        select(Occurrence, Reminder.due_at, Reminder.kind)
        .join(Reminder)
        .where(Occurrence.person_id == person_id, Occurrence.state == "due", Occurrence.attempts == 0)
        .with_for_update(of=Occurrence)
    )
    own = personal_hours(quiet_from, quiet_to, Hours())
    async with database.transaction() as session:
        for row, due_at, kind in (await session.execute(query)).all():
            row.next_try_at = send_at(row.moment_at, own, due_at, workdays=kind != "appointment")


async def chat_gone(database: Database, chat_id: int, now: datetime) -> None:
    """The bot was blocked or the chat is dead: Telegram is not tried until the person writes again."""
    async with database.transaction() as session:
        await session.execute(
            update(Chat).where(Chat.id == chat_id, Chat.gone_at.is_(None)).values(gone_at=now)
        )


async def answered_by_sms(
    database: Database, phone: str, text: str, now: datetime, *, message_id: str | None = None
) -> str | None:
    """STOP or START from a phone pauses or resumes everybody with that number; what was understood, or None.

    The same `message_id` again does nothing: a replayed START must not undo a later STOP.
    """
    answer = sms.answer(text)
    if answer is None or (message_id is not None and not await _first_time(database, message_id, now)):
        return None
    async with database.transaction() as session:
        query = select(Person.id).where(Person.phone_hash == keyring().lookup("phone", phone))
        people = list(await session.scalars(query))
    for person_id in people:
        await (pause if answer == "stop" else resume)(database, person_id, now)
    return answer


async def _first_time(database: Database, message_id: str, now: datetime) -> bool:
    query = insert(InboundSms).values(id=message_id, received_at=now).on_conflict_do_nothing()
    async with database.transaction() as session:
        return await session.scalar(query.returning(InboundSms.id)) is not None


async def _set(database: Database, person_id: int, action: str, now: datetime, **values: object) -> None:
    async with database.transaction() as session:
        await session.execute(update(Person).where(Person.id == person_id).values(**values))
        audit.write(session, now, action, person_id, actor="person", actor_id=person_id)


async def _own(session: AsyncSession, reminder_id: int, person_id: int) -> Reminder:
    row = await session.get(Reminder, reminder_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        raise rules.NotYourReminder
    if (await session.get_one(Person, row.about_id)).deceased_on is not None:
        raise rules.NotYourReminder  # an old button about somebody who died is not answered with «well done»
    return row


async def _together(session: AsyncSession, row: Reminder) -> Sequence[Reminder]:
    """What came in the same message as `row`, and what is done in the same visit; `row` itself at least."""
    last = (
        select(Occurrence.lead_id)
        .where(Occurrence.reminder_id == row.id, Occurrence.lead_id.is_not(None))
        .order_by(Occurrence.moment_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    told = select(Occurrence.reminder_id).where(Occurrence.lead_id == last)
    visit = Reminder.id == row.id
    if row.kind == "vaccination":
        visit = (
            (Reminder.about_id == row.about_id)
            & (Reminder.kind == row.kind)
            & (Reminder.due_on == row.due_on)
        )
    query = select(Reminder).where(Reminder.person_id == row.person_id, Reminder.id.in_(told) | visit)
    return (await session.scalars(query.order_by(Reminder.id).with_for_update())).all()


async def _end(session: AsyncSession, rows: Sequence[Reminder], reason: StopReason, now: datetime) -> None:
    for row in rows:
        row.confirmed_at = row.confirmed_at or now
    await stop_in(session, rows, reason, now)


async def _moments(session: AsyncSession, reminder_ids: list[int]) -> dict[int, datetime]:
    """When each is next tried, for those already planned."""
    found = await session.execute(
        select(Occurrence.reminder_id, func.min(Occurrence.next_try_at))
        .where(Occurrence.reminder_id.in_(reminder_ids), Occurrence.state == "due")
        .group_by(Occurrence.reminder_id)
    )
    return dict(found.all())
