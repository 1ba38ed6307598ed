"""The list of staff, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from admin import labels, words
from admin.pages import now
from admin.tables.table import Cell, Link, Mark, Table
from core.i18n import Text, _
from core.staff import ROLES
from db.staff import StaffMember


def _name(request: Request, row: StaffMember) -> Link:
    return Link(row.name, f"/staff/{row.id}")


def _login(request: Request, row: StaffMember) -> str:
    return row.login


def _role(request: Request, row: StaffMember) -> Text:
    return labels.word(ROLES, row.role)


def _state(request: Request, row: StaffMember) -> Mark:
    if row.disabled_at is not None:
        return Mark(_("Locked out"), "bad")
    if row.locked_until is not None and row.locked_until > now():
        return Mark(_("Waits after wrong passwords"), "draft")
    return Mark(_("Can sign in"), "good")


class Staff(Table):
    area, name, icon, model_class = "staff", _("Staff"), "fa fa-id-badge", StaffMember
    list_template = "staff.html"
    fields = (
        Cell("name", words.label(_("Name")), getter=_name),
        Cell("login", words.label(_("Login")), getter=_login),
        Cell("role", words.label(_("Role")), getter=_role),
        Cell("state", words.label(_("State")), getter=_state),
    )

    def order(self, request: Request) -> Sequence[Any]:
        return (StaffMember.disabled_at.is_not(None), StaffMember.name)
