"""Who may sign in, for how long, and what slows down guessing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core import staff as rules
from core.errors import Refusal
from db.staff import StaffMember
from services import staff

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
PASSWORD = "toʻrt xil oddiy soʻz"


@pytest.fixture
async def dilshod(database):
    return await staff.add(database, "dilshod", "Dilshod Rahimov", "editor", PASSWORD, NOW)


async def test_a_login_is_the_same_in_capitals(database, dilshod):
    _token, member = await staff.sign_in(database, " Dilshod ", PASSWORD, NOW)
    assert member == dilshod


@pytest.mark.parametrize(
    ("seen_after", "asked_after", "still_in"),
    [
        (timedelta(0), rules.IDLE - timedelta(seconds=1), True),
        (timedelta(0), rules.IDLE, False),
        (timedelta(minutes=20), timedelta(minutes=45), True),
        (timedelta(minutes=20), timedelta(minutes=51), False),
    ],
)
async def test_a_session_ends_when_nobody_uses_it(database, dilshod, seen_after, asked_after, still_in):
    token, _member = await staff.sign_in(database, "dilshod", PASSWORD, NOW)
    assert await staff.session_of(database, token, NOW + seen_after)
    assert (await staff.session_of(database, token, NOW + asked_after) is not None) == still_in


async def test_a_session_ends_after_twelve_hours_however_busy(database, dilshod):
    token, _member = await staff.sign_in(database, "dilshod", PASSWORD, NOW)
    moment = NOW
    while moment < NOW + rules.LONGEST - timedelta(minutes=20):
        moment += timedelta(minutes=20)
        if moment < NOW + rules.LONGEST:
            assert await staff.session_of(database, token, moment)
    assert await staff.session_of(database, token, NOW + rules.LONGEST) is None


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "\x00", "ʻ" * 50])
async def test_a_made_up_token_opens_nothing(database, dilshod, token):
    await staff.sign_in(database, "dilshod", PASSWORD, NOW)
    assert await staff.session_of(database, token, NOW) is None


@pytest.mark.parametrize(
    ("tries", "minutes"), [(4, None), (5, 15), (6, 30), (7, 60), (11, 960), (12, 1440), (500, 1440)]
)
def test_each_wrong_try_after_the_fifth_doubles_the_wait(tries, minutes):
    assert rules.lock_for(tries) == (timedelta(minutes=minutes) if minutes else None)


async def test_twenty_guesses_at_once_are_five_guesses(database, dilshod, monkeypatch):
    looked = 0
    matches = staff._matches

    async def counting(known_hash, password):
        nonlocal looked
        looked += known_hash != staff._nobodys_hash()
        return await matches(known_hash, password)

    monkeypatch.setattr(staff, "_matches", counting)

    async def guess(n):
        with pytest.raises(rules.WrongLogin):
            await staff.sign_in(database, "dilshod", f"guess {n}", NOW)

    await asyncio.gather(*(guess(n) for n in range(20)))
    assert looked == rules.FREE_TRIES


async def test_a_right_password_forgives_the_wrong_ones_before(database, dilshod):
    for _round in range(2):
        for _try in range(rules.FREE_TRIES - 1):
            with pytest.raises(rules.WrongLogin):
                await staff.sign_in(database, "dilshod", "wrong", NOW)
        await staff.sign_in(database, "dilshod", PASSWORD, NOW)


async def test_a_new_password_ends_every_session_and_lifts_the_lock(database, dilshod):
    token, _member = await staff.sign_in(database, "dilshod", PASSWORD, NOW)
    for _try in range(rules.FREE_TRIES):
        with pytest.raises(rules.WrongLogin):
            await staff.sign_in(database, "dilshod", "wrong", NOW)
    await staff.set_password(database, "dilshod", "besh xil boshqa gap", NOW)
    assert await staff.session_of(database, token, NOW) is None
    with pytest.raises(rules.WrongLogin):
        await staff.sign_in(database, "dilshod", PASSWORD, NOW)
    assert await staff.sign_in(database, "dilshod", "besh xil boshqa gap", NOW)


async def test_a_locked_out_member_is_out_at_once_and_can_be_let_in_again(database, dilshod):
    token, _member = await staff.sign_in(database, "dilshod", PASSWORD, NOW)
    await staff.disable(database, "dilshod", NOW)
    assert await staff.session_of(database, token, NOW) is None
    with pytest.raises(rules.WrongLogin):
        await staff.sign_in(database, "dilshod", PASSWORD, NOW)
    await staff.enable(database, "dilshod", NOW)
    assert await staff.sign_in(database, "dilshod", PASSWORD, NOW)


async def test_the_last_administrator_cannot_lock_themselves_out(database):
    await staff.add(database, "aziz", "Aziz", "administrator", PASSWORD, NOW)
    with pytest.raises(rules.LastAdministrator):
        await staff.disable(database, "aziz", NOW)
    await staff.add(database, "barno", "Barno", "administrator", PASSWORD, NOW)
    await staff.disable(database, "aziz", NOW)


async def test_two_people_cannot_share_a_login(database, dilshod):
    with pytest.raises(rules.LoginTaken):
        await staff.add(database, "DILSHOD", "Somebody", "nurse", PASSWORD, NOW)


@pytest.mark.parametrize("login", ["", "a", "Азиза", "a b", "a" * 41, "-a", "a;drop", "a\x00b"])
async def test_an_odd_login_is_refused(database, login):
    with pytest.raises(Refusal):
        await staff.add(database, login, "Somebody", "nurse", PASSWORD, NOW)


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaa", "1234567890", "dilshod-dilshod", "Salomat-2026!", "x" * 201]
)
async def test_a_password_that_would_be_guessed_is_refused(database, password):
    with pytest.raises(rules.WeakPassword):
        await staff.add(database, "dilshod", "Dilshod", "editor", password, NOW)


async def test_the_password_is_kept_as_argon2id(database, dilshod):
    async with database.transaction() as session:
        kept = await session.scalar(select(StaffMember.password_hash))
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
