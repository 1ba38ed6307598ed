"""One message that staff want sent: brought forward, or tried again after it failed. The worker sends it, by its own rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import deliveries as rules
from core.notices import Notice
from core.staff import Member
from core.urging import ANY_HOUR_FOR, CannotSend
from db.engine import Database
from db.reminders import Occurrence, Reminder
from services import audit, campaign_texts, claims, dry_run, holding, holds, planning, recipients

Answer = Literal["new", "there"]
"""Whether the press did something, or somebody had pressed before."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go out now: the step, and the message, or why there is none. `night`: only because of the hour."""

    step: str
    notice: Notice | None
    reason: str | None

    @property
    def night(self) -> bool:
        return self.reason == "hours"


async def preview(
    database: Database, reminder_id: int, member: Member, now: datetime, hours: rules.Hours
) -> Preview:
    """Nothing is changed. Raises NotFound, CannotSend when nothing is to come."""
    async with database.transaction() as session:
        await session.execute(dry_run.READ_ONLY)
        row = await holds.own(session, reminder_id, member, lock=False)
        due = await _newest(session, row, Occurrence.state == "due", lock=False)
        moment = due or planning.next_moment(row, now)
        if moment is None:
            raise CannotSend("acted_on")
        session.expunge_all()
        decided = await _judge(session, moment, row, now, hours)
        moment.urged_at, moment.next_try_at = now, now
        if not isinstance(decided, rules.Send):
            moment.any_hour_until = now + ANY_HOUR_FOR
        outlook = await dry_run.look(session, [(moment, row)], now, now, hours)
    notice = outlook.goes[0].notice if outlook.goes else None
    return Preview(moment.step, notice, None if isinstance(decided, rules.Send) else decided.reason)


async def send_now(
    database: Database,
    reminder_id: int,
    step: str,
    member: Member,
    now: datetime,
    hours: rules.Hours,
    *,
    any_hour: bool = False,
) -> Answer:
    """The worker sends this step at its next look, past the caps and, with `any_hour`, at night. Idempotent by step.

    Raises NotFound, CannotSend: then nothing is changed.
    """
    async with database.transaction() as session:
        row = await holds.own(session, reminder_id, member)
        moment = await _newest(session, row, Occurrence.step == step)
        if moment is not None and (moment.state != "due" or _urged(moment, now, any_hour)):
            return "there"
        if moment is None:
            moment = await planning.bring_forward_in(session, row, now) if row.next_step == step else None
        if moment is None:
            raise CannotSend("acted_on" if row.stopped_at is not None else "changed")
        moment.urged_at, moment.next_try_at, moment.reason = now, now, None
        moment.any_hour_until = now + ANY_HOUR_FOR if any_hour else None
        decision = await _judge(session, moment, row, now, hours)
        if not isinstance(decision, rules.Send):
            raise CannotSend(decision.reason)
        _note(session, now, "reminder.send_now", member, row, moment, any_hour=any_hour)
        return "new"


async def retry(
    database: Database, reminder_id: int, moment_id: int, member: Member, now: datetime, hours: rules.Hours
) -> Answer:
    """A message that failed for certain is due again, on every channel, with what went in it. By day only, within the caps.

    Raises NotFound, CannotSend: then nothing is changed.
    """
    async with database.transaction() as session:
        row = await holds.own(session, reminder_id, member)
        moment = await _newest(session, row, Occurrence.id == moment_id)
        if moment is None:
            raise CannotSend("changed")
        if moment.state != "failed":
            return "there"
        together = Occurrence.lead_id == moment.lead_id if moment.lead_id else Occurrence.id == moment.id
        query = select(Occurrence).where(together, Occurrence.state == "failed").with_for_update()
        for one in await session.scalars(query):
            one.state, one.attempts, one.channel, one.reason = "due", 0, None, None
            one.next_try_at = now
        decision = await _judge(session, moment, row, now, hours)
        if isinstance(decision, rules.Drop):
            raise CannotSend(decision.reason)
        _note(session, now, "reminder.retry", member, row, moment)
        return "new"


async def _newest(
    session: AsyncSession, row: Reminder, which: ColumnElement[bool], *, lock: bool = True
) -> Occurrence | None:
    query = select(Occurrence).where(Occurrence.reminder_id == row.id, which)
    newest = query.order_by(Occurrence.moment_at.desc(), Occurrence.id.desc()).limit(1)
    return await session.scalar(newest.with_for_update() if lock else newest)


def _urged(moment: Occurrence, now: datetime, any_hour: bool) -> bool:
    """Whether it was asked for already, the night included when that is asked for."""
    by_night = moment.any_hour_until is not None and now < moment.any_hour_until
    return moment.urged_at is not None and (by_night or not any_hour)


async def _judge(
    session: AsyncSession, moment: Occurrence, row: Reminder, now: datetime, hours: rules.Hours
) -> rules.Send | rules.Wait | rules.Drop:
    """By the same rules, and in the same words, as the worker will in a moment."""
    to = await recipients.load(session, [row.person_id], hours, now)
    about = await recipients.about(session, [row.about_id])
    held = await holding.held(session, [row])
    spoken = await campaign_texts.spoken(session, [row])
    found = claims.judge(
        moment, row, to[row.person_id], about[row.about_id], now, held=row.id in held, spoken=spoken
    )
    if found == rules.Drop("acted_on") and row.stopped_at is None:
        return rules.Drop("deceased")
    return found


def _note(
    session: AsyncSession,
    now: datetime,
    action: str,
    member: Member,
    row: Reminder,
    moment: Occurrence,
    **more: bool,
) -> None:
    detail = {"reminder": row.id, "step": moment.step, **more}
    audit.write(session, now, action, row.about_id, actor="staff", actor_id=member.id, detail=detail)
