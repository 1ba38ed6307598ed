"""Whom the chaos test writes to: families, the old without Telegram, the busy, and one in a hundred with a broken record."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from core.i18n import TASHKENT
from db.crypto import keyring
from db.engine import Database
from db.people import Chat, Consent, Kinship, Person
from db.reminders import Delivery, Occurrence, Reminder
from sandbox.chats import Citizen
from sandbox.store import Store

FIRST_CHAT = 700_000
REGION = "1726"
"""Of the group of the campaign."""
SOMETIMES = ("telegram", "telegram and phone", "phone", "family", "two on one phone", "appointment", "busy")
"""Of these two in five are in the campaign's group."""
NEVER_TOLD = ("no consent", "paused", "deceased", "refused campaigns")
BROKEN = (
    "no way to the person",
    "a name that cannot be read",
    "a phone that cannot be read",
    "an unknown language",
    "a day after the last",
    "a day without end",
    "a birth without beginning",
)
"""Each stops nobody else and is settled with a reason."""


@dataclass
class Someone:
    """One recipient. Each of `messages` is one message to come, named by the reminders it tells of; `want`: once or never.

    `meant`: they are in the campaign's group and may be told.
    """

    id: int
    case: str
    want: str
    chat_id: int | None
    phone: str | None
    meant: bool = False
    messages: list[tuple[int, ...]] = field(default_factory=list)


class Population:
    """Rows for the database and citizens for the sandbox, made from a seed until `due` reminders are due."""

    def __init__(self, seed: int, due: int, now: datetime) -> None:
        self.now, self._random = now, random.Random(seed)
        self.people: list[Someone] = []
        self.rows: dict[type, list[dict[str, Any]]] = {
            kind: [] for kind in (Person, Chat, Consent, Kinship, Reminder, Occurrence, Delivery)
        }
        self.odd: list[tuple[str, int]] = []
        makers, weights = zip(*self._makers(), strict=True)
        while len(self.rows[Reminder]) < due:
            self._random.choices(makers, weights)[0]()
        for _ in range(3):
            self._at_the_cap("telegram", 2)
            self._at_the_cap("sms", 1)
        for kind in BROKEN:
            if not any(one.case == kind for one in self.people):
                self._broken(kind)

    def _makers(self) -> Iterator[tuple[Callable[[], Any], float]]:
        yield lambda: self._plain("telegram", chat=True), 38
        yield lambda: self._plain("telegram and phone", chat=True, phone=True), 10
        yield lambda: self._plain("phone", phone=True), 18
        yield self._family, 5
        yield self._two_on_one_phone, 2
        yield lambda: self._visit(chat=True), 8
        yield lambda: self._visit(phone=True), 5
        yield lambda: self._busy(chat=True), 2
        yield lambda: self._busy(phone=True), 2
        yield self._asleep, 2
        yield self._not_yet, 2
        yield self._too_late, 3
        yield lambda: self._at_the_cap("telegram", 2), 1
        yield lambda: self._at_the_cap("sms", 1), 1
        yield lambda: self._plain("refused campaigns", chat=True), 1.5
        yield lambda: self._not_wanted("no consent"), 1
        yield lambda: self._not_wanted("paused"), 1
        yield lambda: self._not_wanted("deceased"), 0.5
        yield lambda: self._broken(self._random.choice(BROKEN)), 1.2

    def _someone(
        self,
        case: str,
        want: str = "once",
        *,
        chat: bool = False,
        phone: bool | str = False,
        consent: bool = True,
        **more: Any,
    ) -> Someone:
        number = len(self.rows[Person]) + 1
        number_to_call = phone if isinstance(phone, str) else f"+99890{number:07}" if phone else None
        meant = case == "at the cap" or (case in SOMETIMES and self._random.random() < 0.4)
        one = Someone(number, case, want, FIRST_CHAT + number if chat else None, number_to_call, meant)
        self.rows[Person].append(
            {
                "id": number,
                "name": self._random.choice(("Aziza Karimova", "Борис Ким", "Gulnora")),
                "birth_date": date(1990, 1, 1) + timedelta(days=self._random.randrange(6000)),
                "sex": "female",
                "language": self._random.choice(("uz", "uz", "uz_Cyrl", "ru")),
                "phone": one.phone,
                "phone_hash": keyring().lookup("phone", one.phone) if one.phone else None,
                "region": REGION if meant or case in NEVER_TOLD or case in BROKEN[:4] + BROKEN[-1:] else None,
                "channel": "auto",
                "created_at": self.now,
                "quiet_from_hour": None,
                "quiet_to_hour": None,
                "reminders_paused_at": None,
                "campaigns_refused_at": self.now if case == "refused campaigns" else None,
                "deceased_on": None,
            }
            | more
        )
        if one.chat_id is not None:
            row = {"id": one.chat_id, "person_id": number, "language": "uz", "created_at": self.now}
            self.rows[Chat].append(row)
        if consent:
            given = {"person_id": number, "chat_id": one.chat_id, "version": "test", "language": "uz"}
            self.rows[Consent].append(given | {"given_at": self.now})
        self.people.append(one)
        return one

    def _promise(self, one: Someone, about_id: int | None = None, **more: Any) -> int:
        """A vaccination's step of the day before, due now."""
        number = len(self.rows[Reminder]) + 1
        self.rows[Reminder].append(
            {
                "id": number,
                "person_id": one.id,
                "about_id": about_id or one.id,
                "kind": "vaccination",
                "item": "mmr",
                "dose": number,
                "due_on": self.now.astimezone(TASHKENT).date() + timedelta(days=1),
                "due_at": None,
                "promised_at": self.now - timedelta(days=100),
                "next_step": "day-1",
                "next_at": self.now - timedelta(seconds=self._random.randrange(60)),
            }
            | more
        )
        return number

    def _appointment(self, one: Someone, starts_at: datetime, step: str = "hour-24") -> int:
        hours = timedelta(hours=int(step.removeprefix("hour-")))
        values = {
            "kind": "appointment",
            "item": str(10_000_000 + len(self.rows[Reminder])),
            "next_step": step,
        }
        day = starts_at.astimezone(TASHKENT).date()
        return self._promise(one, due_on=day, due_at=starts_at, next_at=starts_at - hours, **values)

    def _plain(self, case: str, **ways: bool) -> None:
        one = self._someone(case, **ways)
        one.messages.append((self._promise(one),))

    def _family(self) -> None:
        one = self._someone("family", chat=True)
        about = []
        for born in (400, 900):
            child = self._someone(
                "child", "never", consent=False, birth_date=self.now.date() - timedelta(days=born)
            )
            kin = {"guardian_id": one.id, "ward_id": child.id, "relation": "child", "created_at": self.now}
            self.rows[Kinship].append(kin)
            about.append(self._promise(one, child.id))
        one.messages.append(tuple(about))

    def _two_on_one_phone(self) -> None:
        first = self._someone("two on one phone", phone=True)
        other = self._someone("two on one phone", phone=first.phone or "")
        for one in (first, other):
            one.messages.append((self._promise(one),))

    def _visit(self, **ways: bool) -> None:
        one = self._someone("appointment", **ways)
        one.messages.append((self._appointment(one, self.now + timedelta(hours=23, minutes=59)),))

    def _busy(self, **ways: bool) -> None:
        """Two appointments of two days and a vaccination, each a message of its own, all at once."""
        one = self._someone("busy", **ways)
        one.messages.append((self._promise(one),))
        for step, hours in (("hour-24", 23), ("hour-2", 1.5)):
            one.messages.append((self._appointment(one, self.now + timedelta(hours=hours), step),))

    def _at_the_cap(self, way: str, earlier: int) -> None:
        """One more unasked message may go, and two are due: a vaccination and the campaign."""
        if (self.now + timedelta(minutes=30)).astimezone(TASHKENT).date() > self.now.astimezone(
            TASHKENT
        ).date():
            way, earlier = "sms", 1  # a day's cap would end in the middle; a week's does not
        one = self._someone("at the cap", chat=way == "telegram", phone=way == "sms")
        for _ in range(earlier):
            number = self._promise(one, next_step=None, next_at=None)
            at = {"created_at": self.now, "sent_at": self.now}
            moment = {"step": "day-7", "moment_at": self.now, "next_try_at": self.now, "attempts": 0}
            self.rows[Occurrence].append(
                {"id": len(self.rows[Occurrence]) + 1, "reminder_id": number, "person_id": one.id}
                | {"state": "sent", "expires_at": self.now + timedelta(days=7), "created_at": self.now}
                | moment
            )
            self.rows[Delivery].append(
                {"key": f"earlier-{number}", "occurrence_id": len(self.rows[Occurrence]), "person_id": one.id}
                | {"channel": way, "address": str(one.chat_id or one.phone), "state": "sent", "capped": True}
                | at
            )
        one.messages.append((self._promise(one),))

    def _asleep(self) -> None:
        """Quiet since an hour ago and for hours to come, by their own choice."""
        hour = self.now.astimezone(TASHKENT).hour
        quiet = {"quiet_from_hour": (hour - 1) % 24, "quiet_to_hour": (hour + 3) % 24}
        one = self._someone("asleep", "never", chat=True, **quiet)
        one.messages.append((self._promise(one),))

    def _not_yet(self) -> None:
        one = self._someone("not yet", "never", chat=True)
        one.messages.append((self._promise(one, next_at=self.now + timedelta(minutes=20)),))

    def _too_late(self) -> None:
        """A visit that began a minute ago, and a last step that nobody sent for eight days."""
        one = self._someone("too late", "never", chat=True)
        if self._random.random() < 0.6:
            began_at = self.now - timedelta(seconds=self._random.choice((5, 60)))
            number = self._appointment(one, began_at, "hour-2")
        else:
            due_on = self.now.date() - timedelta(days=82)
            at = datetime.combine(due_on + timedelta(days=74), datetime.min.time(), UTC)
            long_ago = {"promised_at": at - timedelta(days=100), "next_step": "day+74", "next_at": at}
            number = self._promise(one, due_on=due_on, **long_ago)
        one.messages.append((number,))

    def _not_wanted(self, why: str) -> None:
        paused = {"reminders_paused_at": self.now} if why == "paused" else {}
        dead = {"deceased_on": self.now.date()} if why == "deceased" else {}
        one = self._someone(why, "never", chat=True, consent=why != "no consent", **paused, **dead)
        one.messages.append((self._promise(one),))

    def _broken(self, kind: str) -> None:
        unreadable_phone = kind == "a phone that cannot be read"
        one = self._someone(
            kind, "never", chat=kind != BROKEN[0] and not unreadable_phone, phone=unreadable_phone
        )
        number = self._promise(one)
        one.messages.append((number,))
        name_them = ("a day after the last", "a day without end")
        self.odd.append((kind, number if kind in name_them else one.id))

    async def settle(self, database: Database, state: Path) -> None:
        """Writes the rows, and the citizens into the folder a sandbox will start with."""
        async with database.transaction() as session:
            # a record restored from elsewhere may say anything
            for name in (await session.scalars(text(_CHECKS_OF_LANGUAGE))).all():
                await session.execute(text(f'ALTER TABLE people DROP CONSTRAINT "{name}"'))
            for table, rows in self.rows.items():
                for start in range(0, len(rows), 1000):
                    await session.execute(insert(table), rows[start : start + 1000])
            for kind, number in self.odd:
                if kind in ODD:
                    await session.execute(text(ODD[kind]), {"id": number})
            for table in self.rows:
                name = table.__tablename__
                if "id" in table.__table__.columns and name != "chats":
                    last = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
                    await session.execute(text(last))
        self._citizens(state)

    def _citizens(self, state: Path) -> None:
        store = Store(state)
        for one in self.people:
            if one.chat_id is not None:
                citizen = Citizen(one.id, f"Person {one.id}", "uz", one.chat_id, started=True)
                store.put("citizen", one.id, asdict(citizen))
        store.close()


ODD = {
    "a name that cannot be read": "UPDATE people SET name = 'x'::bytea WHERE id = :id",
    "a phone that cannot be read": "UPDATE people SET phone = 'y'::bytea WHERE id = :id",
    "an unknown language": "UPDATE people SET language = 'tlh' WHERE id = :id",
    "a day after the last": "UPDATE reminders SET due_on = '9999-12-31' WHERE id = :id",
    "a day without end": "UPDATE reminders SET due_on = 'infinity' WHERE id = :id",
    "a birth without beginning": "UPDATE people SET birth_date = '-infinity' WHERE id = :id",
}
_CHECKS_OF_LANGUAGE = """
    SELECT conname FROM pg_constraint
    WHERE conrelid = 'people'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%language%'
"""
