"""Campaigns: written, approved by a second person, started, paused and stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import campaign_words
from core import campaigns as rules
from core.campaigns import Action, Audience, State, Texts
from core.errors import Refusal
from core.i18n import _
from core.staff import Member
from db.campaigns import Campaign
from db.engine import Database
from db.staff import StaffMember
from services import audit, campaign_people, campaign_texts


class NoSuchCampaign(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is no such campaign."))


class NotReady(Refusal):
    def __init__(self) -> None:
        super().__init__(_("First put right what is marked in the texts."))


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author writes: for themselves a title, for people the texts, and to whom."""

    title: str
    audience: Audience
    split: bool
    texts: Texts


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as staff see it; `writers` wrote it, by id."""

    id: int
    title: str
    state: State
    audience: Audience
    split: bool
    texts: Texts
    version: int
    writers: tuple[int, ...]
    written_by: str
    changed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    filled: bool

    @property
    def with_sms(self) -> bool:
        return rules.with_sms(self.texts)


async def overview(database: Database, limit: int = 200) -> list[Plan]:
    """The newest first."""
    async with database.transaction() as session:
        query = select(Campaign).order_by(Campaign.changed_at.desc()).limit(limit)
        rows = (await session.scalars(query)).all()
        return [await _plan(session, row) for row in rows]


async def show(database: Database, campaign_id: int) -> Plan:
    """Raises NoSuchCampaign."""
    async with database.transaction() as session:
        row = await session.get(Campaign, campaign_id)
        if row is None:
            raise NoSuchCampaign
        return await _plan(session, row)


async def waiting(database: Database) -> int:
    """How many wait for a second person."""
    query = select(func.count()).select_from(Campaign).where(Campaign.state == "waiting")
    async with database.transaction() as session:
        return await session.scalar(query) or 0


async def create(database: Database, draft: Draft, member: Member, now: datetime) -> int:
    async with database.transaction() as session:
        row = Campaign(
            title=draft.title,
            audience=draft.audience.storable(),
            split=draft.split,
            writers=[member.id],
            created_at=now,
            changed_at=now,
        )
        session.add(row)
        await session.flush()
        await campaign_texts.keep(session, row.id, draft.texts)
        _audit(session, "campaign.write", row.id, member, now)
    return row.id


async def save(
    database: Database, campaign_id: int, draft: Draft, version: int, member: Member, now: datetime
) -> None:
    """Words and group of a draft. Raises NoSuchCampaign, NotNow, Changed when it is not the `version` that was open."""
    async with database.transaction() as session:
        row = await _locked(session, campaign_id)
        if row.state != "draft":
            raise rules.NotNow
        if row.version != version:
            raise rules.Changed
        row.title, row.audience, row.split = draft.title, draft.audience.storable(), draft.split
        row.version, row.changed_at = row.version + 1, now
        row.writers = [*(one for one in row.writers if one != member.id), member.id]
        await campaign_texts.keep(session, row.id, draft.texts)
        _audit(session, "campaign.write", row.id, member, now)


async def act(
    database: Database, campaign_id: int, action: Action, version: int, member: Member, now: datetime
) -> None:
    """One step on its way. Raises NoSuchCampaign, NotNow, Changed, OwnWords, NotReady."""
    async with database.transaction() as session:
        row = await _locked(session, campaign_id)
        state = rules.check(action, row.state, writer=member.id in row.writers)
        if row.version != version:
            raise rules.Changed
        if action in ("ask", "approve"):
            texts = await campaign_texts.of(session, campaign_id)
            if not row.title or campaign_words.problems(texts, row.split):
                raise NotReady
        row.state, row.changed_at = state, now
        if action == "approve":
            row.approved_by_id, row.approved_at = member.id, now
        elif action == "send_back":
            row.approved_by_id = row.approved_at = None
        elif action == "start":
            row.started_at = now
        elif action == "go_on":
            await campaign_people.go_on_in(session, campaign_id, now)
        elif action == "stop":
            row.ended_at = now
            await campaign_people.expire_in(session, campaign_id, now)
        _audit(session, f"campaign.{action}", row.id, member, now)


async def _plan(session: AsyncSession, row: Campaign) -> Plan:
    query = select(StaffMember.id, StaffMember.name).where(
        StaffMember.id.in_([*row.writers, row.approved_by_id])
    )
    names = {staff.id: staff.name for staff in await session.execute(query)}
    return Plan(
        row.id,
        row.title,
        row.state,
        Audience.stored(row.audience),
        row.split,
        await campaign_texts.of(session, row.id),
        row.version,
        tuple(row.writers),
        ", ".join(names[one] for one in row.writers if one in names),
        row.changed_at,
        names.get(row.approved_by_id or 0),
        row.approved_at,
        row.started_at,
        row.ended_at,
        row.filled_at is not None,
    )


async def _locked(session: AsyncSession, campaign_id: int) -> Campaign:
    row = await session.get(Campaign, campaign_id, with_for_update=True)
    if row is None:
        raise NoSuchCampaign
    return row


def _audit(session: AsyncSession, action: str, campaign_id: int, member: Member, now: datetime) -> None:
    detail = {"campaign": campaign_id}
    audit.write(session, now, action, None, actor="staff", actor_id=member.id, detail=detail)
