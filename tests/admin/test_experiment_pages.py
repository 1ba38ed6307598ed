"""Two texts of a reminder: written in both languages, seen as people see them, approved by another, started, ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.booking import day_of
from core.deliveries import Hours
from core.ports import Receipt
from services import claims, deliveries, experiments, outcomes, planning, staff
from services.outcomes import Outcome
from tests.admin.conftest import PASSWORD
from tests.deliveries import person, promise
from tests.experiments import RU, UZ, approved, draft, running

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
TYPED = {"title": "Necha daqiqa", "kind": "vaccination", "version": "0", "uz": UZ, "ru": RU}


@pytest.fixture
async def editor(browser, cast):
    await browser.sign_in("dilshod")
    return browser


@pytest.fixture
async def second(visitor, cast):
    async with visitor() as other:
        await other.sign_in("aziz")
        yield other


async def written(browser, **more) -> int:
    answer = await browser.submit("/experiments/new", TYPED | more)
    assert answer.status_code == 303, browser.text
    number = int(answer.headers["location"].rsplit("/", 1)[-1])
    await browser.open(f"/experiments/{number}")
    return number


async def test_from_the_first_word_to_the_end_with_two_people(editor, second, database):
    number = await written(editor)
    assert "Yozilmoqda" in editor.text
    await editor.submit(f"/experiments/{number}/do/ask", {"version": "1"})
    await editor.open(f"/experiments/{number}")
    assert "boshqa administrator tasdiqlashi kerak" in editor.text
    assert f"/experiments/{number}/approve" not in editor.page.text
    assert (await editor.submit(f"/experiments/{number}/approve", {"version": "1"})).status_code == 403
    await second.open("/")
    assert "1 ikkinchi matn tasdiqlashni kutmoqda" in second.text
    await second.open(f"/experiments/{number}/approve")
    assert f"Emlash eslatmalari: {UZ} / {RU}" in second.text
    await second.submit(f"/experiments/{number}/approve", {"version": "1"})
    plan = await experiments.show(database, number)
    assert (plan.state, plan.approved_by) == ("approved", "Aziz")
    await editor.open(f"/experiments/{number}/do/start")
    assert "yarmi ikkinchi matnni" in editor.text
    await editor.submit(f"/experiments/{number}/do/start", {"version": "1"})
    await editor.open(f"/experiments/{number}")
    assert "oradagi raqamlar aldashi mumkin" in editor.text
    await editor.submit(f"/experiments/{number}/do/end", {"version": "1"})
    assert (await experiments.show(database, number)).state == "ended"
    await editor.open("/experiments")
    assert "Tugagan" in editor.text


async def test_whoever_wrote_it_is_refused_as_the_second_also_as_administrator(second, database):
    number = await written(second)
    await second.submit(f"/experiments/{number}/do/ask", {"version": "1"})
    await second.submit(f"/experiments/{number}/approve", {"version": "1"})
    await second.open(f"/experiments/{number}")
    assert "uni oʻzi tasdiqlamaydi" in second.text
    assert (await experiments.show(database, number)).state == "waiting"


async def test_a_second_one_for_the_same_reminders_is_refused_with_what_to_do(editor, database, cast):
    await running(database, cast["dilshod"], cast["aziz"], NOW)
    number = await approved(database, cast["dilshod"], cast["aziz"], NOW)
    await editor.submit(f"/experiments/{number}/do/start", {"version": "1"})
    await editor.open(f"/experiments/{number}")
    assert "Avval uni tugating" in editor.text
    assert (await experiments.show(database, number)).state == "approved"


REFUSED = [
    ({"title": " "}, "nom yozing"),
    ({"kind": ""}, "Qaysi eslatmalar haqida"),
    ({"kind": "x"}, "tanlang"),
]


@pytest.mark.parametrize(("wrong", "said"), REFUSED)
async def test_without_a_title_or_a_kind_it_says_so_and_keeps_what_was_typed(editor, database, wrong, said):
    answer = await editor.submit("/experiments/new", TYPED | {"uz": "Qizamiq <i>"} | wrong)
    assert answer.status_code == 422
    assert said in editor.text
    assert "Qizamiq &lt;i&gt;" in answer.text
    assert RU in answer.text
    assert "kasallik, vaksina yoki natijani atamang" in editor.text  # at its field, at the same time
    assert await experiments.overview(database) == []


async def test_faulty_texts_are_saved_and_go_no_further(editor, database):
    number = await written(editor, uz="Salom. Keling. Tez.", ru="")
    assert "2 joyni toʻgʻrilash kerak" in editor.text
    assert "/do/ask" not in editor.page.text
    await editor.submit(f"/experiments/{number}/do/ask", {"version": "1"})
    assert (await experiments.show(database, number)).state == "draft"
    await editor.open(f"/experiments/{number}/edit")
    assert "koʻpi bilan 2 ta gap" in editor.text
    assert "Matnni yozing" in editor.text
    await editor.submit(f"/experiments/{number}/edit", TYPED | {"version": "1", "kind": "screening"})
    plan = await experiments.show(database, number)
    assert (plan.kind, plan.words.uz, plan.version) == ("screening", UZ, 2)


async def test_two_who_change_it_at_once_do_not_overwrite_each_other(editor, second, database):
    number = await written(editor)
    await second.submit(f"/experiments/{number}/edit", TYPED | {"version": "1", "title": "Boshqa"})
    answer = await editor.submit(f"/experiments/{number}/edit", TYPED | {"version": "1", "title": "Meniki"})
    assert answer.status_code == 422
    assert "kimdir bu solishtirishni oʻzgartirdi" in editor.text
    assert "Meniki" in answer.text
    assert (await experiments.show(database, number)).title == "Boshqa"


async def test_both_texts_are_shown_as_people_will_see_them_in_every_script(editor):
    await written(editor, uz="Bo'sh vaqtni o'zingiz tanlaysiz.")
    for words in (
        "Oilaviy poliklinikangizda bepul.",
        "Оилавий поликлиникангизда бепул.",
        "Boʻsh vaqtni oʻzingiz tanlaysiz.",
        "Бўш вақтни ўзингиз танлайсиз.",
        RU,
        "19.01.2026",
        "Madina",
        "Мадина",
        "Yozilish",
        "Записаться",
    ):
        assert words in editor.text, words


async def test_what_is_not_there_is_not_found(editor):
    for path in (
        "/experiments/999",
        "/experiments/999/edit",
        f"/experiments/{10**30}",
        "/experiments/1/do/explode",
    ):
        assert (await editor.open(path)).status_code == 404, path
    number = await written(editor)
    assert (await editor.open(f"/experiments/{number}/do/approve")).status_code == 404
    assert (await editor.open(f"/experiments/{number}/do/start")).status_code == 303
    assert (await editor.submit(f"/experiments/{number}/do/start", {"version": "x"})).status_code == 303


async def test_after_the_draft_nothing_is_changed_any_more(editor, database, cast):
    number = await running(database, cast["aziz"], cast["dilshod"], NOW)
    assert (await editor.open(f"/experiments/{number}/edit")).status_code == 303
    answer = await editor.submit(f"/experiments/{number}/edit", TYPED | {"version": "1", "uz": "Boshqa."})
    assert answer.status_code == 422
    assert (await experiments.show(database, number)).words.uz == UZ


async def test_a_form_without_its_token_changes_nothing(editor, database):
    number = await written(editor)
    for path in ("new", f"{number}/edit", f"{number}/do/ask"):
        answer = await editor.post(f"/admin/experiments/{path}", data=TYPED | {"version": "1"})
        assert answer.status_code == 403, path
    plans = await experiments.overview(database)
    assert [(plan.state, plan.version) for plan in plans] == [("draft", 1)]


async def send(database):
    for n in range(10):
        await promise(database, NOW, await person(database, NOW, chat_id=50 + n))
    await planning.plan(database, NOW)
    notices = await claims.claim(database, "w", NOW, 100, 60, hours=Hours(0, 0))
    attempts = await deliveries.begin(database, notices, "w", NOW, 60)
    await outcomes.settle(database, [Outcome(a, Receipt("test", a.key)) for a in attempts], NOW)
    return notices


async def test_the_effect_page_sets_both_texts_side_by_side(editor, database, cast):
    number = await running(database, cast["dilshod"], cast["aziz"], NOW)
    notices = await send(database)
    for runs in (True, False):
        if not runs:
            await experiments.act(database, number, "end", 1, cast["dilshod"], NOW + timedelta(days=1))
        await editor.open("/effect?since=21.11.2026&until=22.11.2026")
        assert "Ikki matn: Necha daqiqa" in editor.text
        a, b = (sum(n.tried.variant == of for n in notices) for of in ("a", "b"))
        assert f"Birinchi matn: 0 / {a}," in editor.text
        assert f"Ikkinchi matn: 0 / {b}," in editor.text
        assert "Qaysi matn yaxshiroq ekanini aytish uchun odam kam" in editor.text
        assert "Emlash eslatmalari" in editor.text
        assert ("Hali ketyapti" in editor.text) == runs
    await editor.open("/effect?since=01.10.2026&until=20.11.2026")
    assert "Necha daqiqa" not in editor.text


async def test_its_own_page_leads_to_what_came_of_it(editor, database, cast):
    number = await running(database, cast["dilshod"], cast["aziz"], NOW - timedelta(days=800))
    await experiments.act(database, number, "end", 1, cast["dilshod"], NOW)
    await editor.open(f"/experiments/{number}")
    address = f"/effect?since={day_of(NOW) - timedelta(days=366):%d.%m.%Y}&until=21.11.2026"
    assert address in editor.page.text.replace("&amp;", "&")
    assert (await editor.open(address)).status_code == 200
    assert "Necha daqiqa" in editor.text


async def test_pages_speak_russian_too(visitor, database, cast):
    await staff.choose_language(database, cast["dilshod"].id, "ru")
    await running(database, cast["aziz"], cast["dilshod"], NOW)
    await experiments.create(database, draft("screening"), cast["dilshod"], NOW)
    async with visitor() as browser:
        await browser.sign_in("dilshod", PASSWORD)
        for path, words in (
            ("/experiments", "Половина людей"),
            ("/experiments/new", "Обычный текст: В вашей"),
            ("/experiments/1", "Пусть идёт несколько недель"),
            ("/experiments/2", "Напоминания об осмотрах"),
            ("/experiments/1/do/end", "все снова читают обычный текст"),
            ("/effect", "каждый человек один раз"),
        ):
            assert (await browser.open(path)).status_code == 200
            assert words in browser.text, path
