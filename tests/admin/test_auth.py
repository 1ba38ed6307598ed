"""Signing in to the admin, and what does not open it."""

from __future__ import annotations


async def test_a_stranger_is_asked_to_sign_in_and_lands_where_they_were_going(browser, cast):
    answer = await browser.open("/articles")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/admin/login?next=%2Fadmin%2Farticles")
    await browser.get(answer.headers["location"])
    answer = await browser.submit(
        "/login", {"login": "dilshod", "password": "toʻrt xil oddiy soʻz", "next": "/admin/articles"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/articles")
    assert (await browser.open("/articles")).status_code == 200
