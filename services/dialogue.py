"""The conversation's memory: an inbox that loses no update, and the state of every dialogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from db.dialogue import DialogueState, InboxUpdate
from db.engine import Database

MOST_ATTEMPTS = 5


async def receive(
    database: Database,
    updates: Sequence[Mapping[str, Any]],
    chat_ids: Sequence[int | None],
    now: datetime,
    *,
    done: Collection[int] = (),
) -> list[int]:
    """Keep updates before they are acknowledged to Telegram; the ids of those still to be answered.

    `done` are answered already. Idempotent: the same updates again are kept once, and may be received again after a commit of
    which nobody heard.
    """
    if not updates:
        return []
    ids = [u["update_id"] for u in updates]
    values = [
        {
            "update_id": id_,
            "chat_id": chat,
            "payload": dict(u),
            "received_at": now,
            "state": "new",
            "attempts": 0,
        }
        for id_, u, chat in zip(ids, updates, chat_ids, strict=True)
    ]
    async with database.transaction() as session:
        await session.execute(insert(InboxUpdate).values(values).on_conflict_do_nothing())
        if done:
            finished = update(InboxUpdate).where(InboxUpdate.update_id.in_(done))
            await session.execute(finished.values(state="done", payload=None))
        query = select(InboxUpdate.update_id).where(
            InboxUpdate.update_id.in_(ids), InboxUpdate.state == "new"
        )
        return list(await session.scalars(query))


async def unfinished(database: Database) -> list[dict[str, Any]]:
    """Updates a stopped process left unanswered, oldest first. Those tried too often are given up."""
    async with database.transaction() as session:
        await session.execute(
            update(InboxUpdate)
            .where(
                InboxUpdate.state != "done",
                (InboxUpdate.state == "answered") | (InboxUpdate.attempts >= MOST_ATTEMPTS),
            )
            .values(state="done", payload=None)
        )
        query = select(InboxUpdate).where(InboxUpdate.state == "new").order_by(InboxUpdate.update_id)
        rows = list(await session.scalars(query))
        for row in rows:
            row.attempts += 1
        return [row.payload for row in rows if row.payload]


async def mark(database: Database, update_id: int, state: str) -> None:
    """`answered`: something was sent, a restart must not run it again; `done`: finished, its text is forgotten."""
    values: dict[str, Any] = {"state": state}
    if state == "done":
        values["payload"] = None
    async with database.transaction() as session:
        await session.execute(update(InboxUpdate).where(InboxUpdate.update_id == update_id).values(values))


async def forget(database: Database, now: datetime, after: timedelta = timedelta(days=2)) -> None:
    """Drop finished updates (Telegram repeats none older than a day) and dialogues nobody came back to for a month."""
    async with database.transaction() as session:
        await session.execute(
            delete(InboxUpdate).where(InboxUpdate.state == "done", InboxUpdate.received_at < now - after)
        )
        await session.execute(
            delete(DialogueState).where(DialogueState.updated_at < now - timedelta(days=30))
        )


async def load(database: Database, key: str) -> tuple[str | None, dict[str, Any]]:
    """The state and data of a dialogue; (None, {}) when there is none."""
    async with database.transaction() as session:
        row = await session.get(DialogueState, key)
        return (row.state, row.data or {}) if row else (None, {})


async def save(database: Database, key: str, now: datetime, **values: Any) -> None:
    """Set `state` and/or `data` of a dialogue."""
    async with database.transaction() as session:
        await session.execute(
            insert(DialogueState)
            .values(key=key, updated_at=now, **values)
            .on_conflict_do_update(index_elements=["key"], set_={"updated_at": now, **values})
        )
