"""The list of people: those of one's own clinic; anybody else only by their exact phone or PINFL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from admin import labels, words
from admin.auth import member_of
from admin.pages import now
from admin.tables.table import Cell, Link, Table
from core.i18n import _
from core.people import district_name
from db.people import Person
from services import audit, reach


def _name(request: Request, person: Person) -> Link:
    return Link(person.name, f"/people/{person.id}")


def _birth_date(request: Request, person: Person) -> Any:
    return person.birth_date


def _sex(request: Request, person: Person) -> Any:
    return labels.word(labels.SEX, person.sex)


def _district(request: Request, person: Person) -> Any:
    return district_name(person.district) if person.district else None


class People(Table):
    area, name, icon, model_class = "people", _("People"), "fa fa-user-group", Person
    list_template = "people.html"
    fields = (
        Cell("name", words.label(_("Name")), getter=_name),
        Cell("birth_date", words.label(_("Born")), getter=_birth_date),
        Cell("sex", words.label(_("Sex")), getter=_sex),
        Cell("district", words.label(_("District")), getter=_district),
    )

    def condition(self, request: Request, view: str) -> ColumnElement[bool] | None:
        return reach.people(member_of(request))

    async def prepare(self, request: Request, session: AsyncSession, rows: Sequence[Any]) -> None:
        shown = {"shown": len(rows)}
        audit.write(
            session, now(), "person.list", None, actor="staff", actor_id=member_of(request).id, detail=shown
        )

    def order(self, request: Request) -> Sequence[Any]:
        return (Person.created_at.desc(), Person.id.desc())
