"""`make screenshots`: the pictures of the README, taken from the running demo's own pages.

Needs `make demo` in another terminal and Debian's Chromium. Usage: python docs/screenshots.py [port of the sandbox page]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADMIN_PASSWORD = "toza-havo-issiq-non"  # noqa: S105 – of the demo


def main(port: int) -> None:
    base, admin = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    play(httpx.Client(base_url=base, trust_env=False))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        wide, phone = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
        for name, size in (("sandbox", wide), ("sandbox-phone", phone)):
            page = browser.new_page(viewport=size)  # type: ignore[arg-type]
            page.goto(base)
            page.wait_for_timeout(1500)
            page.screenshot(path=PICTURES / f"{name}.png")
        page = browser.new_page(viewport=wide)  # type: ignore[arg-type]
        sign_in(page, admin)
        home = page.url.rstrip("/")
        for name, path in (("admin-home", ""), ("admin-article", "/articles/blood_pressure")):
            page.goto(home + path)
            page.wait_for_timeout(1200)
            page.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


def play(sandbox: httpx.Client) -> None:
    """Boris says hello, so that the pictures show a conversation in each language."""
    people = {row["name"]: row for row in sandbox.get("/api/citizens").json()}
    boris, aziza = people["Boris"]["id"], people["Aziza"]["id"]
    for text in ("/start",):
        sandbox.post(f"/api/citizens/{boris}/messages", json={"text": text})
    for text in ("qon bosimini qanday tushirish mumkin",):
        sandbox.post(f"/api/citizens/{aziza}/messages", json={"text": text})
    time.sleep(4)


def sign_in(page: Page, admin: str) -> None:
    page.goto(admin)
    page.fill("input[name=login], input[name=username]", "admin")
    page.fill("input[name=password]", ADMIN_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Maqolalar", timeout=30_000)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8081)
