"""Booking: clinics, free times, and appointments. Two people can never hold one slot: the database forbids it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Date, and_, case, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import booking as rules
from core.i18n import TASHKENT, Words
from db import booking as rows
from db.engine import Database
from db.people import Kinship, Person
from services import audit, family, programmes, promises

LIVE = ("booked", "fulfilled", "noshow")


async def clinics(
    database: Database, service: str, region: str | None, district: str | None, now: datetime
) -> list[rules.Clinic]:
    """Clinics with a free time for the service: own district first, then own region, then the rest."""
    nearness = case(
        (and_(rows.Clinic.region == region, rows.Clinic.district == district), 0),
        (rows.Clinic.region == region, 1),
        else_=2,
    )
    free = select(rows.Slot.id).where(rows.Slot.clinic_id == rows.Clinic.id, *_free(service, now)).exists()
    async with database.transaction() as session:
        found = await session.scalars(select(rows.Clinic).where(free).order_by(nearness, rows.Clinic.id))
        return [_clinic(row) for row in found]


async def clinics_near(database: Database, region: str | None, district: str | None) -> list[rules.Clinic]:
    """Addresses and hours, own district first."""
    nearness = case((rows.Clinic.district == district, 0), (rows.Clinic.region == region, 1), else_=2)
    async with database.transaction() as session:
        found = await session.scalars(select(rows.Clinic).order_by(nearness, rows.Clinic.id).limit(5))
        return [_clinic(row) for row in found]


async def clinic(database: Database, clinic_id: int) -> rules.Clinic | None:
    async with database.transaction() as session:
        row = await session.get(rows.Clinic, clinic_id)
        return _clinic(row) if row else None


async def days(database: Database, clinic_id: int, service: str, now: datetime) -> list[date]:
    """The days (Tashkent) with a free time, soonest first."""
    day = cast(func.timezone("Asia/Tashkent", rows.Slot.starts_at), Date)
    query = select(day).where(rows.Slot.clinic_id == clinic_id, *_free(service, now)).distinct().order_by(day)
    async with database.transaction() as session:
        return list(await session.scalars(query))


async def times(
    database: Database, clinic_id: int, service: str, on: date, now: datetime
) -> list[rules.FreeSlot]:
    """Free times of one day; one of each hour and minute, whatever the room."""
    start = datetime.combine(on, time(), TASHKENT)
    query = (
        select(rows.Slot)
        .where(
            rows.Slot.clinic_id == clinic_id,
            rows.Slot.starts_at >= start,
            rows.Slot.starts_at < start + timedelta(days=1),
            *_free(service, now),
        )
        .order_by(rows.Slot.starts_at, rows.Slot.room)
    )
    async with database.transaction() as session:
        found = {slot.starts_at: _slot(slot) for slot in reversed(list(await session.scalars(query)))}
    return sorted(found.values(), key=lambda slot: slot.starts_at)


async def nearest(
    database: Database, clinic_id: int, service: str, now: datetime, limit: int = 3
) -> list[rules.FreeSlot]:
    """The next free times, to offer when one was just taken."""
    query = select(rows.Slot).where(rows.Slot.clinic_id == clinic_id, *_free(service, now))
    async with database.transaction() as session:
        found = await session.scalars(query.order_by(rows.Slot.starts_at).limit(limit))
        return [_slot(slot) for slot in found]


async def slot(database: Database, slot_id: int) -> tuple[rules.FreeSlot, rules.Clinic, str] | None:
    """A slot with its clinic and service, free or not."""
    async with database.transaction() as session:
        row = await session.get(rows.Slot, slot_id)
        return (_slot(row), _clinic(row.clinic), row.service) if row else None


async def book(
    database: Database,
    viewer_id: int,
    person_id: int,
    slot_id: int,
    now: datetime,
    *,
    item: str | None = None,
    instead_of: int | None = None,
) -> rules.Appointment:
    """Book the slot for the viewer or their ward; with `instead_of`, move that appointment here in the same transaction.

    Idempotent: the same person and slot again give the same appointment.
    Raises SlotTaken, SlotPassed, TooManyAppointments, OverlapsAnother, NotYours.
    """
    try:
        async with database.transaction() as session:
            return await _book(session, viewer_id, person_id, slot_id, now, item, instead_of)
    except IntegrityError:
        raise rules.SlotTaken from None


async def _book(
    session: AsyncSession,
    viewer_id: int,
    person_id: int,
    slot_id: int,
    now: datetime,
    item: str | None,
    instead_of: int | None,
) -> rules.Appointment:
    if not await family.may_see(session, viewer_id, person_id):
        raise rules.NotYours
    row = await put_in(session, viewer_id, person_id, slot_id, now, item, instead_of)
    audit.write(session, now, "appointment.book", person_id, actor="person", actor_id=viewer_id)
    return await _appointment(session, row)


async def put_in(
    session: AsyncSession,
    booked_by_id: int | None,
    person_id: int,
    slot_id: int,
    now: datetime,
    item: str | None,
    instead_of: int | None,
) -> rows.Appointment:
    """The booking itself, for whoever may do it; the caller audits."""
    await session.get_one(Person, person_id, with_for_update=True)
    slot = await session.get(rows.Slot, slot_id)
    if slot is None:
        raise rules.SlotPassed
    rules.check_time(slot.starts_at, now)
    mine = await _live(session, [person_id], now)
    if same := next((a for a in mine if a.slot_id == slot_id), None):
        return same
    if instead_of is not None:
        moved = next((a for a in mine if a.id == instead_of), None)
        if moved is None:
            raise rules.NotYours
        item = item or moved.item
        mine.remove(moved)
        await _cancel(session, moved, now)
    if len(mine) >= rules.MOST_APPOINTMENTS:
        raise rules.TooManyAppointments
    if any(a.slot.starts_at < slot.ends_at and slot.starts_at < a.slot.ends_at for a in mine):
        raise rules.OverlapsAnother
    appointment = rows.Appointment(
        slot_id=slot_id,
        person_id=person_id,
        booked_by_id=booked_by_id,
        item=item,
        status="booked",
        created_at=now,
        changed_at=now,
    )
    appointment.slot = slot
    session.add(appointment)
    await session.flush()
    await promises.promise_appointment_in(session, appointment, now)
    await programmes.recompute_in(session, person_id, now)
    return appointment


async def cancel(database: Database, viewer_id: int, appointment_id: int, now: datetime) -> rules.Appointment:
    """Free the slot and drop its reminders. Cancelling twice is harmless. Raises NotYours, SlotPassed (it has begun)."""
    async with database.transaction() as session:
        row = await session.get(rows.Appointment, appointment_id, with_for_update={"of": rows.Appointment})
        if row is None or not await family.may_see(session, viewer_id, row.person_id):
            raise rules.NotYours
        if row.status == "booked":
            if row.slot.starts_at <= now:
                raise rules.SlotPassed
            await _cancel(session, row, now)
            audit.write(session, now, "appointment.cancel", row.person_id, actor="person", actor_id=viewer_id)
            await session.flush()
            await programmes.recompute_in(session, row.person_id, now)
        return await _appointment(session, row)


async def mine(database: Database, person_id: int, now: datetime) -> list[rules.Appointment]:
    """What is booked from now on, of the person and their wards, soonest first."""
    async with database.transaction() as session:
        wards = list(await session.scalars(select(Kinship.ward_id).where(Kinship.guardian_id == person_id)))
        return [await _appointment(session, row) for row in await _live(session, [person_id, *wards], now)]


async def open_slots(
    database: Database,
    clinic_id: int,
    service: str,
    room: str,
    on: date,
    hours: tuple[int, int],
    minutes: int,
) -> int:
    """Offer a day's slots from `hours[0]` to `hours[1]` o'clock, `minutes` each; those that are there stay. How many are new."""
    start, end = (datetime.combine(on, time(hour), TASHKENT) for hour in hours)
    step = timedelta(minutes=minutes)
    values = [
        {"clinic_id": clinic_id, "service": service, "room": room, "starts_at": at, "ends_at": at + step}
        for at in (start + step * i for i in range((end - start) // step))
    ]
    async with database.transaction() as session:
        query = insert(rows.Slot).values(values).on_conflict_do_nothing().returning(rows.Slot.id)
        return len(list(await session.scalars(query)))


def _free(service: str, now: datetime) -> list[ColumnElement[bool]]:
    taken = select(rows.Appointment.id).where(
        rows.Appointment.slot_id == rows.Slot.id, rows.Appointment.status.in_(LIVE)
    )
    return [
        rows.Slot.service == service,
        rows.Slot.starts_at >= now + rules.LEAD,
        rows.Slot.starts_at < now + rules.HORIZON,
        ~taken.exists(),
    ]


async def _live(session: AsyncSession, person_ids: list[int], now: datetime) -> list[rows.Appointment]:
    query = (
        select(rows.Appointment)
        .join(rows.Appointment.slot)
        .where(
            rows.Appointment.person_id.in_(person_ids),
            rows.Appointment.status == "booked",
            rows.Slot.ends_at > now,
        )
        .order_by(rows.Slot.starts_at)
    )
    return list(await session.scalars(query))


async def _cancel(session: AsyncSession, row: rows.Appointment, now: datetime) -> None:
    row.status, row.changed_at = "cancelled", now
    await promises.drop_appointment_in(session, row.id, now)
    await session.flush()


def _clinic(row: rows.Clinic) -> rules.Clinic:
    return rules.Clinic(
        row.id,
        Words(row.name_uz, row.name_ru),
        Words(row.address_uz, row.address_ru),
        row.hours,
        row.phone,
        row.region,
        row.district,
    )


def _slot(row: rows.Slot) -> rules.FreeSlot:
    return rules.FreeSlot(row.id, row.starts_at, row.room)


async def _appointment(session: AsyncSession, row: rows.Appointment) -> rules.Appointment:
    person = await session.get_one(Person, row.person_id)
    return rules.Appointment(
        row.id,
        row.person_id,
        person.name,
        row.slot.service,
        row.item,
        _clinic(row.slot.clinic),
        row.slot.room,
        row.slot.starts_at,
        row.status,
    )
