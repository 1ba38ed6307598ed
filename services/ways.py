"""By which channel a person would be reached now, as part of a statement: what core.deliveries.ways says of one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, select

from db.people import Chat, Person


def first_way(person: type[Person], has_chat: ColumnElement[bool] | None = None) -> ColumnElement[str | None]:
    """telegram, sms, or null for somebody whom nothing reaches; `person` may be an alias.

    `has_chat`: where the statement is joined with living chats already, which many people at once need.
    """
    living = select(Chat.id).where(Chat.person_id == person.id, Chat.gone_at.is_(None)).exists()
    chat = living if has_chat is None else has_chat
    has_phone = person.phone_hash.is_not(None)
    return case(
        (and_(person.channel == "sms", has_phone), "sms"),
        (chat, "telegram"),
        (has_phone, "sms"),
    )
