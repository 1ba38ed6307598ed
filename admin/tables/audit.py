"""Who looked at or changed whose record, for administrators; nothing here can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from admin import labels, words
from admin.tables.table import Cell, Link, Table
from core.i18n import Text, _, verbatim
from db.people import AuditEvent
from db.staff import StaffMember


def _at(request: Request, row: AuditEvent) -> Text:
    return words.moment(row.at)


def _who(request: Request, row: AuditEvent) -> Text:
    if row.actor == "staff":
        return verbatim(request.state.members.get(row.actor_id, f"#{row.actor_id}"))
    return _("Citizen № {id}", id=row.actor_id or "–") if row.actor == "person" else _("Salomat itself")


def _did(request: Request, row: AuditEvent) -> Text:
    return labels.word(labels.ACTION, row.action)


def _whose(request: Request, row: AuditEvent) -> Link | None:
    if row.person_id is None:
        return None
    return Link(f"№ {row.person_id}", f"/audit/list?person={row.person_id}")


def _detail(request: Request, row: AuditEvent) -> str | None:
    return ", ".join(f"{key}: {value}" for key, value in row.detail.items()) or None


class Audit(Table):
    area, name, icon, model_class = "audit", _("Who looked"), "fa fa-eye", AuditEvent
    hint = _("Press a number to see everything about one person.")
    views: ClassVar = {
        "all": _("Everything"),
        "records": _("Looks at records"),
        "staff": _("By staff"),
        "sign_in": _("Signing in"),
    }
    fields = (
        Cell("at", words.label(_("Time")), getter=_at),
        Cell("actor", words.label(_("Who")), getter=_who),
        Cell("action", words.label(_("What was done")), getter=_did),
        Cell("person_id", words.label(_("Whose record")), getter=_whose),
        Cell("detail", words.label(_("Detail")), getter=_detail),
    )

    def condition(self, request: Request, view: str) -> ColumnElement[bool] | None:
        wanted: dict[str, ColumnElement[bool]] = {
            "records": or_(AuditEvent.action.like("%.look"), AuditEvent.action == "person.search"),
            "staff": AuditEvent.actor == "staff",
            "sign_in": AuditEvent.action.like("staff.%"),
        }
        asked = request.query_params.get("person", "")
        about = AuditEvent.person_id == int(asked) if asked.isdigit() and len(asked) < 18 else None
        found = [one for one in (wanted.get(view), about) if one is not None]
        return and_(*found) if found else None

    def order(self, request: Request) -> Sequence[Any]:
        return (AuditEvent.id.desc(),)

    async def prepare(self, request: Request, session: AsyncSession, rows: Sequence[Any]) -> None:
        members = await session.execute(select(StaffMember.id, StaffMember.name))
        request.state.members = {row.id: row.name for row in members}
