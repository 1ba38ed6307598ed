"""Health and metrics of a process, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from core.ports import DeliveryError, Receipt
from db.engine import connect
from db.monitoring import SmsProvider
from monitoring import metrics
from monitoring.status import Sign, Status, served
from services import alarms

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


async def asked(status: Status, settings, path: str, **headers: str) -> httpx.Response:
    async with served(status, settings, 0) as port, httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}", headers=headers)


def status_of(database, **more: object) -> Status:
    return Status(database, lambda: NOW, **more)  # type: ignore[arg-type]


def values(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """By name and labels, as Prometheus itself reads them."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(("silent_s", "code", "said"), [(59, 200, "ok"), (61, 503, "trouble")])
async def test_health_is_the_database_and_the_signs_of_work(database, settings, silent_s, code, said):
    sign = Sign(lambda: NOW - timedelta(seconds=silent_s), 60)
    answer = await asked(status_of(database, signs={"last_tick": sign}), settings, "/health")
    assert answer.status_code == code
    checks = {"database": {"ok": True}, "last_tick": {"ok": code == 200, "age_s": float(silent_s)}}
    assert answer.json() == {"status": said, "checks": checks}


async def test_without_the_database_health_says_so_and_metrics_show_what_the_process_knows(settings):
    nowhere = connect(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"}))
    status = status_of(nowhere)
    answer = await asked(status, settings, "/health")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": {"ok": False}})
    metrics.ENGINE.labels("rasa").set(1)
    found = values((await asked(status, settings, "/metrics")).text)
    assert found["salomat_engine", ("rasa",)] == 1
    assert ("salomat_due", ()) not in found
    await nowhere.close()


async def test_metrics_show_the_whole_as_prometheus_reads_it(database, settings):
    await alarms.settle(database, {"late": {"minutes": 16}}, NOW)
    await alarms.beat(database, "reminders", "a:1", NOW - timedelta(seconds=30), {})
    async with database.transaction() as session:
        session.add(
            SmsProvider(name="eskiz", weight=70, resting=50, balance=120_000, currency="UZS", days_left=3.5)
        )
    answer = await asked(status_of(database), settings, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = values(answer.text)
    assert found["salomat_due", ()] == 0
    assert found["salomat_oldest_due_seconds", ()] == 0
    assert found["salomat_alarm", ("late",)] == 1
    assert found["salomat_alarm", ("no_worker",)] == 0
    assert found["salomat_heartbeat_age_seconds", ("reminders",)] == 30
    assert found["salomat_sms_weight", ("eskiz",)] == 70
    assert found["salomat_sms_down", ("eskiz",)] == 0
    assert found["salomat_sms_balance", ("eskiz",)] == 120_000
    assert found["salomat_sms_balance_days", ("eskiz",)] == 3.5


@pytest.mark.parametrize(("shown", "code"), [("", 401), ("Bearer wrong", 401), ("Bearer a secret", 200)])
async def test_with_a_token_set_only_who_shows_it_reads_metrics(database, settings, shown, code):
    guarded = settings.model_copy(update={"metrics_token": SecretStr("a secret")})
    assert (await asked(status_of(database), guarded, "/metrics", Authorization=shown)).status_code == code
    assert (await asked(status_of(database), guarded, "/health")).status_code == 200


async def test_a_port_that_is_taken_stops_nothing_and_no_port_opens_nothing(database, settings):
    status = status_of(database)
    async with served(status, settings, 0) as port, served(status, settings, port) as second:
        assert port
        assert second is None
    async with served(status, settings, None) as none:
        assert none is None


def test_attempts_are_counted_by_how_they_ended_and_cost_what_a_segment_costs():
    def counted(metric, *labels: str) -> float:
        return metric.labels(*labels)._value.get()

    results = {
        ("sms", "eskiz", "sent"): Receipt("eskiz", "1", segments=2),
        ("sms", "sms", "failed"): DeliveryError("eskiz: 502"),
        ("telegram", "telegram", "refused"): DeliveryError("telegram: message refused", permanent=True),
        ("telegram", "telegram", "unknown"): DeliveryError("telegram: no answer", unknown=True),
        ("telegram", "telegram", "sent"): Receipt("telegram", "1:2"),
    }
    before = {labels: counted(metrics.SENT, *labels) for labels in results}
    segments, cost = counted(metrics.SEGMENTS, "eskiz"), counted(metrics.COST, "eskiz")
    for (kind, name, _outcome), result in results.items():
        metrics.count(kind, name, result, price=95.0)  # type: ignore[arg-type]
    assert {labels: counted(metrics.SENT, *labels) - before[labels] for labels in results} == dict.fromkeys(
        results, 1
    )
    assert counted(metrics.SEGMENTS, "eskiz") - segments == 2
    assert counted(metrics.COST, "eskiz") - cost == 190
