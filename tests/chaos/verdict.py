"""Holds what arrived against what was promised: everybody once, except where nobody could know; nothing that must not be."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from db.engine import Database
from db.reminders import Occurrence
from tests.chaos.arrivals import ARRIVED, Arrivals, texts
from tests.chaos.population import BROKEN, Population, Someone

FLYING_S = 6.0
"""A request that had left when somebody changed their mind may be accepted so much later."""


ENDS = {
    "asleep": ("due",),
    "not yet": ("due",),
    "too late": ("expired",),
    "no consent": ("skipped",),
    "paused": ("skipped",),
    "deceased": ("skipped",),
}


@dataclass(frozen=True)
class Try:
    state: str
    error: str | None
    created_at: datetime
    reminder_id: int
    channel: str
    kind: str


@dataclass
class Told:
    """What became of the campaign's message to one person."""

    reminder_id: int
    step: str
    state: str
    reason: str | None
    tries: list[Try] = field(default_factory=list)


@dataclass
class Record:
    """The database afterwards: the steps that were due, by reminder, and the tries, by person, the campaign's apart."""

    steps: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    tries: dict[int, list[Try]] = field(default_factory=lambda: defaultdict(list))
    campaign: dict[int, Told] = field(default_factory=dict)
    leases: int = 0

    @classmethod
    async def read(cls, database: Database) -> Record:
        found = cls()
        async with database.transaction() as session:
            steps = select(Occurrence.reminder_id, Occurrence.state, Occurrence.reason)
            due_by_now = steps.where(Occurrence.step != "unconfirmed").order_by(Occurrence.moment_at.desc())
            for reminder_id, state, reason in await session.execute(due_by_now):
                found.steps[reminder_id] = (state, reason)
            rows = await session.execute(
                text(
                    "SELECT d.person_id, d.state, d.error, d.created_at, o.reminder_id, d.channel, r.kind"
                    " FROM deliveries d JOIN occurrences o ON o.id = d.occurrence_id"
                    " JOIN reminders r ON r.id = o.reminder_id ORDER BY d.id"
                )
            )
            told = await session.execute(
                text(
                    "SELECT r.person_id, r.id, o.step, o.state, o.reason FROM reminders r"
                    " JOIN occurrences o ON o.reminder_id = r.id WHERE r.kind = 'campaign'"
                )
            )
            found.campaign = {person_id: Told(*one) for person_id, *one in told}
            for person_id, *one in rows:
                made = Try(*one)
                ours = found.campaign[person_id].tries if made.kind == "campaign" else found.tries[person_id]
                ours.append(made)
            query = "SELECT count(*) FROM occurrences WHERE claimed_by IS NOT NULL OR lease_until IS NOT NULL"
            found.leases = await session.scalar(text(query)) or 0
        return found


@dataclass
class Verdict:
    """`wrong` lists what must not have happened, in words; the counters are what the test prints."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def of(self, what: str, someone: Someone, more: Any = "") -> None:
        self.wrong.append(f"{what}: person {someone.id} ({someone.case}) {more}")


def judge(
    population: Population, arrivals: Arrivals, record: Record, changed: dict[int, tuple[str, datetime]]
) -> Verdict:
    verdict = Verdict()
    phones: dict[str, list[Someone]] = defaultdict(list)
    for one in population.people:
        if one.phone is not None:
            phones[one.phone].append(one)
        if one.want == "never":
            _never(verdict, one, arrivals, record)
        elif one.id in changed:
            _changed(verdict, one, arrivals, record, changed[one.id])
        else:
            _ended(verdict, one, record)
            if one.phone is None:
                _once(verdict, [one], arrivals, record)
    for owners in phones.values():
        if owners[0].want == "once" and not any(one.id in changed for one in owners):
            _once(verdict, owners, arrivals, record)
    if record.leases:
        verdict.wrong.append(f"{record.leases} leases left")
    verdict.counts["messages accepted"] = arrivals.total()
    return verdict


def _never(verdict: Verdict, one: Someone, arrivals: Arrivals, record: Record) -> None:
    verdict.counts["broken" if one.case in BROKEN else "not to be sent"] += 1
    if arrivals.telegram.get(one.chat_id or 0) or arrivals.sms.get(one.phone or ""):
        verdict.of("written to", one)
    for (reminder_id,) in one.messages:
        end = record.steps.get(reminder_id, ("not planned", None))
        broken = one.case in BROKEN
        if end[0] not in (("failed", "skipped") if broken else ENDS[one.case]) or (broken and end[1] is None):
            verdict.of("not settled", one, end)


def _ended(verdict: Verdict, one: Someone, record: Record) -> None:
    for message in one.messages:
        states = {record.steps.get(reminder_id, ("not planned", None)) for reminder_id in message}
        if len(states) > 1:
            verdict.of("one message, several ends", one, states)
        state, reason = next(iter(states))
        verdict.counts[state] += 1
        if state == "unknown":
            verdict.unknown.append(f"person {one.id} ({one.case}), reminders {message}")
        elif state not in ("sent", "failed") and (one.case, state, reason) != ("at the cap", "due", "cap"):
            verdict.of("not settled", one, (state, reason))


def _once(verdict: Verdict, owners: list[Someone], arrivals: Arrivals, record: Record) -> None:
    """All that may arrive at one address: as many as were promised, none twice, none missing that is said to be sent."""
    arrived, twice = 0, 0
    for one in owners:
        named = [names for _at, names in arrivals.telegram.get(one.chat_id or 0, ())]
        for message in one.messages:
            times = sum(bool(names & set(message)) for names in named)
            arrived, twice = arrived + min(times, 1), twice + max(0, times - 1)
    by_sms = arrivals.sms.get(owners[0].phone or "", [])
    for times in texts(by_sms).values():
        arrived, twice = arrived + min(times, len(owners)), twice + max(0, times - len(owners))
    ends = Counter(record.steps.get(m[0], ("not planned", None))[0] for o in owners for m in o.messages)
    tries = [one for owner in owners for one in record.tries[owner.id]]
    verdict.counts["doubles"] += twice
    # Telegram cannot be asked: an appointment is repeated once. Who sends SMS can be asked, so that nothing stays unknown.
    allowed = sum(one.state == "unknown" and one.kind == "appointment" for one in tries)
    if any(one.state == "unknown" and one.channel == "sms" for one in tries):
        verdict.of("an SMS whose fate nobody asked for", owners[0], tries)
    if twice > allowed:
        verdict.of("written to twice", owners[0], (twice, tries))
    verdict.counts["unknown that arrived"] += max(0, arrived - ends["sent"] - ends["failed"])
    failed_later = sum(status not in ARRIVED for _at, _text, status in by_sms)
    if arrived + failed_later < ends["sent"]:
        verdict.of("said to be sent and never arrived", owners[0], tries)
    if arrived > ends["sent"] + ends["unknown"] + ends["failed"]:
        verdict.of("more than promised", owners[0], (arrived, ends))
    # once somebody has blocked the bot, and has no phone, the rest fails untried
    all_tries = tries + [
        one for o in owners if o.id in record.campaign for one in record.campaign[o.id].tries
    ]
    refused = any(one.error == "telegram: forbidden" for one in all_tries)
    if ends["failed"] > sum(one.state == "failed" for one in tries) and not refused:
        verdict.of("failed without a failed try", owners[0], tries)


def _changed(
    verdict: Verdict, one: Someone, arrivals: Arrivals, record: Record, changed: tuple[str, datetime]
) -> None:
    """Nothing is begun after it was on record; at most one message, which had been begun before."""
    how, at = changed
    late = [began for began in record.tries[one.id] if began.created_at > at]
    if late:
        verdict.of(f"tried after they {how}", one, (at, late))
    moments = [moment for moment, _names in arrivals.telegram.get(one.chat_id or 0, ())]
    moments += [
        moment for moment, _text, status in arrivals.sms.get(one.phone or "", ()) if status in ARRIVED
    ]
    if any(datetime.fromtimestamp(moment - FLYING_S, UTC) > at for moment in moments):
        verdict.of(f"written to after they {how}", one, (at, moments))
    if len(moments) > 1 + sum(began.state == "unknown" for began in record.tries[one.id]):
        verdict.of("written to twice", one, moments)
    verdict.counts["changed their mind in time" if not moments else "changed their mind too late"] += 1
    state, reason = record.steps.get(one.messages[0][0], ("forgotten", None))
    if state in ("due", "claimed"):
        verdict.of("not settled", one, (state, reason))
