"""The chart in the hands of staff: reading it whole, confirming what a person told, and taking back what was a slip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import chart as rules
from core.errors import Refusal
from core.i18n import _
from core.recommendations import DoseVerdict
from db.engine import Database
from db.programmes import Immunization, NotDone, ScreeningResult
from db.staff import StaffMember
from services import programmes

T = TypeVar("T", Immunization, ScreeningResult, NotDone)


async def read(database: Database, person_id: int, verdicts: Sequence[DoseVerdict]) -> rules.Chart:
    """All that was written down, slips too, with the calendars' `verdicts`. The caller audits the look."""
    worth: dict[object, list[DoseVerdict]] = {}
    for verdict in verdicts:
        worth.setdefault(verdict.id, []).append(verdict)
    async with database.transaction() as session:
        doses = await _all(session, Immunization, person_id)
        checks = await _all(session, ScreeningResult, person_id)
        reasons = await _all(session, NotDone, person_id)
    return rules.Chart(
        doses=tuple(
            rules.Dose(_entry(d, by), d.vaccine, d.given_on, d.lot, d.site, tuple(worth.get(d.id, ())))
            for d, by in sorted(doses, key=lambda row: (row[0].given_on, row[0].id), reverse=True)
        ),
        checks=tuple(
            rules.Check(_entry(c, by), c.screening, c.done_on, c.result)
            for c, by in sorted(checks, key=lambda row: (row[0].done_on, row[0].id), reverse=True)
        ),
        not_given=tuple(
            rules.NotGiven(n.id, n.vaccine, n.reason, n.until, n.recorded_at, by)
            for n, by in sorted(reasons, key=lambda row: row[0].recorded_at, reverse=True)
            if n.ended_at is None
        ),
    )


async def confirm_dose(
    database: Database,
    person_id: int,
    dose_id: int,
    staff_id: int,
    now: datetime,
    *,
    lot: str | None,
    site: str | None,
    place: str | None,
) -> None:
    """A dose the person told of was seen on paper; what is None stays as it was. Raises NotThere, SameDose."""
    async with database.transaction() as session:
        dose = await _own(session, Immunization, person_id, dose_id)
        if lot and lot != dose.lot and await _is_there(session, dose, lot):
            raise rules.SameDose
        dose.lot, dose.site, dose.place = lot or dose.lot, site or dose.site, place or dose.place
        dose.source, dose.recorded_by_id, dose.recorded_at = "confirmed", staff_id, now
        await programmes.recorded(session, person_id, "dose.confirm", staff_id, now, dose=dose.id)


async def confirm_result(
    database: Database, person_id: int, result_id: int, result: str, staff_id: int, now: datetime
) -> None:
    """What the paper says was found. Raises NotThere, Refusal."""
    known = next((one for one in rules.RESULTS if one == result), None)
    if known is None:
        raise Refusal(_("Choose what was found."))
    async with database.transaction() as session:
        check = await _own(session, ScreeningResult, person_id, result_id)
        check.result, check.source = known, "confirmed"
        check.recorded_by_id, check.recorded_at = staff_id, now
        await programmes.recorded(session, person_id, "result.confirm", staff_id, now, result=check.id)


async def take_back_dose(
    database: Database, person_id: int, dose_id: int, staff_id: int, now: datetime
) -> None:
    """Entered in error: kept, marked, and counted for nothing. Twice is NotThere."""
    async with database.transaction() as session:
        dose = await _own(session, Immunization, person_id, dose_id)
        dose.status = "entered_in_error"
        await programmes.recorded(session, person_id, "dose.take_back", staff_id, now, dose=dose.id)


async def take_back_result(
    database: Database, person_id: int, result_id: int, staff_id: int, now: datetime
) -> None:
    """The same for a check."""
    async with database.transaction() as session:
        check = await _own(session, ScreeningResult, person_id, result_id)
        check.status = "entered_in_error"
        await programmes.recorded(session, person_id, "result.take_back", staff_id, now, result=check.id)


async def end_not_given(
    database: Database, person_id: int, reason_id: int, staff_id: int, now: datetime
) -> None:
    """From now on the vaccine may be given again. Twice is NotThere."""
    async with database.transaction() as session:
        row = await _own(session, NotDone, person_id, reason_id)
        row.ended_at = now
        await programmes.recorded(
            session, person_id, "not_done.end", staff_id, now, vaccine=row.vaccine, reason=row.reason
        )


async def _own(session: AsyncSession, table: type[T], person_id: int, row_id: int) -> T:
    """The row, when it is this person's and still counts; the person is locked. Raises NotThere."""
    await programmes.locked(session, person_id)
    row = await session.get(table, row_id, populate_existing=True)
    if row is None or row.person_id != person_id:
        raise rules.NotThere
    if row.ended_at is not None if isinstance(row, NotDone) else row.status != "completed":
        raise rules.NotThere
    return row


async def _is_there(session: AsyncSession, dose: Immunization, lot: str) -> bool:
    query = select(Immunization.id).where(
        Immunization.person_id == dose.person_id,
        Immunization.vaccine == dose.vaccine,
        Immunization.given_on == dose.given_on,
        Immunization.lot == lot,
        Immunization.status == "completed",
    )
    return await session.scalar(query.limit(1)) is not None


async def _all(session: AsyncSession, table: type[T], person_id: int) -> list[tuple[T, str | None]]:
    """With the name of whoever recorded it."""
    query = (
        select(table, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == table.recorded_by_id)
        .where(table.person_id == person_id)
    )
    return [(row, name) for row, name in await session.execute(query)]


def _entry(row: Immunization | ScreeningResult, by: str | None) -> rules.Entry:
    return rules.Entry(
        row.id,
        row.place,
        row.source == "confirmed",
        row.status == "entered_in_error",
        row.recorded_at,
        by,
    )
