"""Claims: due moments taken by one worker, looked at again, and made ready to send: all of one person's in one notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, DateTime, Executable, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Bundle

from core import campaigns as campaign_rules
from core import deliveries as rules
from core import experiments as experiment_rules
from core.experiments import Running
from core.i18n import LANGUAGES
from core.notices import Item, Notice, Said, Visit
from core.reminders import UNCONFIRMED
from db.engine import Database
from db.people import Person
from db.reminders import Occurrence, Reminder
from services import campaign_texts, experiments, holding, recipients

Decided = tuple[Occurrence, Reminder, rules.Send | rules.Wait | rules.Drop]
ANY_HOUR = rules.Hours(0, 0)
NOTHING_SPOKEN: Mapping[str, campaign_texts.Spoken] = {}
NOTHING_RUNS: Mapping[experiment_rules.Kind, Running] = {}


async def claim(
    database: Database,
    worker: str,
    now: datetime,
    limit: int,
    lease_s: float,
    *,
    hours: rules.Hours | None = None,
) -> list[Notice]:
    """Due moments of at most `limit` people, made ready to send: all of one person's in one notice (appointments apart).

    What must wait or may never be sent is settled here and not returned; an empty list says that nothing is left to send now.
    A person claimed by one worker is skipped by others.
    """
    while True:
        notices, settled = await _claim(database, worker, now, limit, lease_s, hours or rules.Hours())
        if notices or not settled:
            return notices


async def _claim(
    database: Database, worker: str, now: datetime, limit: int, lease_s: float, hours: rules.Hours
) -> tuple[list[Notice], bool]:
    """One transaction; and whether it settled something else, so that another may find more."""
    async with database.transaction() as session:
        person_ids = await _lock_people(session, now, limit)
        if not person_ids:
            return [], False
        found = await session.execute(_DUE, {"people": person_ids, "now": now})
        due = [(occurrence, reminder) for occurrence, reminder in found.all()]
        to = await recipients.load(session, person_ids, hours, now)
        about = await recipients.about(session, {reminder.about_id for _occurrence, reminder in due})
        held = await holding.held(session, [reminder for _occurrence, reminder in due])
        spoken = await campaign_texts.spoken(session, [reminder for _occurrence, reminder in due])
        running = await experiments.running_in(session, {reminder.kind for _occurrence, reminder in due})
        decided = judged(due, to, about, now, held=held, spoken=spoken)
        groups = grouped(decided)
        await _keep_claims(session, groups, worker, lease_s)
        await _keep_refusals(session, decided)
        appointments = {int(r.item) for _o, r, _d in decided if r.kind == "appointment"}
        visits = await recipients.visits(session, appointments)
        settled = any(
            isinstance(d, rules.Drop) or (isinstance(d, rules.Wait) and d.until > now)
            for _o, _r, d in decided
        )
        return [
            notice_of(group, to[group[0][0].person_id], about, visits, spoken, running)
            for group in groups.values()
        ], settled


# Columns of each, under the names the rows have: mapped rows cost three times as much to read.
_DUE: Executable = (
    select(
        Bundle(
            "occurrence",
            Occurrence.id,
            Occurrence.person_id,
            Occurrence.step,
            Occurrence.next_try_at,
            Occurrence.expires_at,
            Occurrence.attempts,
            Occurrence.channel,
            Occurrence.urged_at,
            Occurrence.any_hour_until,
        ),
        Bundle(
            "reminder",
            Reminder.id,
            Reminder.person_id,
            Reminder.about_id,
            Reminder.kind,
            Reminder.item,
            Reminder.dose,
            Reminder.due_on,
            Reminder.due_at,
            Reminder.stopped_at,
            Reminder.confirmed_at,
            Reminder.held_at,
        ),
    )
    .join(Reminder, Reminder.id == Occurrence.reminder_id)
    .where(
        Occurrence.person_id.in_(select(func.unnest(bindparam("people", type_=ARRAY(BigInteger))))),
        Occurrence.state == "due",
        Occurrence.next_try_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(Occurrence.moment_at, Occurrence.id)
    .with_for_update(of=Occurrence, skip_locked=True)
)


async def _lock_people(session: AsyncSession, now: datetime, limit: int) -> list[int]:
    """The first of those who wait; people another worker holds are passed over, so that nobody is written to twice."""
    first = (
        select(Occurrence.person_id)
        .where(Occurrence.state == "due", Occurrence.next_try_at <= now)
        .order_by(Occurrence.next_try_at)
        .limit(limit * 4)
    )
    query = (
        select(Person.id)
        .where(Person.id.in_(first))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(await session.scalars(query))


def judged(
    due: Iterable[tuple[Occurrence, Reminder]],
    to: Mapping[int, rules.Recipient],
    about: Mapping[int, recipients.About],
    now: datetime,
    *,
    held: Collection[int],
    spoken: Mapping[str, campaign_texts.Spoken],
) -> list[Decided]:
    """Campaigns last: what else goes to the same person now counts for their caps too."""
    decided: list[Decided] = []
    going: dict[int, dict[object, rules.Sent]] = defaultdict(dict)
    for occurrence, reminder in sorted(due, key=lambda one: one[1].kind == "campaign"):
        person, campaign = to[occurrence.person_id], reminder.kind == "campaign"
        if campaign:
            person = replace(person, sent=[*person.sent, *going[person.id].values()])
        found = judge(
            occurrence,
            reminder,
            person,
            about[reminder.about_id],
            now,
            held=reminder.id in held,
            spoken=spoken,
        )
        if isinstance(found, rules.Send) and reminder.kind != "appointment":
            message = reminder.id if campaign else found.way
            going[person.id][message] = rules.Sent(now, found.way)
        decided.append((occurrence, reminder, found))
    return decided


def judge(
    occurrence: Occurrence,
    reminder: Reminder,
    to: rules.Recipient,
    about: recipients.About,
    now: datetime,
    *,
    held: bool,
    spoken: Mapping[str, campaign_texts.Spoken] = NOTHING_SPOKEN,
) -> rules.Send | rules.Wait | rules.Drop:
    """What stands between this due moment and a message at `now`; `spoken` are the campaigns by their item."""
    due = rules.Due(
        expires_at=occurrence.expires_at,
        stopped=reminder.stopped_at is not None or about.deceased,
        way=occurrence.channel,
        only=occurrence.step == UNCONFIRMED,
        capped=reminder.kind != "appointment",
        held=held,
        urged=occurrence.urged_at is not None,
        any_hour=_any_hour(occurrence, now),
    )
    if about.name is None or to.language not in LANGUAGES:
        return rules.Drop("broken")
    if occurrence.step == UNCONFIRMED and reminder.confirmed_at is not None:
        return rules.Drop("acted_on")
    if reminder.kind == "campaign":
        campaign = spoken.get(reminder.item)
        if campaign is None:
            return rules.Drop("broken")
        return campaign_rules.decide(campaign.state, due, to, now, with_sms=campaign.with_sms)
    return rules.decide(due, to, now)


def _any_hour(occurrence: Occurrence, now: datetime) -> bool:
    return occurrence.any_hour_until is not None and now < occurrence.any_hour_until


def grouped(decided: Iterable[Decided]) -> dict[int, list[Decided]]:
    """What goes out together, by the id of the one that leads: all of a person on a channel, appointments and campaigns apart."""
    leads: dict[tuple[object, ...], int] = {}
    groups: dict[int, list[Decided]] = defaultdict(list)
    for one in decided:
        occurrence, reminder, decision = one
        if isinstance(decision, rules.Send):
            apart = reminder.id if reminder.kind in ("appointment", "campaign") else None
            lead_id = leads.setdefault((occurrence.person_id, decision.way, apart), occurrence.id)
            groups[lead_id].append(one)
    return groups


async def _keep_claims(
    session: AsyncSession, groups: dict[int, list[Decided]], worker: str, lease_s: float
) -> None:
    claimed = [
        (occurrence.id, lead_id, decision.way)
        for lead_id, group in groups.items()
        for occurrence, _reminder, decision in group
        if isinstance(decision, rules.Send)
    ]
    if claimed:
        ids, leads, ways = zip(*claimed, strict=True)
        columns = {"ids": list(ids), "leads": list(leads), "ways": list(ways)}
        await session.execute(_CLAIM, columns | {"worker": worker, "lease_s": lease_s})


_CLAIM = text("""
    UPDATE occurrences o SET state = 'claimed', claimed_by = :worker, reason = NULL, lead_id = v.lead_id, channel = v.way,
                             lease_until = now() + make_interval(secs => :lease_s)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:leads AS bigint[]), CAST(:ways AS text[])) AS v(id, lead_id, way)
    WHERE o.id = v.id
""")


async def _keep_refusals(session: AsyncSession, decided: Iterable[Decided]) -> None:
    """What waits, and what is never sent, with the reason."""
    refused: list[tuple[int, str, str, datetime]] = []
    for occurrence, _reminder, decision in decided:
        if isinstance(decision, rules.Wait):
            refused.append((occurrence.id, "due", decision.reason, decision.until))
        elif isinstance(decision, rules.Drop):
            refused.append((occurrence.id, decision.state, decision.reason, occurrence.next_try_at))
    if refused:
        ids, states, reasons, times = zip(*refused, strict=True)
        columns = {"ids": list(ids), "states": list(states), "reasons": list(reasons), "times": list(times)}
        await session.execute(_REFUSE, columns)


_REFUSE = text("""
    UPDATE occurrences o SET state = v.state, reason = v.reason, next_try_at = v.at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[]),
                CAST(:times AS timestamptz[])) AS v(id, state, reason, at)
    WHERE o.id = v.id
""")


def notice_of(
    group: Sequence[Decided],
    to: rules.Recipient,
    about: dict[int, recipients.About],
    visits: dict[int, Visit],
    spoken: Mapping[str, campaign_texts.Spoken] = NOTHING_SPOKEN,
    running: Mapping[experiment_rules.Kind, Running] = NOTHING_RUNS,
) -> Notice:
    lead, first, decision = group[0]
    assert isinstance(decision, rules.Send)
    moved = lead.channel != decision.way
    said = spoken[first.item].said(lead.step) if first.kind == "campaign" else None
    return Notice(
        lead_id=lead.id,
        size=len(group),
        person_id=to.id,
        language=to.language,
        way=decision.way,
        address=decision.address,
        items=tuple(_item(o, r, to.id, about[r.about_id], visits, said) for o, r, _d in group),
        expires_at=min(o.expires_at for o, _r, _d in group),
        capped=first.kind != "appointment",
        fallback=None if said is not None and said.sms is None else rules.way_after(decision.way, to),
        failed=0 if moved else max(o.attempts for o, _r, _d in group),
        follow_up=to.choice == "auto" and decision.way == "telegram" and to.phone is not None,
        tried=experiment_rules.choose(running, decision.way, [r.kind for _o, r, _d in group], to.id),
        hours=ANY_HOUR if any(o.any_hour_until is not None for o, _r, _d in group) else to.hours,
    )


def _item(
    occurrence: Occurrence,
    reminder: Reminder,
    told_id: int,
    about: recipients.About,
    visits: dict[int, Visit],
    said: Said | None,
) -> Item:
    name = (about.name or "").split()
    return Item(
        reminder_id=reminder.id,
        kind=reminder.kind,
        item=reminder.item,
        dose=reminder.dose,
        step=occurrence.step,
        due_on=reminder.due_on,
        due_at=reminder.due_at,
        about_id=reminder.about_id,
        about=None if reminder.about_id == told_id or not name else name[0],
        birth_date=about.birth_date,
        visit=visits.get(int(reminder.item)) if reminder.kind == "appointment" else None,
        said=said,
    )
