"""What the forms of a person's record share: doses, results, and vaccines not given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from admin import labels
from admin.routes.people import PersonPage
from core import programme_words
from core.i18n import Text, _
from services import desk


class EntryPage(PersonPage):
    """A form about one entry; `fields` names what it asks, and how many characters of each are kept."""

    fields: Mapping[str, int]

    async def typed_in(self, request: Request) -> dict[str, str]:
        """The form as it was filled in, without what no table can hold."""
        form = await request.form()
        return {
            name: " ".join(str(form.get(name, "")).replace("\0", "").split())[:most]
            for name, most in self.fields.items()
        }

    def form(
        self,
        request: Request,
        template: str,
        heading: Text,
        person: desk.Record,
        typed: Mapping[str, str],
        problem: Text | None,
        **context: Any,
    ) -> Response:
        """As it was typed, with what is wrong with it, if anything."""
        return self.render(
            request,
            template,
            200 if problem is None else 422,
            heading=heading,
            person=person,
            typed=typed,
            problem=problem,
            back=f"/admin{self.back_to(request, person)}",
            keep=self.keep(request),
            names=programme_words,
            labels=labels,
            most=self.fields,
            **context,
        )

    def ask_mistaken(self, request: Request, what: Text, back: str) -> Response:
        return self.render(
            request,
            "confirm.html",
            heading=_("Entered in error?"),
            what=what,
            happens=_(
                "It no longer counts, and what comes next is worked out anew. The entry stays visible, marked."
            ),
            button=_("Yes, it was a slip"),
            dangerous=True,
            back=f"/admin{back}{self.keep(request)}",
        )
