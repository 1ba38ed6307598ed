"""Texts of SMS and the operators' approval of each: who wrote it down, when, and which texts may go out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.errors import Refusal
from core.i18n import _
from core.sms_samples import Sample, of_campaign, samples
from core.sms_templates import APPROVALS, Approval
from core.staff import Member
from db.campaigns import Campaign, CampaignText
from db.engine import Database
from db.monitoring import SmsApproval
from db.staff import StaffMember
from services import audit, waiting

REASON = "template_not_approved"


class NoSuchText(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This text has been changed. Look at the list again."))


@dataclass(frozen=True, slots=True)
class Standing:
    """What one provider thinks of a text; a text nobody submitted is a draft."""

    state: Approval = "draft"
    changed_at: datetime | None = None
    changed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A text that goes out, with its standing at each provider."""

    sample: Sample
    standings: Mapping[str, Standing]
    campaign: str | None = None

    @property
    def waits(self) -> bool:
        return any(one.state != "approved" for one in self.standings.values())


async def approved(database: Database, providers: Collection[str]) -> dict[str, frozenset[str]]:
    """Fingerprints of the texts each of them approved."""
    query = select(SmsApproval.provider, SmsApproval.fingerprint).where(
        SmsApproval.provider.in_(providers), SmsApproval.state == "approved"
    )
    found: dict[str, set[str]] = {name: set() for name in providers}
    async with database.transaction() as session:
        for provider, fingerprint in await session.execute(query):
            found[provider].add(fingerprint)
    return {name: frozenset(some) for name, some in found.items()}


async def listed(
    database: Database, providers: Sequence[str], bot_name: str, *, cyrillic: bool
) -> list[Listed]:
    """Every text of reminders and of campaigns that are not over."""
    kept = select(SmsApproval, StaffMember.name).outerjoin(
        StaffMember, StaffMember.id == SmsApproval.changed_by_id
    )
    running = (
        select(Campaign.title, CampaignText.language, CampaignText.sms)
        .join(CampaignText, CampaignText.campaign_id == Campaign.id)
        .where(Campaign.ended_at.is_(None), CampaignText.sms != "")
        .order_by(Campaign.id, CampaignText.language.desc(), CampaignText.variant)
    )
    async with database.transaction() as session:
        standings = {
            (row.provider, row.fingerprint): Standing(row.state, row.changed_at, name)
            for row, name in await session.execute(kept)
        }
        campaigns = list(await session.execute(running))
    texts: list[tuple[Sample, str | None]] = [(one, None) for one in samples(bot_name, cyrillic)]
    for title, language, words in campaigns:
        texts += [(one, title) for one in of_campaign([(language, words)], cyrillic)]
    return [
        Listed(
            sample,
            {name: standings.get((name, sample.fingerprint), Standing()) for name in providers},
            title,
        )
        for sample, title in texts
    ]


async def decide(
    database: Database, provider: str, sample: Sample, state: str, member: Member, now: datetime
) -> None:
    """Write down what the provider said. Approved: what waited for it is tried again at once. Raises Refusal."""
    known = next((one for one in APPROVALS if one == state), None)
    if known is None:
        raise Refusal(_("Choose what the operator said."))
    if known == "approved" and not sample.fixed:
        raise Refusal(_("More than digits varies in this text: no operator can approve it."))
    row = {
        "provider": provider,
        "fingerprint": sample.fingerprint,
        "text": sample.text,
        "state": known,
        "changed_at": now,
        "changed_by_id": member.id,
    }
    async with database.transaction() as session:
        await session.execute(
            insert(SmsApproval)
            .values(row)
            .on_conflict_do_update(index_elements=["provider", "fingerprint"], set_=row)
        )
        detail = {"provider": provider, "fingerprint": sample.fingerprint, "state": known}
        audit.write(
            session, now, "sms_template.decide", None, actor="staff", actor_id=member.id, detail=detail
        )
        if known == "approved":
            await waiting.wake(session, REASON, now)


async def approve_all(
    database: Database, providers: Sequence[str], some: Iterable[Sample], now: datetime
) -> None:
    """For the demo, whose operators approve everything; what is written down already stays."""
    rows = [
        {
            "provider": name,
            "fingerprint": one.fingerprint,
            "text": one.text,
            "state": "approved",
            "changed_at": now,
        }
        for one in some
        for name in providers
    ]
    if rows:
        async with database.transaction() as session:
            await session.execute(insert(SmsApproval).on_conflict_do_nothing(), rows)
