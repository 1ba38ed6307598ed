"""Programmes: the record of doses and checks, and what follows from it: recommendations and the promises made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import chart, passport, people
from core import programmes as rules
from core.booking import day_of
from core.errors import Refusal
from core.i18n import _
from core.recommendations import for_citizens
from db import programmes as rows
from db.engine import Database
from db.people import Person
from services import assessments, audit, promises


@dataclass(frozen=True, slots=True)
class Timeline:
    """A person's record with the calendars' judgement: what was given, what each dose is worth, what comes next.

    `next_steps` are what the citizen may be shown, `all_steps` what staff see.
    """

    doses: tuple[passport.GivenDose, ...]
    screenings: tuple[passport.DoneScreening, ...]
    next_steps: tuple[passport.NextStep, ...]
    verdicts: tuple[rules.DoseVerdict, ...]
    all_steps: tuple[passport.NextStep, ...]


async def recompute(database: Database, person_id: int, now: datetime) -> None:
    """The person's recommendations and promises, made anew from the record. Idempotent."""
    async with database.transaction() as session:
        await recompute_in(session, person_id, now)


async def recompute_in(session: AsyncSession, person_id: int, now: datetime) -> None:
    """The same inside the caller's transaction. Does nothing for a person who is not there."""
    await session.flush()
    person = await session.get(Person, person_id, with_for_update=True)
    if person is None:
        return
    record = await assessments.load(session, person, now)
    found = assessments.assess(record, day_of(now))[1] if person.deceased_on is None else ()
    await session.execute(delete(rows.Recommendation).where(rows.Recommendation.person_id == person_id))
    if kept := assessments.kept(person_id, found, now):
        values = [dict(zip(assessments.COLUMNS, row, strict=True)) for row in kept]
        await session.execute(insert(rows.Recommendation), values)
    await promises.sync_in(session, person, assessments.wanted(record, found, now), now)


async def refresh(database: Database, now: datetime, limit: int = 200) -> list[int]:
    """Who has a recommendation that may change today; `recompute` moves them out of this list."""
    query = (
        select(rows.Recommendation.person_id)
        .where(rows.Recommendation.next_on <= day_of(now))
        .group_by(rows.Recommendation.person_id)
        .limit(limit)
    )
    async with database.transaction() as session:
        return list(await session.scalars(query))


async def put_off(database: Database, person_id: int, now: datetime) -> None:
    """A record that cannot be computed is looked at again tomorrow, so that it stops nobody else."""
    mine = (rows.Recommendation.person_id == person_id, rows.Recommendation.next_on <= day_of(now))
    async with database.transaction() as session:
        await session.execute(
            update(rows.Recommendation).where(*mine).values(next_on=day_of(now) + timedelta(days=1))
        )


async def record_dose(
    database: Database,
    person_id: int,
    vaccine: str,
    given_on: date,
    now: datetime,
    *,
    lot: str | None = None,
    site: str | None = None,
    place: str | None = None,
    source: rows.Source,
    staff_id: int | None = None,
) -> chart.Recorded:
    """Keep a dose; the same dose again only confirms it, and another lot on the same day is another dose.

    Raises Refusal on an impossible day or an unknown vaccine.
    """
    if vaccine not in rules.national().vaccine_codes:
        raise Refusal(_("There is no such vaccine in the calendar."))
    async with database.transaction() as session:
        person = await locked(session, person_id)
        _check_day(person, given_on, now)
        there = await _same_dose(session, person_id, vaccine, given_on, lot)
        done: chart.Recorded = "new" if there is None else "there"
        if there is None:
            session.add(
                rows.Immunization(
                    person_id=person_id,
                    vaccine=vaccine,
                    given_on=given_on,
                    lot=lot,
                    site=site,
                    place=place,
                    source=source,
                    recorded_by_id=staff_id,
                    recorded_at=now,
                )
            )
        elif source == "confirmed":
            done = "there" if there.source == source else "confirmed"
            there.source, there.recorded_by_id, there.recorded_at = source, staff_id, now
            there.lot, there.site, there.place = lot or there.lot, site or there.site, place or there.place
        await recorded(session, person_id, "dose.record", staff_id, now, vaccine=vaccine)
    return done


async def _same_dose(
    session: AsyncSession, person_id: int, vaccine: str, given_on: date, lot: str | None
) -> rows.Immunization | None:
    """The dose that this one repeats: the same lot, else one whose lot nobody knows, or any when this lot is not known."""
    dose = rows.Immunization
    query = select(dose).where(
        dose.person_id == person_id,
        dose.vaccine == vaccine,
        dose.given_on == given_on,
        dose.status == "completed",
    )
    if lot is not None:
        query = query.where(or_(dose.lot == lot, dose.lot.is_(None)))
    return (await session.scalars(query.order_by(dose.lot.nulls_last(), dose.id).limit(1))).first()


async def record_result(
    database: Database,
    person_id: int,
    screening: str,
    done_on: date,
    result: str,
    now: datetime,
    *,
    place: str | None = None,
    source: rows.Source,
    staff_id: int | None = None,
) -> None:
    """Keep a check that was made: normal, abnormal, not_adequate or unknown. Raises Refusal."""
    if screening not in rules.national().screening_codes:
        raise Refusal(_("There is no such check in the calendar."))
    known = next((one for one in chart.RESULTS if one == result), None)
    if known is None:
        raise Refusal(_("Choose what was found."))
    async with database.transaction() as session:
        person = await locked(session, person_id)
        _check_day(person, done_on, now)
        there = await session.scalar(
            select(rows.ScreeningResult).where(
                rows.ScreeningResult.person_id == person_id,
                rows.ScreeningResult.screening == screening,
                rows.ScreeningResult.done_on == done_on,
                rows.ScreeningResult.status == "completed",
            )
        )
        if there is None:
            there = rows.ScreeningResult(
                person_id=person_id, screening=screening, done_on=done_on, source=source
            )
            session.add(there)
        there.result = known
        there.place = place or there.place
        there.recorded_by_id, there.recorded_at = staff_id, now
        if source == "confirmed":
            there.source = source
        await recorded(session, person_id, "result.record", staff_id, now, screening=screening)


async def record_not_done(
    database: Database,
    person_id: int,
    vaccine: str,
    reason: str,
    now: datetime,
    *,
    until: date | None = None,
    staff_id: int | None = None,
) -> None:
    """Keep that a vaccine is not given on purpose: MEDPREC, IMMUNE, PATOBJ or OSTOCK, until a day or for good.

    The same reason for the same vaccine takes the place of the one before. Raises Refusal.
    """
    if vaccine not in rules.national().vaccine_codes:
        raise Refusal(_("There is no such vaccine in the calendar."))
    known = chart.check_reason(reason, until, day_of(now))
    async with database.transaction() as session:
        await locked(session, person_id)
        before = (rows.NotDone.vaccine == vaccine, rows.NotDone.reason == known)
        await session.execute(
            update(rows.NotDone)
            .where(rows.NotDone.person_id == person_id, *before, rows.NotDone.ended_at.is_(None))
            .values(ended_at=now)
        )
        session.add(
            rows.NotDone(
                person_id=person_id,
                vaccine=vaccine,
                reason=known,
                until=until,
                recorded_by_id=staff_id,
                recorded_at=now,
            )
        )
        await recorded(session, person_id, "not_done.record", staff_id, now, vaccine=vaccine, reason=known)


async def timeline(database: Database, person_id: int, now: datetime) -> Timeline:
    """What was given and done, what it is worth, and what comes next with its reason."""
    async with database.transaction() as session:
        record = await assessments.load(session, await session.get_one(Person, person_id), now)
    verdicts, found = assessments.assess(record, day_of(now))
    shown = for_citizens(found, record.person.birth_date, day_of(now))
    return Timeline(
        doses=tuple(passport.GivenDose(d.vaccine, d.given_on, d.source == "confirmed") for d in record.doses),
        screenings=tuple(passport.DoneScreening(s.screening, s.done_on, s.result) for s in record.screenings),
        next_steps=tuple(_step(one) for one in shown),
        verdicts=verdicts,
        all_steps=tuple(_step(one) for one in found),
    )


def _step(one: rules.Recommendation) -> passport.NextStep:
    kind = assessments.programme(one, rules.national().screening_codes)
    return passport.NextStep(
        kind,
        one.item,
        one.series,
        one.dose,
        one.status,
        one.recommended_on,
        one.reason,
        one.rule.status == "to_verify",
    )


async def locked(session: AsyncSession, person_id: int) -> Person:
    return await session.get_one(Person, person_id, with_for_update=True)


def _check_day(person: Person, on: date, now: datetime) -> None:
    if on > day_of(now):
        raise Refusal(_("This day has not come yet. Write the day it was done, like this: 15.03.2026"))
    if on < person.birth_date:
        raise Refusal(
            _("This day is before the birth date. Write the day it was done, like this: 15.03.2026")
        )
    if people.age_years(person.birth_date, on) > people.OLDEST_YEARS:
        raise Refusal(people.BAD_DATE)


async def recorded(
    session: AsyncSession, person_id: int, action: str, staff_id: int | None, now: datetime, **detail: object
) -> None:
    """The record has changed: audited, and everything that follows from it made anew."""
    audit.write(
        session,
        now,
        action,
        person_id,
        actor="staff" if staff_id else "person",
        actor_id=staff_id or person_id,
        detail=detail,
    )
    await recompute_in(session, person_id, now)
