"""Campaigns in the admin: written in both languages, counted, approved by another, sent, followed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from admin.app import create_app
from core import campaigns as rules
from core.deliveries import Hours
from core.ports import Receipt
from services import campaign_people, campaigns, claims, deliveries, outcomes, staff
from services.outcomes import Outcome
from tests.admin.conftest import ADDRESS, PASSWORD, Browser
from tests.campaigns import RU, SMS_RU, SMS_UZ, UZ, draft, running
from tests.deliveries import AZIZA, GULNORA, person

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
TYPED = {
    "title": "Koʻrik kuni",
    "version": "0",
    "a.uz.text": UZ,
    "a.ru.text": RU,
    "a.uz.sms": SMS_UZ,
    "a.ru.sms": SMS_RU,
}


@pytest.fixture
async def editor(browser, cast):
    await browser.sign_in("dilshod")
    return browser


@pytest.fixture
async def second(visitor, cast):
    async with visitor() as other:
        await other.sign_in("aziz")
        yield other


@pytest.fixture
async def town(database):
    await person(database, NOW, phone=AZIZA, chat_id=1, region="1726", district="chilonzor")
    await person(database, NOW, "Гулнора", language="uz_Cyrl", phone=GULNORA, region="1726")
    await person(database, NOW, "Борис", language="ru", phone="+998971234567", region="1703", sex="male")


async def written(browser, **more) -> int:
    answer = await browser.submit("/campaigns/new", TYPED | more)
    assert answer.status_code == 303, browser.text
    number = int(answer.headers["location"].rsplit("/", 1)[-1])
    await browser.open(f"/campaigns/{number}")
    return number


async def test_from_the_first_word_to_the_start_with_two_people(editor, second, database, town):
    number = await written(editor)
    assert "Yozilmoqda" in editor.text
    assert "3 kishi Telegram: 1 · SMS: 2" in editor.text
    assert "SMS provayderi sozlanmagan" in editor.text
    await editor.submit(f"/campaigns/{number}/do/ask", {"version": "1"})
    assert (await editor.open(f"/campaigns/{number}")).status_code == 200
    assert "boshqa administrator tasdiqlashi kerak" in editor.text
    assert f"/campaigns/{number}/approve" not in editor.page.text
    assert (await editor.submit(f"/campaigns/{number}/approve", {"version": "1"})).status_code == 403
    await second.open("/")
    assert "1 xabarnoma tasdiqlashni kutmoqda" in second.text
    await second.open(f"/campaigns/{number}/approve")
    assert "Koʻrik kuni: 3 kishi, 2 ta SMS qismi" in second.text
    version = re.search(r'name="version" value="(\d+)"', second.page.text)[1]
    await second.submit(f"/campaigns/{number}/approve", {"version": version})
    assert (await campaigns.show(database, number)).state == "approved"
    await editor.open(f"/campaigns/{number}/do/start")
    assert "har kishiga bir marta" in editor.text
    await editor.submit(f"/campaigns/{number}/do/start", {"version": version})
    assert (await campaigns.show(database, number)).state == "running"
    await editor.open(f"/campaigns/{number}")
    assert "Hali hech kim olmadi" in editor.text


async def test_whoever_wrote_it_is_refused_as_the_second_also_as_administrator(second, database):
    number = await written(second)
    await second.submit(f"/campaigns/{number}/do/ask", {"version": "1"})
    await second.submit(f"/campaigns/{number}/approve", {"version": "1"})
    await second.open(f"/campaigns/{number}")
    assert "uni oʻzi tasdiqlamaydi" in second.text
    assert (await campaigns.show(database, number)).state == "waiting"


async def test_the_cost_is_shown_only_where_a_price_is_set(settings, database, cast, town):
    prices = {"eskiz_email": "x@example.uz", "twilio_account_sid": "AC1", "eskiz_segment_price": 1095.25}
    app = create_app(settings.model_copy(update=prices), database)
    async with Browser(transport=httpx.ASGITransport(app), base_url=ADDRESS) as browser:
        await browser.sign_in("dilshod")
        await written(browser)
        assert "2 ta SMS qismi" in browser.text
        assert "Eskiz: 2 190,50 (shartnomadagi valyutada)" in browser.text
        assert "Twilio: narx kiritilmagan" in browser.text


async def test_what_was_typed_stays_when_the_group_makes_no_sense(editor, database):
    answer = await editor.submit(
        "/campaigns/new", TYPED | {"age_from": "60", "age_to": "50", "place": "1726"}
    )
    assert answer.status_code == 422
    assert "Birinchi yosh oxirgisidan katta" in editor.text
    assert 'value="60"' in answer.text
    assert '<option value="1726" selected>' in answer.text
    assert SMS_RU in answer.text
    assert await campaigns.overview(database) == []


async def test_a_group_is_kept_and_shown_in_words(editor, database, town):
    number = await written(
        editor, place="1726/chilonzor", age_from="18", age_to="60", sex="female", condition="health_worker",
        item="health_profile", item_state="overdue", reach="sms",
    )  # fmt: skip
    plan = await campaigns.show(database, number)
    assert plan.audience == rules.Audience(
        "1726", "chilonzor", 18, 60, "female", False, "health_worker", "health_profile", "overdue", "sms"
    )
    for words in (
        "Chilonzor",
        "18–60 yosh",
        "ayollar va qizlar",
        "koʻrigi: muddati oʻtgan",
        "0 kishi",
    ):
        assert words in editor.text, words
    await editor.open(f"/campaigns/{number}/edit")
    assert '<option value="1726/chilonzor" selected>' in editor.page.text
    assert '<option value="health_profile" selected>' in editor.page.text


async def test_everything_is_shown_as_people_will_see_it_also_in_cyrillic(editor):
    await written(
        editor, **{"a.uz.text": "**Ko'rik** kuni <b>", "split": "yes", "b.uz.text": UZ, "b.ru.text": RU}
    )
    page = editor.page.text
    assert "<b>Koʻrik</b> kuni &lt;b&gt;" in page
    assert "<b>Кўрик</b>" in page
    assert "Ikkinchi matn" in editor.text
    assert "Salomat: shanba" in editor.text
    assert "Саломат: в субботу" in editor.text
    assert "Tasdiqlashni soʻrash" not in editor.text  # the second text has no SMS, the first has


async def test_what_tells_of_somebodys_health_is_warned_of_to_the_author_and_the_second(editor, second):
    number = await written(editor, **{"a.ru.text": "Прививка от гриппа\n\nВ субботу."})
    assert "Shaxsiy narsani boshqalar koʻrib qolishi mumkin" in editor.text
    assert "прививка, гриппа" in editor.text
    await editor.open(f"/campaigns/{number}/edit")
    assert "прививка, гриппа" in editor.text
    await editor.submit(f"/campaigns/{number}/do/ask", {"version": "1"})
    await second.open(f"/campaigns/{number}")
    assert "прививка, гриппа" in second.text


async def test_a_text_too_long_for_its_sms_is_saved_and_goes_no_further(editor, database):
    number = await written(editor, **{"a.uz.sms": "a" * 200})
    assert "1 joyni toʻgʻrilash kerak" in editor.text
    assert "/do/ask" not in editor.page.text
    await editor.open(f"/campaigns/{number}/edit")
    assert "SMS juda uzun" in editor.text
    await editor.submit(f"/campaigns/{number}/do/ask", {"version": "1"})
    assert (await campaigns.show(database, number)).state == "draft"


async def test_two_who_change_it_at_once_do_not_overwrite_each_other(editor, second, database):
    number = await written(editor)
    await second.submit(f"/campaigns/{number}/edit", TYPED | {"version": "1", "title": "Boshqa"})
    answer = await editor.submit(f"/campaigns/{number}/edit", TYPED | {"version": "1", "title": "Meniki"})
    assert answer.status_code == 422
    assert "kimdir bu xabarnomani oʻzgartirdi" in editor.text
    assert "Meniki" in answer.text
    assert (await campaigns.show(database, number)).title == "Boshqa"


async def test_a_title_is_needed(editor):
    assert (await editor.submit("/campaigns/new", TYPED | {"title": "  "})).status_code == 422
    assert "nom yozing" in editor.text


async def test_what_is_not_there_is_not_found(editor):
    for path in ("/campaigns/999", "/campaigns/999/edit", f"/campaigns/{10**30}", "/campaigns/1/do/explode"):
        assert (await editor.open(path)).status_code == 404, path
    number = await written(editor)
    assert (await editor.open(f"/campaigns/{number}/do/approve")).status_code == 404
    assert (await editor.open(f"/campaigns/{number}/do/start")).status_code == 303
    assert (await editor.submit(f"/campaigns/{number}/do/start", {"version": "x"})).status_code == 303


async def test_a_form_without_its_token_changes_nothing(editor, database):
    number = await written(editor)
    answer = await editor.post(f"/admin/campaigns/{number}/do/ask", data={"version": "1"})
    assert answer.status_code == 403
    assert (await campaigns.show(database, number)).state == "draft"


async def send(database):
    notices = await claims.claim(database, "w", NOW, 100, 60, hours=Hours(0, 0))
    attempts = await deliveries.begin(database, notices, "w", NOW, 60)
    await outcomes.settle(database, [Outcome(a, Receipt("test", a.key)) for a in attempts], NOW)


async def test_results_of_two_texts_stand_side_by_side_and_pause_and_stop_work(editor, database, cast, town):
    for n in range(10):
        await person(database, NOW, chat_id=50 + n)
    number = await running(database, cast["dilshod"], cast["aziz"], NOW, draft(split=True))
    await campaign_people.feed(database, NOW)
    await send(database)
    await editor.open(f"/campaigns/{number}")
    assert "Birinchi matn" in editor.text
    assert "Qaysi matn yaxshiroq ekanini aytish uchun odam kam" in editor.text
    sent = sum(int(n) for n in re.findall(r"<dt>Yuborildi</dt><dd>(\d+)", editor.page.text))
    assert sent == 13
    for action, state in (("pause", "paused"), ("go_on", "running"), ("stop", "stopped")):
        await editor.submit(f"/campaigns/{number}/do/{action}", {"version": "1"})
        assert (await campaigns.show(database, number)).state == state
    await editor.open("/campaigns")
    assert "Butunlay toʻxtatilgan" in editor.text
    assert (await editor.open(f"/campaigns/{number}/edit")).status_code == 303


async def test_the_effect_page_counts_names_the_campaign_and_says_how(editor, database, cast, town):
    number = await running(database, cast["dilshod"], cast["aziz"], NOW, draft(split=True))
    await campaign_people.feed(database, NOW)
    await send(database)
    await editor.open("/effect")
    assert "Bu kunlarda hech qanday xabar ketmagan" in editor.text
    assert "30 kun" in editor.text
    await editor.open("/effect?since=21.11.2026&until=22.11.2026")
    assert "0 / 3" in editor.text
    assert "Koʻrik kuni:" in editor.text
    assert "Ikki matn: Koʻrik kuni" in editor.text
    assert number
    for query in ("since=22.11.2026&until=21.11.2026", "since=yesterday"):
        assert (await editor.open(f"/effect?{query}")).status_code == 422


async def test_pages_speak_russian_too(visitor, database, cast, town):
    await staff.choose_language(database, cast["dilshod"].id, "ru")
    await running(database, cast["aziz"], cast["dilshod"], NOW - timedelta(hours=1))
    async with visitor() as browser:
        await browser.sign_in("dilshod", PASSWORD)
        for path, words in (
            ("/campaigns", "Отправляется"),
            ("/campaigns/new", "Где живут"),
            ("/campaigns/1", "Пока никто не получил"),
            ("/effect", "Сколько из получивших напоминание"),
        ):
            assert (await browser.open(path)).status_code == 200
            assert words in browser.text, path
