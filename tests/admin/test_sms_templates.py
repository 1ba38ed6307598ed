"""Staff note what operators said of the texts of SMS; only approved texts go out, and what waited goes at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.sms_samples import samples
from core.sms_templates import fingerprint
from db.campaigns import Campaign, CampaignText
from db.monitoring import SmsApproval
from db.people import AuditEvent
from services import alarms, monitoring, sms_templates
from tests.deliveries import (
    ESKIZ,
    GULNORA,
    PLAYMOBILE,
    a_worker,
    occurrences,
    person,
    promise,
    reached_at,
    running_sandbox,
)

FIRST = samples("salomat_bot", False)[0]


@pytest.fixture
async def editor(browser, cast):
    await browser.sign_in("dilshod")
    return browser


async def test_every_text_is_listed_as_not_submitted_until_somebody_writes_down_more(editor, database):
    page = (await editor.open("/sms-templates")).text
    assert page.count("/admin/sms-templates/") == len(samples("salomat_bot", False))
    answer = await editor.submit(
        f"/sms-templates/{FIRST.fingerprint}", {"provider": "eskiz", "state": "approved"}
    )
    assert answer.headers["location"] == f"/admin/sms-templates/{FIRST.fingerprint}"
    await editor.open(f"/sms-templates/{FIRST.fingerprint}")
    assert "Dilshod" in editor.text
    assert FIRST.text in editor.text
    assert await sms_templates.approved(database, ["eskiz", "playmobile"]) == {
        "eskiz": {FIRST.fingerprint},
        "playmobile": frozenset(),
    }
    async with database.transaction() as session:
        (event,) = await session.scalars(select(AuditEvent).where(AuditEvent.action == "sms_template.decide"))
    assert event.detail == {"provider": "eskiz", "fingerprint": FIRST.fingerprint, "state": "approved"}


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        (FIRST.fingerprint, {"provider": "eskiz", "state": "loved"}, 422),
        (FIRST.fingerprint, {"provider": "twilio", "state": "approved"}, 404),
        ("0" * 32, {"provider": "eskiz", "state": "approved"}, 404),
    ],
)
async def test_what_cannot_be_is_refused(editor, database, path, form, status):
    await editor.open("/sms-templates")
    assert (await editor.submit(f"/sms-templates/{path}", form)).status_code == status
    async with database.transaction() as session:
        assert list(await session.scalars(select(SmsApproval))) == []


async def test_a_nurse_does_not_decide_and_a_foreign_form_does_nothing(browser, cast, visitor):
    await browser.sign_in("charos")
    assert (await browser.open("/sms-templates")).status_code == 403
    async with visitor() as other:
        await other.sign_in("dilshod")
        body = {"provider": "eskiz", "state": "approved"}
        path = f"/admin/sms-templates/{FIRST.fingerprint}"
        assert (await other.post(path, data=body)).status_code == 403


async def test_the_sms_of_a_campaign_is_listed_with_its_name(editor, database):
    now = datetime.now(UTC)
    async with database.transaction() as session:
        row = Campaign(title="Hayit", state="draft", audience={}, writers=[], created_at=now, changed_at=now)
        session.add(row)
        await session.flush()
        for language, words in (("uz", "bayram muborak"), ("ru", "с праздником")):
            session.add(CampaignText(campaign_id=row.id, variant="a", language=language, text="x", sms=words))
    await editor.open("/sms-templates")
    assert "Hayit" in editor.text
    assert "bayram muborak" in editor.text


async def test_the_page_speaks_russian_too(editor):
    await editor.submit("/language", {"language": "ru", "next": "/admin/"})
    await editor.open("/sms-templates")
    assert "Тексты SMS" in editor.text


def test_of_every_text_nothing_but_digits_varies():
    for cyrillic in (False, True):
        assert all(one.fixed for one in samples("salomat_bot", cyrillic))
    texts = samples("salomat_bot", True)
    assert len({one.fingerprint for one in texts}) == len(texts)
    assert {one.language for one in texts} == {"uz", "uz_Cyrl", "ru"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("qabul 21.11 soat 9:00", "qabul 1.12 soat 14:30", True),
        ("Oʻgʻlingiz", "O'g'lingiz", True),
        ("vaqti keldi", "vaqti keldi.", False),
        ("Madinaga", "Aliga", False),
    ],
)
def test_a_changed_text_has_no_approval_and_other_digits_need_none(one, other, same):
    assert (fingerprint(one) == fingerprint(other)) == same


@pytest.mark.parametrize("approved_by", ["playmobile", None])
async def test_a_text_waits_until_it_is_approved_and_goes_to_the_provider_that_has(
    settings, database, cast, now, approved_by
):
    async with running_sandbox() as sandbox:
        more = ESKIZ | PLAYMOBILE | {"sms_providers": ("eskiz:100", "playmobile:0")}
        demanding = {"sms_approved_only": ("eskiz", "playmobile")}
        reached = reached_at(settings, sandbox.url, **more, **demanding)
        async with a_worker(reached, database, now) as worker:
            await promise(database, now, await person(database, now, phone=GULNORA))
            await worker.tick()
            assert [(o.state, o.reason) for o in await occurrences(database)] == [
                ("due", "template_not_approved")
            ]
            assert await sandbox.phone(GULNORA) == []
            await worker.work.watched.watch.round()
            assert [alarm.kind for alarm in await alarms.raised(database)] == ["not_approved"]
            worker.clock.forward(minutes=1)
            if approved_by is None:
                await worker.tick()
                worker.clock.forward(days=8)
                await worker.tick()
                assert {o.state for o in await occurrences(database) if o.step == "day-1"} == {"expired"}
                return
            for one in samples("salomat_bot", False):
                await sms_templates.decide(
                    database, approved_by, one, "approved", cast["dilshod"], worker.clock.now
                )
            await worker.tick()
            (sms,) = await sandbox.phone(GULNORA)
            assert sms["provider"] == "playmobile"
            assert (await monitoring.state(database, worker.clock.now)).not_approved == 0
            await worker.work.watched.watch.round()
            assert await alarms.raised(database) == []


async def test_in_the_demo_operators_approve_everything(database, now):
    texts = samples("salomat_bot", False)
    for moment in (now, now + timedelta(days=1)):
        await sms_templates.approve_all(database, ("eskiz",), texts, moment)
    found = await sms_templates.listed(database, ["eskiz"], "salomat_bot", cyrillic=False)
    assert not any(one.waits for one in found)
    assert found[0].standings["eskiz"].changed_at == now
