"""The demo by itself: up, its cast in place, Madina's reminder in the chat and Gulnora's SMS on the phone within a minute."""

from __future__ import annotations

import httpx

from core import segments
from tests.demo.playing import Demo, buttons, until, words

BY_ITSELF_WITHIN_S = 60.0


async def test_madinas_vaccination_reminder_arrives_by_itself_with_its_five_buttons(demo: Demo, meet) -> None:
    aziza = await meet("Aziza", "uz", "+998901112233")
    reminder = await aziza.sees("🔔", "Madina", within_s=BY_ITSELF_WITHIN_S)
    first_line, rest = words(reminder).split("\n", 1)
    assert "emlash" not in first_line
    assert "12 oylik emlash" in rest
    assert [b["text"] for b in buttons(reminder)] == [
        "Yozilish",
        "Bajarildi",
        "Keyinroq",
        "Nega keldi?",
        "Toʻxtatish",
    ]
    assert len([m for m in await aziza.from_bot() if "🔔" in words(m)]) == 1


async def test_gulnora_without_telegram_gets_one_short_sms_that_names_no_disease(
    demo: Demo, http: httpx.AsyncClient
) -> None:
    async def arrived() -> list[dict]:
        return (await http.get("/api/phones/+998935557788/sms")).json()

    sms = (await until(arrived, "Gulnora's SMS", BY_ITSELF_WITHIN_S))[0]
    assert (sms["encoding"], sms["segments"], segments.count(sms["body"])) == ("GSM-7", 1, 1)
    assert sms["body"].startswith("Salomat: ")
    assert "STOP" in sms["body"]
    for told in ("gripp", "difteriya", "bo'g'ma", "qoqshol", "bachadon", "rak", "VICH"):
        assert told not in sms["body"].lower()
