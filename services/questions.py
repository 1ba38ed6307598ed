"""Questions to a health worker: asked in the chat, answered in the admin, brought back once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.errors import Refusal
from core.i18n import Language, _, localize
from db.engine import Database
from db.people import Chat
from db.questions import Question
from services import audit

MOST_A_DAY = 5
LONGEST_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way back to the chat that asked."""

    id: int
    chat_id: int
    language: Language
    question: str
    text: str


async def ask(database: Database, chat_id: int, person_id: int | None, text: str, now: datetime) -> int:
    """Keep the question; the same text again within the day is the same question. Raises Refusal past five a day."""
    if len(text) > LONGEST_CHARS:
        raise Refusal(_("Please write it shorter: up to {most} letters.", most=LONGEST_CHARS))
    async with database.transaction() as session:
        recent = list(
            await session.scalars(
                select(Question).where(
                    Question.chat_id == chat_id, Question.asked_at > now - timedelta(days=1)
                )
            )
        )
        if same := next((q for q in recent if q.text == text), None):
            return same.id
        if len(recent) >= MOST_A_DAY:
            raise Refusal(
                _(
                    "You have asked {most} questions today. A health worker answers them first.",
                    most=MOST_A_DAY,
                )
            )
        question = Question(chat_id=chat_id, person_id=person_id, text=text, asked_at=now)
        session.add(question)
        await session.flush()
        return question.id


async def answer(database: Database, question_id: int, text: str, staff_id: int, now: datetime) -> None:
    """What a health worker wrote; sent to the chat by the bot. Only the first answer counts; audited."""
    async with database.transaction() as session:
        question = await session.get_one(Question, question_id, with_for_update=True)
        if question.state == "open":
            question.answer, question.answered_by_id, question.answered_at = text, staff_id, now
            question.state = "answered"
            audit.write(
                session,
                now,
                "question.answer",
                question.person_id,
                actor="staff",
                actor_id=staff_id,
                detail={"question": question.id},
            )


async def to_bring(database: Database, limit: int = 20) -> list[Answer]:
    """Answers not yet brought to their chats, oldest first."""
    query = (
        select(Question, Chat.language)
        .outerjoin(Chat, Chat.id == Question.chat_id)
        .where(Question.state == "answered")
        .order_by(Question.answered_at)
        .limit(limit)
    )
    async with database.transaction() as session:
        return [
            Answer(q.id, q.chat_id, localize(language), q.text, q.answer or "")
            for q, language in await session.execute(query)
        ]


async def brought(database: Database, question_id: int) -> None:
    async with database.transaction() as session:
        question = await session.get_one(Question, question_id)
        question.state = "sent"


async def open_count(database: Database) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).where(Question.state == "open")) or 0
