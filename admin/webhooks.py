"""What providers tell us: signed callbacks and inbound SMS from Twilio, unsigned callbacks from Eskiz at an unguessable path."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from twilio.request_validator import RequestValidator

from channels import sms_eskiz, sms_twilio
from core.settings import Settings
from db.engine import Database
from monitoring.metrics import RECEIPTS
from services import receipts, reminders
from services.receipts import Report

log = structlog.get_logger()

TWIML = "application/xml"
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
NOT_YOU = Response(status_code=403)
TAKEN = 204


def router(settings: Settings, database: Database) -> APIRouter:
    """The routes under /webhooks. Whatever is said twice, late, or about messages that are not ours is harmless."""
    routes = APIRouter(prefix="/webhooks")

    @routes.post("/twilio/status")
    async def twilio_status(request: Request) -> Response:
        form = await _signed_by_twilio(request, settings)
        if form is None:
            return NOT_YOU
        state = sms_twilio.STATES.get(form.get("MessageStatus", ""))
        if state is not None:
            error = form.get("ErrorCode") or None
            permanent = sms_twilio.later_permanent(int(error)) if error and error.isdigit() else False
            sid = form.get("MessageSid") or None
            report = Report(state, error and f"twilio: {error}", permanent, "twilio", sid)
            if await receipts.receipt(database, request.query_params.get("key", ""), report, _now()):
                RECEIPTS.labels("twilio", state).inc()
        return Response(status_code=TAKEN)

    @routes.post("/twilio/inbound")
    async def twilio_inbound(request: Request) -> Response:
        form = await _signed_by_twilio(request, settings)
        if form is None:
            return NOT_YOU
        sid, phone, text = (form.get(name, "") for name in ("MessageSid", "From", "Body"))
        answer = await reminders.answered_by_sms(database, phone, text, _now(), message_id=sid or None)
        log.info("sms_answered", understood=answer)
        return Response(NO_REPLY, media_type=TWIML)

    @routes.post("/eskiz/{secret}/{key}")
    async def eskiz_status(secret: str, key: str, request: Request) -> Response:
        ours = settings.eskiz_callback_secret
        if ours is None or not secrets.compare_digest(secret.encode(), ours.get_secret_value().encode()):
            return NOT_YOU
        said = str((await _body(request)).get("status", ""))
        state = sms_eskiz.STATES.get(said.upper())
        if state is not None:
            report = Report(state, f"eskiz: {said}" if state == "failed" else None, sms_eskiz.is_final(said))
            if await receipts.receipt(database, key, report, _now()):
                RECEIPTS.labels("eskiz", state).inc()
        return Response(status_code=TAKEN)

    return routes


async def _signed_by_twilio(request: Request, settings: Settings) -> Mapping[str, str] | None:
    """The form, when Twilio's signature over the public address and the form fits; else None.

    https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    token = settings.twilio_auth_token
    signature = request.headers.get("X-Twilio-Signature", "")
    form = await request.form()
    if token is None:
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.public_url.rstrip('/')}{request.url.path}{query}"
    if not RequestValidator(token.get_secret_value()).validate(url, form, signature):
        log.warning("webhook_refused", path=request.url.path)
        return None
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def _body(request: Request) -> Mapping[str, Any]:
    """Eskiz posts JSON or a form, by account."""
    if "json" in request.headers.get("Content-Type", ""):
        try:
            found = await request.json()
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
    return dict(await request.form())


def _now() -> datetime:
    return datetime.now(UTC)
