"""Holds the campaign against its promises: each of its people once, nobody who said no, no cap broken, none in the pause."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime

from sqlalchemy import text

from core import campaigns as rules
from core.deliveries import MOST_A_DAY, MOST_SMS_A_WEEK
from db.engine import Database
from tests.chaos.arrivals import ARRIVED, Arrivals, texts
from tests.chaos.campaign import Campaign
from tests.chaos.population import BROKEN, Population, Someone
from tests.chaos.verdict import FLYING_S, Record, Told, Verdict

NO_MORE = ("withdraws consent", "says stop")


def judge_campaign(
    population: Population,
    arrivals: Arrivals,
    record: Record,
    changed: dict[int, tuple[str, datetime]],
    campaign: Campaign,
) -> Verdict:
    """`arrivals` are the campaign's own."""
    verdict = Verdict()
    said_no = {one: at for one, (how, at) in changed.items() if how in NO_MORE} | campaign.refused
    at_one_address: dict[str, list[Someone]] = defaultdict(list)
    for one in population.people:
        told = record.campaign.get(one.id)
        if told is not None:
            at_one_address[one.phone or str(one.chat_id)].append(one)
            _told(verdict, one, told, campaign, said_no.get(one.id))
        elif one.meant and one.id not in said_no and not _blocked(one, arrivals):
            verdict.of("the campaign never came to", one)
    for owners in at_one_address.values():
        _arrived(verdict, owners, arrivals, record, campaign, said_no)
    phones = {one.phone for owners in at_one_address.values() for one in owners}
    chats = {one.chat_id for owners in at_one_address.values() for one in owners}
    if strangers := (arrivals.sms.keys() - phones) | (arrivals.telegram.keys() - chats):
        verdict.wrong.append(f"the campaign came to strangers: {sorted(map(str, strangers))}")
    return verdict


def _blocked(one: Someone, arrivals: Arrivals) -> bool:
    """Before the campaign looked at them, and there is no other way to them."""
    return one.phone is None and arrivals.refusals[one.chat_id or 0] > 0


def _told(verdict: Verdict, one: Someone, told: Told, campaign: Campaign, no_at: datetime | None) -> None:
    """How it ended, which text it was, and when it was begun."""
    variant = rules.variant(campaign.id, one.id)
    if told.step != rules.step(variant):
        verdict.of("the other text", one, told)
    if not one.meant:
        verdict.counts["broken"] += 1
        if one.case not in BROKEN or told.state not in ("skipped", "failed") or told.reason is None:
            verdict.of("the campaign was for somebody else", one, told)
        return
    verdict.counts["people"] += 1
    verdict.counts[f"text {variant}"] += 1
    waits = one.case == "at the cap" and (told.state, told.reason) == ("due", "cap")
    verdict.counts["wait for the cap" if waits else told.state] += 1
    ended = ("sent", "failed", "unknown") if no_at is None else ("sent", "failed", "unknown", "skipped")
    if not waits and told.state not in ended:
        verdict.of("the campaign is not settled", one, told)
    for began in told.tries:
        if no_at is not None and began.created_at > no_at:
            verdict.of("tried after they wanted none", one, (no_at, told))
        if _in_the_pause(began.created_at, campaign):
            verdict.of("begun in the pause", one, (campaign.paused_at, told))
        verdict.counts["tried after the pause"] += began.created_at > (
            campaign.went_on_at or began.created_at
        )


def _in_the_pause(at: datetime, campaign: Campaign, flying_s: float = 0.0) -> bool:
    if campaign.paused_at is None or campaign.went_on_at is None:
        return False
    begin, end = campaign.paused_at.timestamp() + flying_s, campaign.went_on_at.timestamp()
    return begin < at.timestamp() < end


def _arrived(
    verdict: Verdict,
    owners: list[Someone],
    arrivals: Arrivals,
    record: Record,
    campaign: Campaign,
    said_no: dict[int, datetime],
) -> None:
    """All of it that came to one phone and the chats of its owners: once each, in the right words, not in the pause."""
    told = [record.campaign[one.id] for one in owners]
    by_sms = arrivals.sms.get(owners[0].phone or "", [])
    telegram = [message for one in owners for message in arrivals.telegram.get(one.chat_id or 0, ())]
    moments = [at for at, _named in telegram] + [at for at, _text, state in by_sms if state in ARRIVED]
    wanted: Counter[str] = Counter()
    for one, its in zip(owners, told, strict=True):
        words = campaign.words(rules.variant(campaign.id, one.id))
        wanted.update(words)
        if not arrivals.words[its.reminder_id] <= words:
            verdict.of("other words", one, arrivals.words[its.reminder_id])
    if too_many := texts(by_sms) - wanted:
        verdict.of("an SMS twice, or with other words", owners[0], too_many)
    if max(Counter(named for _at, named in telegram).values(), default=0) > 1 or len(moments) > len(owners):
        verdict.of("the campaign came twice", owners[0], (moments, told))
    failed_later = sum(state not in ARRIVED for _at, _text, state in by_sms)
    if len(moments) + failed_later < sum(its.state == "sent" for its in told):
        verdict.of("said to be sent and never arrived", owners[0], told)
    if any(_in_the_pause(datetime.fromtimestamp(at, UTC), campaign, FLYING_S) for at in moments):
        verdict.of("arrived in the pause", owners[0], (campaign.paused_at, moments))
    no_at = [said_no[one.id] for one in owners if one.id in said_no]
    if len(no_at) == len(owners) and any(at - FLYING_S > max(no_at).timestamp() for at in moments):
        verdict.of("arrived after they wanted none", owners[0], (no_at, moments))
    verdict.counts["arrived"] += len(moments)


async def broken_caps(database: Database) -> list[str]:
    """Who was, or may have been, written to unasked more often than three times in a day or twice in a week by SMS."""
    query = text("""
        SELECT person_id, max(a_day) AS a_day, max(sms) AS sms FROM (
            SELECT person_id, count(*) AS a_day, 0 AS sms FROM deliveries
            WHERE capped AND state <> 'failed'
            GROUP BY person_id, date_trunc('day', timezone('Asia/Tashkent', created_at))
            UNION ALL
            SELECT person_id, 0, count(*) FROM deliveries
            WHERE capped AND state <> 'failed' AND channel = 'sms' GROUP BY person_id
        ) counted GROUP BY person_id HAVING max(a_day) > :most_a_day OR max(sms) > :most_sms""")
    values = {"most_a_day": MOST_A_DAY, "most_sms": MOST_SMS_A_WEEK}
    async with database.transaction() as session:
        return [
            f"more than the caps allow: person {one.person_id}, {one.a_day} a day, {one.sms} SMS"
            for one in await session.execute(query, values)
        ]
