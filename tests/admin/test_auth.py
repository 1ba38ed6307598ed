"""Signing in to the admin, and everything that must not open it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from admin.auth import SESSION_COOKIE, _own
from admin.words import in_template
from core import staff as rules
from db.people import AuditEvent
from db.staff import StaffMember, StaffSession
from services import staff

ADDRESS, PASSWORD = "http://admin.test", "toʻrt xil oddiy soʻz"

pytestmark = pytest.mark.usefixtures("cast")


async def test_a_stranger_is_asked_to_sign_in_and_lands_where_they_were_going(browser):
    answer = await browser.open("/articles")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/admin/login?next=%2Fadmin%2Farticles")
    await browser.get(answer.headers["location"])
    answer = await browser.submit(
        "/login", {"login": "dilshod", "password": PASSWORD, "next": "/admin/articles"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/articles")
    assert (await browser.open("/articles")).status_code == 200


async def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(browser):
    answer = await browser.sign_in("dilshod")
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if value.startswith(SESSION_COOKIE)
    )
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert "path=/admin" in cookie.lower()


async def test_the_database_holds_no_token_that_would_open_anything(browser, database):
    await browser.sign_in("dilshod")
    token = browser.cookies[SESSION_COOKIE]
    async with database.transaction() as session:
        stored = list(await session.scalars(select(StaffSession.token_hash)))
    assert len(stored) == 1
    assert token.encode() not in stored


async def test_a_planted_session_is_worth_nothing_after_signing_in(browser, visitor):
    browser.cookies.set(SESSION_COOKIE, "planted-by-somebody", domain="admin.test", path="/admin")
    await browser.sign_in("dilshod")
    assert browser.cookies[SESSION_COOKIE] != "planted-by-somebody"
    async with visitor() as other:
        other.cookies.set(SESSION_COOKIE, "planted-by-somebody", domain="admin.test", path="/admin")
        assert (await other.open("/articles")).status_code == 303


async def test_signing_in_again_ends_the_session_before(browser, visitor):
    await browser.sign_in("dilshod")
    first = browser.cookies[SESSION_COOKIE]
    await browser.submit("/login", {"login": "dilshod", "password": PASSWORD})
    async with visitor() as other:
        other.cookies.set(SESSION_COOKIE, first, domain="admin.test", path="/admin")
        assert (await other.open("/articles")).status_code == 303


async def test_signing_out_kills_the_session_on_the_server_too(browser, visitor):
    await browser.sign_in("dilshod")
    token = browser.cookies[SESSION_COOKIE]
    await browser.submit("/logout")
    async with visitor() as other:
        other.cookies.set(SESSION_COOKIE, token, domain="admin.test", path="/admin")
        assert (await other.open("/articles")).status_code == 303


@pytest.mark.parametrize(
    ("login", "password"),
    [("nobody", PASSWORD), ("dilshod", "wrong"), ("dilshod' OR 1=1 --", "x"), ("dil\x00shod", PASSWORD)],
)
async def test_every_refused_sign_in_looks_the_same(browser, login, password):
    answer = await browser.sign_in(login, password)
    assert answer.status_code == 400
    said = rules.WrongLogin().text.render("uz")
    assert said in browser.text
    assert re.sub(r"(value|nonce)=\"[^\"]*\"", "", answer.text) == re.sub(
        r"(value|nonce)=\"[^\"]*\"", "", (await browser.sign_in("somebody-else", "wrong")).text
    )


async def test_an_unknown_login_costs_one_hash_like_a_known_one(database, monkeypatch):
    verified = []
    matches = staff._matches

    async def counting(known_hash, password):
        verified.append(known_hash)
        return await matches(known_hash, password)

    monkeypatch.setattr(staff, "_matches", counting)
    now = datetime.now(UTC)
    for login in ("dilshod", "nobody"):
        with pytest.raises(rules.WrongLogin):
            await staff.sign_in(database, login, "wrong", now)
    assert len(verified) == 2
    assert verified[0].split("$")[1:4] == verified[1].split("$")[1:4]  # the same cost


async def test_after_five_wrong_tries_even_the_right_password_waits(browser, database):
    for _try in range(5):
        await browser.sign_in("dilshod", "wrong")
    assert (await browser.sign_in("dilshod")).status_code == 400
    async with database.transaction() as session:
        await session.execute(
            update(StaffMember).values(locked_until=datetime.now(UTC) - timedelta(seconds=1))
        )
    assert (await browser.sign_in("dilshod")).status_code == 303


@pytest.mark.parametrize("path", ["/login", "/language"])
async def test_a_form_without_the_token_is_refused(browser, path):
    await browser.open("/login")
    answer = await browser.post(f"/admin{path}", data={"login": "dilshod", "password": PASSWORD})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://admin.test.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_request_from_another_site_is_refused_even_with_the_token(browser, headers):
    await browser.sign_in("dilshod")
    answer = await browser.submit("/logout", headers=headers)
    assert answer.status_code == 403
    assert (await browser.open("/articles")).status_code == 200


async def test_our_own_origin_passes(browser):
    await browser.sign_in("dilshod")
    assert (await browser.submit("/logout", headers={"origin": ADDRESS})).status_code == 303


async def test_a_huge_body_is_refused_unread(browser):
    await browser.sign_in("dilshod")
    assert (await browser.submit("/articles/child", {"uz.body": "a" * 300_000})).status_code == 413


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/admin//evil.example",
        "/admin/\\evil.example",
        "javascript:alert(1)",
        "/elsewhere",
        "/admin/\r\nSet-Cookie: a=b",
        "",
        None,
    ],
)
def test_after_signing_in_nobody_is_sent_to_another_site(address):
    assert _own(address) == "/admin/"


async def test_what_was_typed_survives_the_end_of_the_session(browser, database):
    await browser.sign_in("dilshod")
    await browser.open("/articles/child")
    async with database.transaction() as session:
        await session.execute(update(StaffSession).values(seen_at=datetime.now(UTC) - rules.IDLE))
    text = 'Yangi sarlavha "<b>&'
    answer = await browser.submit("/articles/child", {"uz.title": text, "uz.base": "0", "do": "save"})
    assert answer.status_code == 401
    assert (
        f'name="uz.title" value="{html.escape(text).replace("&#34;", "&#34;")}"'.replace("&quot;", "&#34;")
        in answer.text
    )
    hidden = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    }
    answer = await browser.submit("/login", {**hidden, "login": "dilshod", "password": PASSWORD})
    assert answer.status_code == 200
    assert 'action="/admin/articles/child"' in answer.text
    carried = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    }
    assert carried["uz.title"] == text
    assert "password" not in carried


async def test_an_expired_preview_answers_401_and_not_a_page(browser):
    await browser.open("/login")
    answer = await browser.submit("/articles/child/preview", headers={"accept": "application/json"})
    assert answer.status_code == 401


async def test_every_answer_forbids_framing_sniffing_and_foreign_scripts(browser):
    answer = await browser.open("/login")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe-inline'; img" not in policy.split("style-src-attr")[0]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_every_script_of_a_page_carries_the_nonce_and_none_is_inline_without(browser):
    await browser.sign_in("aziz")
    for path in ("/", "/articles/child", "/people/list", "/audit/list"):
        answer = await browser.open(path)
        nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1]
        tags = re.findall(r"<(?:script|style)\b[^>]*>", answer.text)
        assert tags
        assert all(f'nonce="{nonce}"' in tag for tag in tags)
        assert not re.search(r"<[^>]+\son(click|change|load|error)=", answer.text)
        assert "//rsms.me" not in answer.text


async def test_with_an_https_address_cookies_never_travel_in_the_clear(settings, database, cast):
    import httpx

    from admin.app import create_app

    app = create_app(settings.model_copy(update={"public_url": "https://salomat.uz"}), database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://salomat.uz") as client:
        answer = await client.get("/admin/login")
        assert all("secure" in value.lower() for value in answer.headers.get_list("set-cookie"))
        assert answer.headers["strict-transport-security"]
        answer = await client.get("/admin/articles", headers={"host": "salomat.uz"})
        assert answer.headers["location"].startswith("https://salomat.uz/admin/login")
        assert (await client.get("/admin/login", headers={"host": "evil.example"})).status_code == 400


async def test_signing_in_and_being_refused_are_audited_without_the_password(browser, database):
    await browser.sign_in("dilshod", "wrong")
    await browser.sign_in("dilshod")
    async with database.transaction() as session:
        events = list(await session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(2)))
        sessions = await session.scalar(select(func.count()).select_from(StaffSession))
    assert [event.action for event in events] == ["staff.sign_in", "staff.refused"]
    assert sessions == 1


async def test_a_weak_or_missing_session_key_is_a_refusal_to_start(settings, database):
    from admin.app import create_app
    from core.errors import SettingsError

    with pytest.raises(SettingsError, match="SESSION_KEY"):
        create_app(settings.model_copy(update={"session_key": None}), database)


def test_words_put_into_a_sentence_of_a_template_are_escaped():
    assert "&lt;script&gt;" in in_template("Hello, {name}", name="<script>")
