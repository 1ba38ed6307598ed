"""Which role may open which route. A route that is not written here is closed to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from core.staff import Area, Member

OPEN_ROUTES = frozenset({"static", "login", "sign-in", "language"})
ROUTES: Mapping[str, Area] = {
    "index": "home",
    "logout": "home",
    "articles": "articles",
    "article": "articles",
    "article-save": "articles",
    "article-preview": "articles",
    "article-history": "articles",
    "sms-templates": "articles",
    "sms-template": "articles",
    "sms-template-decide": "articles",
    "people": "people",
    "find-person": "people",
    "person": "people",
    "doses": "people",
    "dose-record": "people",
    "dose": "people",
    "dose-confirm": "people",
    "dose-mistaken": "people",
    "dose-take-back": "people",
    "results": "people",
    "result-record": "people",
    "result": "people",
    "result-confirm": "people",
    "result-mistaken": "people",
    "result-take-back": "people",
    "not-given": "people",
    "not-given-record": "people",
    "not-given-ask": "people",
    "not-given-end": "people",
    "person-died": "people",
    "person-died-keep": "people",
    "person-alive": "people",
    "person-alive-keep": "people",
    "calendar": "calendar",
    "appointments": "appointments",
    "appointment": "appointments",
    "appointment-move": "appointments",
    "appointment-move-to": "appointments",
    "appointment-confirm": "appointments",
    "appointment-settle": "appointments",
    "reminders": "reminders",
    "reminder": "reminders",
    "reminders-of": "reminders",
    "reminder-send": "reminders",
    "reminder-ask": "reminders",
    "reminder-do": "reminders",
    "reminders-ahead": "reminders",
    "reminders-forecast": "reminders",
    "clinic-holds": "reminders",
    "clinic-ask": "reminders",
    "clinic-do": "reminders",
    "trial": "trial",
    "trial-ask": "trial",
    "trial-switch": "trial",
    "trial-add": "trial",
    "trial-remove": "trial",
    "alarms": "reminders",
    "alarm-acknowledge": "reminders",
    "questions": "questions",
    "question": "questions",
    "question-answer": "questions",
    "members": "staff",
    "member-new": "staff",
    "member-add": "staff",
    "member": "staff",
    "member-change": "staff",
}
TABLES: Mapping[str, Area] = {
    "people": "people",
    "appointments": "appointments",
    "reminders": "reminders",
    "staff": "staff",
    "audit": "audit",
}
"""starlette-admin's lists, by their key; its forms, exports, imports and look-ups stay closed."""


def allowed(member: Member, route: str, params: Mapping[str, str]) -> bool:
    area = TABLES.get(params.get("key", "")) if route == "list" else ROUTES.get(route)
    return area is not None and member.may(area)
