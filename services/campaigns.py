"""Campaigns: written, approved by a second person, started, paused, stopped, and what came of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import campaign_words
from core import campaigns as rules
from core.campaigns import Action, Audience, State, Texts, Variant
from core.errors import Refusal
from core.i18n import _
from core.notices import Said
from core.reminders import NotYourReminder
from core.staff import Member
from db.campaigns import Campaign, CampaignText
from db.engine import Database
from db.people import Person
from db.reminders import Occurrence, Reminder
from db.staff import StaffMember
from services import audit
from services import campaign_people as people


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
        return bool(self.texts["a", "uz"].sms)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one text, in people: `left_out` are those for whom it came too late, or who may not be told."""

    variant: Variant
    people: int = 0
    waits: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    left_out: int = 0
    answered: int = 0
    booked: int = 0
    refused: int = 0
    segments: int = 0


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
        await _keep_texts(session, row.id, draft)
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
        await _keep_texts(session, row.id, draft)
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
            texts = await _texts(session, campaign_id)
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
            await people.go_on_in(session, campaign_id, now)
        elif action == "stop":
            row.ended_at = now
            await people.expire_in(session, campaign_id, now)
        _audit(session, f"campaign.{action}", row.id, member, now)


async def results(database: Database, campaign_id: int) -> dict[Variant, Result]:
    """Counts of people for each text, as of now."""
    async with database.transaction() as session:
        found = (await session.execute(_RESULTS, {"campaign": str(campaign_id)})).mappings().all()
    counted = {
        rules.variant_of(row["step"]): {k: int(v) for k, v in row.items() if k != "step"} for row in found
    }
    return {of: Result(of, **values) for of, values in counted.items()}


_RESULTS = text("""
    SELECT o.step, count(*) AS people,
           count(*) FILTER (WHERE o.state IN ('due', 'claimed')) AS waits,
           count(*) FILTER (WHERE o.state = 'sent') AS sent,
           count(*) FILTER (WHERE o.state = 'sent' AND d.state = 'delivered') AS delivered,
           count(*) FILTER (WHERE o.state = 'failed') AS failed,
           count(*) FILTER (WHERE o.state = 'unknown') AS unknown,
           count(*) FILTER (WHERE o.state IN ('skipped', 'expired')) AS left_out,
           count(*) FILTER (WHERE r.confirmed_at IS NOT NULL) AS answered,
           count(*) FILTER (WHERE d.at IS NOT NULL AND EXISTS (
               SELECT 1 FROM appointments a
               WHERE (a.person_id = r.person_id OR a.booked_by_id = r.person_id)
                 AND a.created_at >= d.at AND a.created_at < d.at + interval '30 days')) AS booked,
           count(*) FILTER (WHERE r.stop_reason = 'declined') AS refused,
           coalesce(sum(d.segments) FILTER (WHERE d.channel = 'sms'), 0) AS segments
    FROM reminders r
    JOIN occurrences o ON o.reminder_id = r.id
    LEFT JOIN LATERAL (
        SELECT d.state, d.channel, d.segments, coalesce(d.sent_at, d.created_at) AS at FROM deliveries d
        WHERE d.occurrence_id = o.lead_id AND d.state IN ('sent', 'delivered') ORDER BY d.id DESC LIMIT 1
    ) d ON true
    WHERE r.kind = 'campaign' AND r.item = :campaign
    GROUP BY o.step ORDER BY o.step
""")


async def refuse(database: Database, person_id: int, now: datetime, *, refused: bool = True) -> None:
    """No campaign any more, from the next send on; or campaigns again. Reminders of one's own go on."""
    async with database.transaction() as session:
        values = {"campaigns_refused_at": now if refused else None}
        await session.execute(update(Person).where(Person.id == person_id).values(**values))
        if refused:
            mine = (Reminder.person_id == person_id, Reminder.kind == "campaign")
            await session.execute(
                update(Reminder)
                .where(*mine, Reminder.stopped_at.is_(None))
                .values(stopped_at=now, stop_reason="declined")
            )
            await session.execute(
                update(Occurrence)
                .where(
                    Occurrence.person_id == person_id,
                    Occurrence.state == "due",
                    Occurrence.reminder_id.in_(select(Reminder.id).where(*mine)),
                )
                .values(state="skipped", reason="declined")
            )
        action = "campaigns.refuse" if refused else "campaigns.allow"
        audit.write(session, now, action, person_id, actor="person", actor_id=person_id)


async def refuse_from(database: Database, reminder_id: int, person_id: int, now: datetime) -> None:
    """The button under a campaign's message. Raises NotYourReminder."""
    async with database.transaction() as session:
        row = await session.get(Reminder, reminder_id)
        if row is None or row.person_id != person_id or row.kind != "campaign":
            raise NotYourReminder
    await refuse(database, person_id, now)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The state of a campaign and its words, for those it is being sent to."""

    state: State
    texts: Texts

    @property
    def with_sms(self) -> bool:
        return bool(self.texts["a", "uz"].sms)

    def said(self, step: str) -> Said:
        text, sms = rules.said(self.texts, rules.variant_of(step))
        return Said(text, sms)


async def spoken_in(session: AsyncSession, reminders: Collection[Reminder]) -> dict[str, Spoken]:
    """The campaigns among these reminders, by their item."""
    ids = {int(row.item) for row in reminders if row.kind == "campaign"}
    if not ids:
        return {}
    rows = await session.scalars(select(Campaign).where(Campaign.id.in_(ids)))
    return {str(row.id): Spoken(row.state, await _texts(session, row.id)) for row in rows}


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
        await _texts(session, row.id),
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


async def _texts(session: AsyncSession, campaign_id: int) -> Texts:
    query = select(CampaignText).where(CampaignText.campaign_id == campaign_id)
    found = {
        (row.variant, row.language): rules.Wording(row.text, row.sms) for row in await session.scalars(query)
    }
    return {**campaign_words.empty(), **found}


async def _keep_texts(session: AsyncSession, campaign_id: int, draft: Draft) -> None:
    """A second text that is not used is kept, so that nothing written is lost."""
    await session.execute(delete(CampaignText).where(CampaignText.campaign_id == campaign_id))
    for (of, language), wording in draft.texts.items():
        tidy = wording.tidy(language)
        session.add(
            CampaignText(campaign_id=campaign_id, variant=of, language=language, text=tidy.text, sms=tidy.sms)
        )


def _audit(session: AsyncSession, action: str, campaign_id: int, member: Member, now: datetime) -> None:
    detail = {"campaign": campaign_id}
    audit.write(session, now, action, None, actor="staff", actor_id=member.id, detail=detail)
