"""The dry run: what would go out in the next hours, judged by the worker's own rules. It reads and writes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core import deliveries as rules
from core.notices import Notice
from core.staff import Member
from db.engine import Database
from db.people import Person
from db.reminders import Occurrence, Reminder
from services import (
    audit,
    campaign_texts,
    claims,
    experiments,
    holding,
    planning,
    promises,
    reach,
    recipients,
)

MOST = 2000
"""So many due moments are looked at; a day with more says so."""
LOOKS = 4
Pair = tuple[Occurrence, Reminder]
Decision = rules.Send | rules.Wait | rules.Drop
READ_ONLY = text("SET TRANSACTION READ ONLY")


@dataclass(frozen=True, slots=True)
class Planned:
    """One message as it would go out at `at`."""

    at: datetime
    person_name: str | None
    notice: Notice


@dataclass(frozen=True, slots=True)
class Outlook:
    """`goes` in order of time; `stays` counts by reason what would not go out; `all_seen` is False when there is more."""

    goes: tuple[Planned, ...]
    stays: Mapping[str, int]
    all_seen: bool


async def run(
    database: Database, member: Member, now: datetime, span: timedelta, hours: rules.Hours
) -> Outlook:
    """Everything within the member's reach. Caps count what was sent until now. That somebody looked is audited."""
    async with database.transaction() as session:
        await session.execute(READ_ONLY)
        pairs = await _pairs(session, member, now, now + span, hours)
        outlook = await look(session, pairs[:MOST], now, now + span, hours)
    async with database.transaction() as session:
        shown = {"messages": len(outlook.goes)}
        audit.write(session, now, "reminder.dry_run", None, actor="staff", actor_id=member.id, detail=shown)
    return Outlook(outlook.goes, outlook.stays, len(pairs) <= MOST)


async def look(
    session: AsyncSession, pairs: Sequence[Pair], now: datetime, until: datetime, hours: rules.Hours
) -> Outlook:
    """What would become of these due moments; what belongs together in one message is together."""
    numbers = count(-1, -1)
    for occurrence, _reminder in pairs:
        occurrence.id = occurrence.id or next(numbers)
    to = await recipients.load(session, {r.person_id for _o, r in pairs}, hours, now)
    about = await recipients.about(session, {r.about_id for _o, r in pairs} | set(to))
    visits = await recipients.visits(session, {int(r.item) for _o, r in pairs if r.kind == "appointment"})
    held = await holding.held(session, [r for _o, r in pairs])
    spoken = await campaign_texts.spoken(session, [r for _o, r in pairs])
    running = await experiments.running_in(session, {r.kind for _o, r in pairs})
    ticks: dict[datetime, list[claims.Decided]] = defaultdict(list)
    stays: Counter[str] = Counter()
    for occurrence, reminder in pairs:
        judge = partial(
            claims.judge,
            occurrence,
            reminder,
            to[reminder.person_id],
            about[reminder.about_id],
            held=reminder.id in held,
            spoken=spoken,
        )
        at, decision = _when(judge, max(now, occurrence.next_try_at), until)
        if isinstance(decision, rules.Send):
            ticks[at.replace(second=0, microsecond=0)].append((occurrence, reminder, decision))
        else:
            stays[decision.reason] += 1
    goes = [
        Planned(
            at,
            about[group[0][1].person_id].name,
            claims.notice_of(group, to[group[0][1].person_id], about, visits, spoken, running),
        )
        for at, together in sorted(ticks.items())
        for group in claims.grouped(together).values()
    ]
    return Outlook(tuple(goes), stays, True)


def _when(judge: Callable[[datetime], Decision], at: datetime, until: datetime) -> tuple[datetime, Decision]:
    """The worker's look, repeated whenever it would look again before `until`."""
    for _look in range(LOOKS):
        decision = judge(at)
        if (
            not isinstance(decision, rules.Wait)
            or decision.until > until
            or decision.reason in ("held", "trial")
        ):
            break
        at = decision.until
    return at, decision


async def _pairs(
    session: AsyncSession, member: Member, now: datetime, until: datetime, hours: rules.Hours
) -> list[Pair]:
    """What is due by then, and what planning would add."""
    due = await session.execute(
        select(Occurrence, Reminder)
        .join(Reminder, Reminder.id == Occurrence.reminder_id)
        .join(Person, Person.id == Occurrence.person_id)
        .where(Occurrence.state == "due", Occurrence.next_try_at <= until, reach.people(member))
        .order_by(Occurrence.next_try_at, Occurrence.id)
        .limit(MOST + 1)
    )
    promised = await session.execute(
        select(Reminder, Person.quiet_from_hour, Person.quiet_to_hour)
        .join(Person, Person.id == Reminder.person_id)
        .where(Reminder.next_at <= until, Reminder.stopped_at.is_(None), reach.people(member))
        .order_by(Reminder.next_at, Reminder.id)
        .limit(MOST + 1)
    )
    own = [(row, promises.personal_hours(begin, end, hours)) for row, begin, end in promised.all()]
    to_come = await planning.moments_in(session, own, now, until)
    return [*((o, r) for o, r in due.all()), *((o, r) for o, r in to_come if o.next_try_at <= until)]
