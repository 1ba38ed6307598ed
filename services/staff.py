"""Staff: signing in and out, and who may sign in at all."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import datetime
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import staff as rules
from db.engine import Database
from db.staff import StaffMember, StaffSession
from services import audit

_hasher = PasswordHasher()
# Hashing takes a core and 64 MB for a moment: more than two at once would let strangers stop the house.
_hashing = asyncio.Semaphore(2)


async def prepare() -> None:
    """Made once before the first sign-in, so that it takes no longer than the others."""
    await asyncio.to_thread(_nobodys_hash)


async def sign_in(database: Database, login: str, password: str, now: datetime) -> tuple[str, rules.Member]:
    """A new session's token (for the cookie, kept nowhere) and whose it is. Raises WrongLogin.

    A try is counted before the password is looked at, so that many tries at once gain nothing; every path verifies one hash.
    """
    async with database.transaction() as session:
        row = await _by_login(session, login, lock=True)
        open_ = row is not None and row.disabled_at is None and not _locked(row, now)
        if row is not None and open_:
            row.failures += 1
            wait = rules.lock_for(row.failures)
            row.locked_until = now + wait if wait else None
    known_hash = row.password_hash if row is not None and open_ else _nobodys_hash()
    right = await _matches(known_hash, password)
    if row is None or not open_ or not right:
        await _audit_refusal(database, row, now)
        raise rules.WrongLogin
    token = secrets.token_urlsafe(32)
    async with database.transaction() as session:
        row = await session.get_one(StaffMember, row.id, with_for_update=True)
        if row.password_hash != known_hash or row.disabled_at is not None:
            raise rules.WrongLogin
        row.failures, row.locked_until = 0, None
        if _hasher.check_needs_rehash(row.password_hash):
            row.password_hash = await _hash(password)
        await session.execute(delete(StaffSession).where(StaffSession.expires_at <= now))
        session.add(
            StaffSession(
                token_hash=_token_hash(token),
                staff_id=row.id,
                created_at=now,
                seen_at=now,
                expires_at=now + rules.LONGEST,
            )
        )
        audit.write(session, now, "staff.sign_in", None, actor="staff", actor_id=row.id)
        return token, _member(row, now)


async def session_of(database: Database, token: str, now: datetime) -> rules.Member | None:
    """Who is signed in with this token; None when it is unknown, over, or its owner was locked out."""
    async with database.transaction() as session:
        found = (
            await session.execute(
                select(StaffSession, StaffMember)
                .join(StaffMember, StaffMember.id == StaffSession.staff_id)
                .where(StaffSession.token_hash == _token_hash(token))
            )
        ).one_or_none()
        if found is None:
            return None
        visit, row = found
        if row.disabled_at is not None or rules.is_over(
            visit.created_at, visit.seen_at, visit.expires_at, now
        ):
            await session.delete(visit)
            return None
        if now - visit.seen_at >= rules.SEEN_EVERY:
            visit.seen_at = now
        return _member(row, now)


async def sign_out(database: Database, token: str, now: datetime) -> None:
    """The token opens nothing any more. Twice is harmless."""
    async with database.transaction() as session:
        gone = await session.scalar(
            delete(StaffSession)
            .where(StaffSession.token_hash == _token_hash(token))
            .returning(StaffSession.staff_id)
        )
        if gone is not None:
            audit.write(session, now, "staff.sign_out", None, actor="staff", actor_id=gone)


async def add(
    database: Database,
    login: str,
    name: str,
    role: rules.Role,
    password: str,
    now: datetime,
    *,
    language: Literal["uz", "ru"] = "uz",
    clinic_id: int | None = None,
    by_id: int | None = None,
) -> rules.Member:
    """A new member of staff. Raises Refusal: LoginTaken, WeakPassword."""
    login = rules.parse_login(login)
    rules.check_password(password, login)
    row = StaffMember(
        login=login,
        name=" ".join(name.split()) or login,
        role=role,
        language=language,
        password_hash=await _hash(password),
        clinic_id=clinic_id,
        created_at=now,
    )
    try:
        async with database.transaction() as session:
            session.add(row)
            await session.flush()
            _audit(session, now, "staff.add", row.id, by_id, role=role)
    except IntegrityError:
        raise rules.LoginTaken from None
    return _member(row, now)


async def set_password(
    database: Database, login: str, password: str, now: datetime, *, by_id: int | None = None
) -> None:
    """A new password; every sign-in of this person ends, a lock is lifted. Raises NoSuchMember, WeakPassword."""
    rules.check_password(password, login)
    new_hash = await _hash(password)
    async with database.transaction() as session:
        row = await _by_login(session, login, lock=True)
        if row is None:
            raise rules.NoSuchMember
        row.password_hash, row.failures, row.locked_until = new_hash, 0, None
        await session.execute(delete(StaffSession).where(StaffSession.staff_id == row.id))
        _audit(session, now, "staff.password", row.id, by_id)


async def disable(database: Database, login: str, now: datetime, *, by_id: int | None = None) -> None:
    """This person can no longer sign in and is signed out at once. Raises NoSuchMember, LastAdministrator."""
    async with database.transaction() as session:
        row = await _by_login(session, login, lock=True)
        if row is None:
            raise rules.NoSuchMember
        if row.disabled_at is not None:
            return
        if row.role == "administrator" and not await _other_administrators(session, row.id):
            raise rules.LastAdministrator
        row.disabled_at = now
        await session.execute(delete(StaffSession).where(StaffSession.staff_id == row.id))
        _audit(session, now, "staff.disable", row.id, by_id)


async def enable(database: Database, login: str, now: datetime, *, by_id: int | None = None) -> None:
    """This person can sign in again, also when too many wrong tries had locked them out. Raises NoSuchMember."""
    async with database.transaction() as session:
        row = await _by_login(session, login, lock=True)
        if row is None:
            raise rules.NoSuchMember
        row.disabled_at, row.failures, row.locked_until = None, 0, None
        _audit(session, now, "staff.enable", row.id, by_id)


async def choose_language(database: Database, staff_id: int, language: Literal["uz", "ru"]) -> None:
    async with database.transaction() as session:
        await session.execute(update(StaffMember).where(StaffMember.id == staff_id).values(language=language))


async def member(database: Database, staff_id: int, now: datetime) -> rules.Member | None:
    async with database.transaction() as session:
        row = await session.get(StaffMember, staff_id)
        return _member(row, now) if row else None


async def members(database: Database, now: datetime) -> list[rules.Member]:
    """Everybody, those who can sign in first."""
    async with database.transaction() as session:
        query = select(StaffMember).order_by(StaffMember.disabled_at.is_not(None), StaffMember.name)
        return [_member(row, now) for row in await session.scalars(query)]


async def _by_login(session: AsyncSession, login: str, *, lock: bool = False) -> StaffMember | None:
    query = select(StaffMember).where(_is(login))
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


def _is(login: str) -> ColumnElement[bool]:
    return StaffMember.login == login.strip().lower().replace("\0", " ")


async def _other_administrators(session: AsyncSession, than_id: int) -> int:
    query = select(func.count()).where(
        StaffMember.role == "administrator", StaffMember.disabled_at.is_(None), StaffMember.id != than_id
    )
    return await session.scalar(query) or 0


async def _audit_refusal(database: Database, row: StaffMember | None, now: datetime) -> None:
    async with database.transaction() as session:
        known = {"member": row.id} if row is not None else {}
        audit.write(session, now, "staff.refused", None, actor="system", detail=known)


def _audit(
    session: AsyncSession, now: datetime, action: str, member_id: int, by_id: int | None, **detail: str
) -> None:
    actor: audit.Actor = "staff" if by_id is not None else "system"
    audit.write(
        session, now, action, None, actor=actor, actor_id=by_id, detail={"member": member_id, **detail}
    )


def _locked(row: StaffMember, now: datetime) -> bool:
    return row.locked_until is not None and row.locked_until > now


def _member(row: StaffMember, now: datetime) -> rules.Member:
    return rules.Member(
        row.id,
        row.login,
        row.name,
        row.role,
        row.language,
        row.clinic_id,
        row.disabled_at is not None,
        _locked(row, now),
    )


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _hash(password: str) -> str:
    async with _hashing:
        return await asyncio.to_thread(_hasher.hash, password)


async def _matches(known_hash: str, password: str) -> bool:
    async with _hashing:
        try:
            return await asyncio.to_thread(_hasher.verify, known_hash, password[: rules.PASSWORD_MAX_CHARS])
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys_hash() -> str:
    """What a stranger's password is compared with, so that an unknown login takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(16))
