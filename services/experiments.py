"""Experiments: written, approved by a second person, started, ended; and which of them runs for a kind of reminder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import experiments as rules
from core.errors import Refusal
from core.experiments import Action, Kind, Running, State
from core.i18n import Words, _
from core.reminders import Kind as ReminderKind
from core.staff import Member
from db.engine import Database
from db.experiments import Experiment
from db.staff import StaffMember
from services import audit


class NoSuchExperiment(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is no such comparison."))


class NotReady(Refusal):
    def __init__(self) -> None:
        super().__init__(_("First put right what is marked in the texts."))


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author writes: for themselves a title, which reminders it is about, and the second text."""

    title: str
    kind: Kind
    words: Words


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment as staff see it; `writers` wrote it, by id."""

    id: int
    title: str
    kind: Kind
    words: Words
    state: State
    version: int
    writers: tuple[int, ...]
    written_by: str
    changed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


async def overview(database: Database, limit: int = 200) -> list[Plan]:
    """The newest first."""
    async with database.transaction() as session:
        query = select(Experiment).order_by(Experiment.changed_at.desc(), Experiment.id.desc()).limit(limit)
        rows = (await session.scalars(query)).all()
        return await _plans(session, rows)


async def show(database: Database, experiment_id: int) -> Plan:
    """Raises NoSuchExperiment."""
    async with database.transaction() as session:
        row = await session.get(Experiment, experiment_id)
        if row is None:
            raise NoSuchExperiment
        return (await _plans(session, [row]))[0]


async def waiting(database: Database) -> int:
    """How many wait for a second person."""
    query = select(func.count()).select_from(Experiment).where(Experiment.state == "waiting")
    async with database.transaction() as session:
        return await session.scalar(query) or 0


async def create(database: Database, draft: Draft, member: Member, now: datetime) -> int:
    async with database.transaction() as session:
        row = Experiment(writers=[member.id], created_at=now, changed_at=now)
        _keep(row, draft)
        session.add(row)
        await session.flush()
        _audit(session, "experiment.write", row.id, member, now)
    return row.id


async def save(
    database: Database, experiment_id: int, draft: Draft, version: int, member: Member, now: datetime
) -> None:
    """Words of a draft. Raises NoSuchExperiment, NotNow, Changed when it is not the `version` that was open."""
    async with database.transaction() as session:
        row = await _locked(session, experiment_id)
        if row.state != "draft":
            raise rules.NotNow
        if row.version != version:
            raise rules.Changed
        _keep(row, draft)
        row.version, row.changed_at = row.version + 1, now
        row.writers = [*(one for one in row.writers if one != member.id), member.id]
        _audit(session, "experiment.write", row.id, member, now)


async def act(
    database: Database, experiment_id: int, action: Action, version: int, member: Member, now: datetime
) -> None:
    """One step on its way. Raises NoSuchExperiment, NotNow, Changed, OwnWords, NotReady, OneRuns."""
    async with database.transaction() as session:
        row = await _locked(session, experiment_id)
        state = rules.check(action, row.state, writer=member.id in row.writers)
        if row.version != version:
            raise rules.Changed
        if action in ("ask", "approve") and rules.problems(row.kind, row.title, _words(row)):
            raise NotReady
        row.state, row.changed_at = state, now
        if action == "approve":
            row.approved_by_id, row.approved_at = member.id, now
        elif action == "send_back":
            row.approved_by_id = row.approved_at = None
        elif action == "start":
            row.started_at = now
        elif action == "end":
            row.ended_at = now
        try:
            await session.flush()
        except IntegrityError:  # the index that lets one of a kind run
            raise rules.OneRuns from None
        _audit(session, f"experiment.{action}", row.id, member, now)


async def running_in(session: AsyncSession, kinds: Collection[ReminderKind]) -> dict[Kind, Running]:
    """What runs for these kinds of reminders; one small statement, none where no experiment can be."""
    asked = [kind for kind in rules.KINDS if kind in kinds]
    if not asked:
        return {}
    query = select(Experiment.id, Experiment.kind, Experiment.text_uz, Experiment.text_ru).where(
        Experiment.state == "running", Experiment.kind.in_(asked)
    )
    rows = await session.execute(query)
    return {row.kind: Running(row.id, Words(row.text_uz, row.text_ru)) for row in rows}


def _keep(row: Experiment, draft: Draft) -> None:
    row.title, row.kind = draft.title, draft.kind
    row.text_uz, row.text_ru = rules.tidy(draft.words.uz, "uz"), rules.tidy(draft.words.ru, "ru")


def _words(row: Experiment) -> Words:
    return Words(row.text_uz, row.text_ru)


async def _plans(session: AsyncSession, rows: Collection[Experiment]) -> list[Plan]:
    asked = {one for row in rows for one in (*row.writers, row.approved_by_id) if one is not None}
    query = select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(asked))
    names = {staff.id: staff.name for staff in await session.execute(query)}
    return [_plan(row, names) for row in rows]


def _plan(row: Experiment, names: dict[int, str]) -> Plan:
    return Plan(
        row.id,
        row.title,
        row.kind,
        _words(row),
        row.state,
        row.version,
        tuple(row.writers),
        ", ".join(names[one] for one in row.writers if one in names),
        row.changed_at,
        names.get(row.approved_by_id or 0),
        row.approved_at,
        row.started_at,
        row.ended_at,
    )


async def _locked(session: AsyncSession, experiment_id: int) -> Experiment:
    row = await session.get(Experiment, experiment_id, with_for_update=True)
    if row is None:
        raise NoSuchExperiment
    return row


def _audit(session: AsyncSession, action: str, experiment_id: int, member: Member, now: datetime) -> None:
    detail = {"experiment": experiment_id}
    audit.write(session, now, action, None, actor="staff", actor_id=member.id, detail=detail)
