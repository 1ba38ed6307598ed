"""`salomat doctor` names what is missing to watch over it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli import doctor, doctor_watching
from core.sms_samples import samples
from services import sms_templates
from tests.deliveries import ESKIZ, reached_at

HTTPS = {"public_url": "https://salomat.example"}


@pytest.mark.parametrize(
    ("more", "ok", "said"),
    [
        (HTTPS, True, "METRICS_TOKEN is not set: the admin shows no metrics"),
        (
            {"status_host": "0.0.0.0", "bot_status_port": 1},
            False,
            "METRICS_TOKEN is not set, and STATUS_HOST",
        ),
        ({}, True, "ALARM_CHAT_IDS is not set"),
        ({"sms_approved_only": ("beeline",)}, False, "SMS_APPROVED_ONLY: beeline is unknown"),
        (ESKIZ, True, "ESKIZ_SEGMENT_PRICE is not set"),
    ],
)
def test_each_gap_is_named(settings, more, ok, said):
    found = {text: fine for fine, text in doctor_watching.watching(settings.model_copy(update=more))}
    (text,) = [text for text in found if text.startswith(said)]
    assert found[text] == ok


def test_where_all_is_set_it_says_nothing(settings):
    more = {"alarm_chat_ids": (1,), "eskiz_segment_price": 95.0, "sms_approved_only": ("none",)}
    assert list(doctor_watching.watching(settings.model_copy(update=ESKIZ | more))) == []


async def test_it_counts_the_texts_an_operator_has_approved(settings, database):
    asked = reached_at(settings, "http://127.0.0.1:1", **ESKIZ, sms_providers=("eskiz",)).model_copy(
        update={"sms_approved_only": ("eskiz",)}
    )
    texts = samples("salomat_bot", False)
    all_of = len(texts)
    assert await doctor_watching.texts(asked) == [
        (False, f"eskiz has approved 0 of {all_of} texts of SMS: the others wait")
    ]
    await sms_templates.approve_all(database, ["eskiz"], texts, datetime.now(UTC))
    assert (True, f"eskiz has approved {all_of} of {all_of} texts of SMS") in await doctor.services(
        asked.model_copy(update={"telegram_token": None})
    )
    assert await doctor_watching.texts(settings) == []
