"""A list of starlette-admin as we use it: read-only, few words, ready-made views instead of a query builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette_admin.contrib.sqla import ModelView
from starlette_admin.fields import BaseField
from starlette_admin.filters import FilterGroup
from starlette_admin.types import RowActionsPosition

from admin import words
from admin.auth import member_of
from core.i18n import Text
from core.staff import Area


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that opens a page of the admin."""

    text: str | Text
    path: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A coloured word."""

    text: str | Text
    colour: str = "wait"


@dataclass
class Cell(BaseField):
    """A column; its getter gives plain text, a Text, a moment, a Link or a Mark."""

    list_template: str = "cell.html"
    null_template: str = "cell_empty.html"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.searchable = self.orderable = False
        self.filters = []


class Table(ModelView):
    """`views` are the choices above the list, each with its condition; the first is shown at the beginning."""

    area: Area
    name: Text
    hint: Text | None = None
    model_class: type[Any]
    views: ClassVar[Mapping[str, Text]] = {}
    in_menu: ClassVar[bool] = True
    list_template = "table.html"
    exporters: Sequence[Any] = []
    importers: Sequence[Any] = []
    actions: Sequence[str] | None = []
    row_actions: Sequence[str] | None = []
    searchable_fields: Sequence[str] | None = []
    sortable_fields: Sequence[str] | None = []
    column_visibility = False
    search_highlight = False
    row_click_navigate = False
    row_actions_position = RowActionsPosition.AFTER_COLUMNS
    page_size = 25
    page_size_options: Sequence[int] = [25]

    def __init__(self) -> None:
        said = words.label(self.name)
        super().__init__(self.model_class, self.icon, said, said, self.area)

    def is_accessible(self, request: Request) -> bool:
        return not request.state.is_anonymous and member_of(request).may(self.area)

    def is_active(self, request: Request) -> bool:
        here = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        return bool(here.startswith(f"/{self.key}/") or here == f"/{self.key}")

    def can_view_detail(self, request: Request) -> bool:
        return False

    can_create = can_edit = can_delete = can_export = can_import = can_view_detail

    def chosen(self, request: Request) -> str:
        """Which of `views` is shown."""
        asked = request.query_params.get("show", "")
        return asked if asked in self.views else next(iter(self.views), "")

    def condition(self, request: Request, view: str) -> ColumnElement[bool] | None:
        """What the chosen view, and the reach of the member, leave of the table."""
        return None

    def base(self, statement: Select[Any]) -> Select[Any]:
        """Joins that `condition` and `order` need."""
        return statement

    def order(self, request: Request) -> Sequence[Any]:
        return ()

    async def prepare(self, request: Request, session: AsyncSession, rows: Sequence[Any]) -> None:
        """Fetch at once what the cells of these rows need."""

    def get_list_query(self, request: Request) -> Select[Any]:
        return self._narrowed(request, self.base(select(self.model))).order_by(*self.order(request))

    def get_count_query(self, request: Request) -> Select[Any]:
        return self._narrowed(request, self.base(select(func.count()).select_from(self.model)))

    def build_order_clauses(self, request: Request, order_list: Any, stmt: Select[Any]) -> Select[Any]:
        return stmt

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        rows = await super().find_all(request, skip, limit, None, None, None)
        await self.prepare(request, request.state.session, rows)
        return rows

    async def count(self, request: Request, q: str | None = None, filters: FilterGroup | None = None) -> int:
        return await super().count(request, None, None)

    async def repr(self, obj: Any, request: Request) -> str:
        return ""

    def _narrowed(self, request: Request, statement: Select[Any]) -> Select[Any]:
        condition = self.condition(request, self.chosen(request))
        return statement if condition is None else statement.where(condition)
