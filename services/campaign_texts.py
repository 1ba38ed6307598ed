"""The words of campaigns: kept as staff write them, and found for those to whom they are being sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import campaign_words
from core import campaigns as rules
from core.campaigns import State, Texts
from core.notices import Said
from db.campaigns import Campaign, CampaignText
from db.reminders import Reminder


@dataclass(frozen=True, slots=True)
class Spoken:
    """The state of a campaign and its words, for those it is being sent to."""

    state: State
    texts: Texts

    @property
    def with_sms(self) -> bool:
        return rules.with_sms(self.texts)

    def said(self, step: str) -> Said:
        text, sms = rules.said(self.texts, rules.variant_of(step))
        return Said(text, sms)


async def spoken(session: AsyncSession, reminders: Collection[Reminder]) -> dict[str, Spoken]:
    """The campaigns among these reminders, by their item."""
    ids = {int(row.item) for row in reminders if row.kind == "campaign"}
    if not ids:
        return {}
    rows = await session.scalars(select(Campaign).where(Campaign.id.in_(ids)))
    return {str(row.id): Spoken(row.state, await of(session, row.id)) for row in rows}


async def of(session: AsyncSession, campaign_id: int) -> Texts:
    query = select(CampaignText).where(CampaignText.campaign_id == campaign_id)
    found = {
        (row.variant, row.language): rules.Wording(row.text, row.sms) for row in await session.scalars(query)
    }
    return {**campaign_words.empty(), **found}


async def keep(session: AsyncSession, campaign_id: int, texts: Texts) -> None:
    """A second text that is not used is kept, so that nothing written is lost."""
    await session.execute(delete(CampaignText).where(CampaignText.campaign_id == campaign_id))
    for (of, language), wording in texts.items():
        tidy = wording.tidy(language)
        session.add(
            CampaignText(campaign_id=campaign_id, variant=of, language=language, text=tidy.text, sms=tidy.sms)
        )
