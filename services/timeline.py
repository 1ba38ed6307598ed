"""The timeline of one's own or one's ward's vaccinations or checks, for the picture; audited like every look."""

from __future__ import annotations

from datetime import datetime, timedelta

from core import passport as passports
from core import programmes as rules
from core import timeline as lines
from core import visits
from core.booking import day_of
from core.recommendations import for_citizens
from db.engine import Database
from db.people import Person
from services import assessments, passport

YEARS_AHEAD = timedelta(days=365 * 18)


async def vaccinations(
    database: Database, viewer_id: int, person_id: int, now: datetime
) -> tuple[passports.Passport, lines.Timeline]:
    """Raises NotYourRecord."""
    card = await passport.look(database, viewer_id, person_id, now)
    async with database.transaction() as session:
        record = await assessments.load(session, await session.get_one(Person, person_id), now)
    today, born = day_of(now), record.person.birth_date
    doses = [rules.Dose(dose.vaccine, dose.given_on, dose.id) for dose in record.doses]
    planned = visits.ahead(rules.national(), assessments.person_of(record), doses, today, today + YEARS_AHEAD)
    shown = (visits.Visit(visit.on, for_citizens(visit.given, born, today)) for visit in planned)
    return card, lines.vaccinations(card, shown, today)


async def checks(
    database: Database, viewer_id: int, person_id: int, now: datetime
) -> tuple[passports.Passport, lines.Timeline]:
    """Raises NotYourRecord."""
    card = await passport.look(database, viewer_id, person_id, now)
    return card, lines.checks(card)
